// jax-js with its WebAssembly backend as a worker, the drift step alone:
//   node jax-js-worker.js FOLDER_OF_NODE_MODULES
// jax-js counts references: an argument is used up, `.ref` keeps it for another use.
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { readArrays } from "./arrays.js";
import { serve } from "./serve.js";
import { tableaus } from "./tableaus.js";

const load = createRequire(join(process.argv[2], "package.json"));
const jax = await import(pathToFileURL(load.resolve("@jax-js/jax")).href);
const { numpy: np } = jax;
await jax.init("wasm");

const sum = (terms) => terms.reduce((total, term) => total.add(term));

/** The loss of drift-step.js. Weights and data stay the caller's, but for `weights`. */
function driftLoss({ method, dt, horizon }, weights, { state, drive, target }) {
  const last = weights.length - 1;
  const net = (x) =>
    weights.reduce((value, { weight, bias }, i) => {
      const linear = np.matmul(value, weight.ref.transpose()).add(bias.ref);
      return i < last ? jax.nn.relu(linear) : linear;
    }, x);
  const { ahead, share } = tableaus[method];
  const path = [];
  let x = state;
  for (let t = 0; t < horizon; t++) {
    const ks = [];
    for (const factor of ahead) {
      const y = ks.length > 0 ? x.ref.add(ks.at(-1).ref.mul(factor)) : x.ref;
      ks.push(net(np.concatenate([y, drive.ref.slice(t)], 1)).mul(dt));
    }
    x = sum([x, ...ks.map((k, i) => k.mul(share[i]))]);
    path.push(x.ref);
  }
  x.dispose();
  drive.dispose();
  for (const { weight, bias } of weights) {
    weight.dispose();
    bias.dispose();
  }
  return np.square(np.stack(path).sub(target)).mean();
}

const epsilon = 1e-8;

/** One step of Adam on one array. */
function adam({ beta1, beta2 }, { rate, scale }, w, g, m, v) {
  const first = m.mul(beta1).add(g.ref.mul(1 - beta1));
  const second = v.mul(beta2).add(np.square(g).mul(1 - beta2));
  const root = np.sqrt(second.ref).mul(scale).add(epsilon);
  return [w.sub(first.ref.mul(rate).div(root)), first, second];
}

await serve(async ({ problem, configuration, update }) => {
  const arrayOf = await readArrays(problem);
  const array = (name) => {
    const { shape, data } = arrayOf(name);
    return np.array(data).reshape(shape);
  };
  const layers = configuration.driftSizes.slice(1);
  let weights = layers.map((_, i) => ({
    weight: array(`drift.${i}.weight`),
    bias: array(`drift.${i}.bias`),
  }));
  const data = { state: array("state"), drive: array("drive"), target: array("target") };
  const keep = (tree) => jax.tree.ref(tree);
  const gradientOf = jax.valueAndGrad((w, d) => driftLoss(configuration, w, d));
  const jitted = jax.jit(gradientOf);
  const [loss, gradients] = jitted(keep(weights), keep(data));
  const squares = jax.tree.leaves(gradients).map((g) => np.square(g).sum());
  const check = { loss: await loss.js(), gradientNorm: await np.sqrt(sum(squares)).js() };

  const zeros = () => jax.tree.map((w) => np.zerosLike(w), keep(weights));
  let moments = [zeros(), zeros()];
  let count = 0;
  const updateAll = jax.jit((w, g, m, v, rate, scale) => {
    const names = ["weight", "bias"];
    const next = w.map((layer, i) =>
      names.map((name) =>
        adam(
          update,
          { rate: rate.ref, scale: scale.ref },
          layer[name],
          g[i][name],
          m[i][name],
          v[i][name],
        ),
      ),
    );
    rate.dispose();
    scale.dispose();
    return [0, 1, 2].map((k) => next.map(([a, b]) => ({ weight: a[k], bias: b[k] })));
  });
  const run = () => {
    count += 1;
    const [value, grads] = jitted(keep(weights), keep(data));
    const rate = np.array(update.learningRate / (1 - update.beta1 ** count));
    const scale = np.array(1 / Math.sqrt(1 - update.beta2 ** count));
    const [next, ...rest] = updateAll(weights, grads, ...moments, rate, scale);
    [weights, moments] = [next, rest];
    return value.js();
  };
  return { check, run };
});
