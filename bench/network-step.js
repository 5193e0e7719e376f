// Training a network of 64 leaky-integrator twins through time, METHOD 3.1: noise on, F frozen,
// Adam on masks, couplings, biases and readout. All nodes share one twin, a map with white noise:
//   s = tanh(B u_k + C y_{k-1} + b)      y_k = y_{k-1} + F(y_{k-1}, s) + sigma n
// Mean squared error of the readout W_o y + b_o at every step.
import {
  add,
  addAll,
  affine,
  concat,
  constant,
  input,
  matmul,
  normals,
  parameter,
  reshape,
  scan,
  tanh,
} from "twinloom/engine";
import { createPerceptron, meanSquaredError } from "twinloom/nn";

/**
 * @param {import("./configurations.js").NetworkConfiguration} configuration
 * @param {number} rows
 * @returns {import("./step.js").StepGraph}
 */
export function buildNetworkStep(configuration, rows) {
  const { nodes, driftSizes, horizon, sigma } = configuration;
  const twin = createPerceptron("drift", driftSizes, "tanh");
  const mask = parameter("inputMask", [nodes, 1]);
  const couplings = parameter("couplings", [nodes, nodes]);
  const bias = parameter("bias", [1, nodes]);
  const readout = parameter("readout", [1, nodes]);
  const readoutBias = parameter("readoutBias", [1, 1]);

  const task = input("task", [rows, 1], { steps: horizon });
  const target = input("target", [rows, 1], { steps: horizon });
  const white = drawNetworkNormals(configuration, rows);
  const outside = add(matmul(task, mask, "nt"), bias);
  const walked = scan(
    {
      steps: horizon,
      carry: [constant(0, [rows, nodes])],
      sequences: [outside, affine(white, sigma)],
    },
    ([before], [given, fresh]) => {
      const drive = tanh(add(given, matmul(before, couplings, "nt")));
      const column = (/** @type {typeof drive} */ x) => reshape(x, [rows * nodes, 1]);
      const moved = reshape(twin.apply(concat([column(before), column(drive)])), [rows, nodes]);
      const next = addAll([before, moved, fresh]);
      return { carry: [next], outputs: [next] };
    },
  );
  const said = add(matmul(walked.outputs[0], readout, "nt"), readoutBias);
  return {
    loss: meanSquaredError(said, target),
    trained: [mask, couplings, bias, readout, readoutBias],
  };
}

/**
 * White noise of every node, [horizon * rows, nodes].
 *
 * @param {import("./configurations.js").NetworkConfiguration} configuration
 * @param {number} rows
 */
export function drawNetworkNormals({ horizon, nodes }, rows) {
  return normals("white", input("ids", [rows, 1]), horizon, nodes);
}
