// One training step of ours, compiled: what is timed, and what is compared with other engines.
import { compile, topologicalOrder } from "twinloom/engine";
import { network, stepNames, updates } from "./configurations.js";
import { buildCriticStep } from "./critic-step.js";
import { buildDriftStep } from "./drift-step.js";
import { buildGeneratorStep } from "./generator-step.js";
import { buildNetworkStep } from "./network-step.js";
import { problemOf, sharedNoise, stream } from "./problem.js";

/**
 * @typedef {import("twinloom/engine").Node} Node
 * @typedef {import("./configurations.js").Configuration} Configuration
 * @typedef {import("./configurations.js").NetworkConfiguration} NetworkConfiguration
 * @typedef {{ readonly loss: Node, readonly trained: readonly Node[] }} StepGraph
 * @typedef {(configuration: Configuration, rows: number) => StepGraph} BuildStep
 *
 * @typedef {object} CompiledStep
 * @property {{ loss: number, gradientNorm: number }} check  At the shared weights and noise.
 * @property {() => void} run      One step with fresh noise, Adam included.
 * @property {() => number} loss   Of the last step.
 * @property {() => number} threads
 * @property {() => void} close
 */

/** @type {Readonly<Record<import("./configurations.js").StepName, BuildStep>>} */
const builders = {
  drift: buildDriftStep,
  critic: buildCriticStep,
  generator: buildGeneratorStep,
};

/**
 * The steps that a configuration has.
 *
 * @param {Configuration | NetworkConfiguration} configuration
 */
export const stepsOf = (configuration) =>
  configuration.name === network.name ? ["training"] : stepNames;

/**
 * Equal pieces into which a batch is cut, at least one per thread.
 *
 * @param {number} batch
 * @param {number} threads
 */
export function shardsOf(batch, threads) {
  let shards = Math.min(threads, batch);
  while (batch % shards !== 0) shards += 1;
  return shards;
}

/**
 * The graph of a step.
 *
 * @param {Configuration | NetworkConfiguration} configuration
 * @param {string} name  Of the step.
 * @param {number} rows
 * @returns {StepGraph}
 */
export const buildStep = (configuration, name, rows) =>
  "nodes" in configuration
    ? buildNetworkStep(configuration, rows)
    : builders[/** @type {keyof typeof builders} */ (name)](configuration, rows);

/**
 * Compile a step and run it once at the shared weights and noise.
 *
 * The batch is cut into as many shards as there are threads, or a few more. The generator's moments
 * are then those of a shard: another loss than the whole batch's, of the same cost.
 *
 * @param {import("twinloom/engine").KernelModule} kernels
 * @param {Configuration | NetworkConfiguration} configuration
 * @param {string} name  Of the step.
 * @param {{ threads: number }} options
 * @returns {CompiledStep}
 */
export function compileStep(kernels, configuration, name, { threads }) {
  const shards = shardsOf(configuration.batch, threads);
  const { loss, trained } = buildStep(configuration, name, configuration.batch / shards);
  const training = { loss, groups: [{ parameters: trained }] };
  const program = compile(kernels, { outputs: {}, training, shards, threads });
  const { weights, inputs } = problemOf(configuration);
  program.setParameters(weights);
  const used = inputNames(loss);
  for (const [input, { data }] of Object.entries(inputs)) {
    if (used.has(input)) program.setInput(input, data);
  }
  program.setNoise(sharedNoise);
  program.run();
  const options = updates[/** @type {keyof typeof updates} */ (name)];
  const check = { loss: program.loss(), gradientNorm: program.update(options) };
  let iteration = 0;
  return {
    check,
    run() {
      iteration += 1;
      program.setNoise({ stream, iteration });
      program.run();
      program.update(options);
    },
    loss: program.loss,
    threads: program.threads,
    close: program.close,
  };
}

/** Names of the inputs that a value needs. @param {Node} value */
function inputNames(value) {
  return new Set(
    topologicalOrder([value]).flatMap((node) =>
      node.op === "input" ? [node.attributes.name] : [],
    ),
  );
}
