// All engines must compute the same step: the same loss, and a gradient of the same norm, from the
// same weights, data and normals.
import { fault } from "twinloom/base";
import { round, say } from "../command.js";
import { shardsOf } from "../step.js";

/** Relative differences that float32 sums of another order may make over these horizons. */
export const tolerance = { loss: 1e-5, gradientNorm: 5e-5 };

/** Seconds of preparation that are worth a word. */
const slow = 10;

/**
 * Prepare a step in every engine and compare what they find with PyTorch, or with the first.
 *
 * Our shards have their own moments in the generator's loss: with several threads ours is compared
 * with a peer that cuts the batch alike.
 *
 * @param {readonly import("../peers.js").Runner[]} runners  Ours among them.
 * @param {{ name: string, batch: number }} configuration
 * @param {Readonly<Record<string, unknown>> & { readonly step: string }} command  To prepare.
 * @throws  `bad-value` naming the engine that disagrees.
 */
export async function checkAgreement(runners, { name, batch }, command) {
  const isOurs = (runner) => runner.engine.name === "twinloom";
  const peer = runners.find((runner) => !isOurs(runner));
  const { worker: judge } = peer ?? runners[0];
  const whole = await judge.prepare({ ...command, groups: 1 });
  let largest = 0;
  for (const runner of runners) {
    const { worker, threads } = runner;
    const started = performance.now();
    const found = worker === judge ? whole : await worker.prepare({ ...command, groups: 1 });
    const seconds = (performance.now() - started) / 1e3;
    if (seconds > slow) say(`  ${worker.name}: prepared in ${seconds.toFixed(0)} s`);
    const groups = shardsOf(batch, threads);
    const isSharded = isOurs(runner) && groups > 1 && command.step === "generator";
    if (isSharded && !peer) continue;
    const expected = isSharded ? await judge.prepare({ ...command, groups }) : whole;
    largest = Math.max(largest, compare(worker.name, `${name} ${command.step}`, found, expected));
    if (isSharded) await judge.prepare({ ...command, groups: 1 });
  }
  const values = `loss ${round(whole.loss, 7)}, gradient ${round(whole.gradientNorm, 7)}`;
  const count = `${runners.length} workers agree within ${largest.toExponential(1)}`;
  say(`${name} ${command.step}: ${values}, ${count}`);
}

/**
 * @typedef {import("./serve.js").Check} Check
 *
 * @param {string} worker
 * @param {string} step
 * @param {Check} found
 * @param {Check} expected
 * @returns {number}  The largest relative difference; a fault if it is too large.
 */
function compare(worker, step, found, expected) {
  const differences = Object.entries(tolerance).map(([key, limit]) => {
    const difference = Math.abs(found[key] / expected[key] - 1);
    if (difference <= limit) return difference;
    throw fault("bad-value", {
      where: `bench:peers, ${step}`,
      what: `${worker} computes another ${key === "loss" ? "loss" : "norm of the gradient"}`,
      got: `${found[key]}`,
      expected: `${expected[key]} within ${limit}, relative`,
      fix: "Compare its formula with METHOD; times of different steps mean nothing",
    });
  });
  return Math.max(...differences);
}
