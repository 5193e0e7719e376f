// All engines must compute the same step: the same loss, and a gradient of the same norm, from the
// same weights, data and normals.
import { fault } from "twinloom/base";
import { round, say } from "../command.js";

/** Relative differences that float32 sums of another order may make over these horizons. */
export const tolerance = { loss: 1e-5, gradientNorm: 5e-5 };

/**
 * Prepare a step in every engine and compare what they find with PyTorch, or with the first.
 *
 * Our shards have their own moments in the generator's loss: with several threads ours is compared
 * with a peer that cuts the batch alike.
 *
 * @param {readonly import("../peers.js").Runner[]} runners  Ours among them.
 * @param {Readonly<Record<string, unknown>> & { readonly step: string }} command  To prepare.
 * @throws  `bad-value` naming the engine that disagrees.
 */
export async function checkAgreement(runners, command) {
  const judge = runners.find(({ engine }) => engine.name !== "twinloom") ?? runners[0];
  const { name } = /** @type {{ name: string }} */ (command.configuration);
  let largest = 0;
  /** Peers that were asked for the whole batch, or a peer for each number of shards. */
  const expected = new Map([[1, await judge.worker.ask({ ...command, groups: 1 })]]);
  for (const runner of runners) {
    const groups =
      runner.engine.name === "twinloom" && command.step === "generator" ? runner.threads : 1;
    if (!expected.has(groups)) {
      expected.set(groups, await judge.worker.ask({ ...command, groups }));
      await judge.worker.ask({ ...command, groups: 1 });
    }
    const started = performance.now();
    const found =
      runner === judge ? expected.get(1) : await runner.worker.ask({ ...command, groups: 1 });
    const difference = compare(
      runner.worker.name,
      `${name} ${command.step}`,
      found,
      expected.get(groups),
    );
    largest = Math.max(largest, difference);
    const seconds = (performance.now() - started) / 1e3;
    if (seconds > 10) say(`  ${runner.worker.name} took ${seconds.toFixed(0)} s to compile`);
  }
  const { loss, gradientNorm } = expected.get(1);
  const values = `loss ${round(loss, 7)}, gradient ${round(gradientNorm, 7)}`;
  const count = `${runners.length} workers agree within ${largest.toExponential(1)}`;
  say(`${name} ${command.step}: ${values}, ${count}`);
}

/** The largest relative difference; a fault if it is too large. */
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
