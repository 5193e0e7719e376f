// TensorFlow.js with its WebAssembly backend as a worker, the drift step alone:
//   node tfjs-worker.js FOLDER_OF_NODE_MODULES
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { readArrays } from "./arrays.js";
import { serve } from "./serve.js";
import { tableaus } from "./tableaus.js";

const load = createRequire(join(process.argv[2], "package.json"));
const tf = load("@tensorflow/tfjs");
const { setWasmPaths } = load("@tensorflow/tfjs-backend-wasm");
setWasmPaths(`${dirname(load.resolve("@tensorflow/tfjs-backend-wasm"))}/`);
await tf.setBackend("wasm");

/** The loss of drift-step.js. */
function driftLoss({ method, dt }, layers, { state, drive, target }) {
  const last = layers.length - 1;
  const net = (x) =>
    layers.reduce((value, { weight, bias }, i) => {
      const linear = tf.add(tf.matMul(value, weight, false, true), bias);
      return i < last ? tf.relu(linear) : linear;
    }, x);
  const { ahead, share } = tableaus[method];
  const path = [];
  let x = state;
  for (const s of tf.unstack(drive)) {
    const ks = [];
    for (const factor of ahead) {
      const y = ks.length > 0 ? tf.add(x, tf.mul(ks.at(-1), factor)) : x;
      ks.push(tf.mul(net(tf.concat([y, s], 1)), dt));
    }
    x = ks.reduce((sum, k, i) => tf.add(sum, tf.mul(k, share[i])), x);
    path.push(x);
  }
  return tf.mean(tf.square(tf.sub(tf.stack(path), target)));
}

await serve(async ({ problem, configuration, update }) => {
  tf.disposeVariables();
  const arrayOf = await readArrays(problem);
  const tensor = (name) => {
    const { shape, data } = arrayOf(name);
    return tf.tensor(data, shape);
  };
  const layers = configuration.driftSizes.slice(1).map((_, i) => ({
    weight: tf.variable(tensor(`drift.${i}.weight`)),
    bias: tf.variable(tensor(`drift.${i}.bias`)),
  }));
  const data = { state: tensor("state"), drive: tensor("drive"), target: tensor("target") };
  const loss = () => driftLoss(configuration, layers, data);
  const norm = (grads) => {
    const squares = Object.values(grads).map((g) => tf.sum(tf.square(g)));
    return tf.sqrt(tf.addN(squares)).dataSync()[0];
  };
  const check = tf.tidy(() => {
    const { value, grads } = tf.variableGrads(loss);
    return { loss: value.dataSync()[0], gradientNorm: norm(grads) };
  });
  const optimiser = tf.train.adam(update.learningRate, update.beta1, update.beta2, 1e-8);
  const run = () => tf.tidy(() => optimiser.minimize(loss, true).dataSync()[0]);
  return { check, run };
});
