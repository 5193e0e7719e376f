// The loop of a worker: commands in as lines of JSON, answers out, and nothing done in between.
import { createInterface } from "node:readline";
import { timeSteps } from "../timing.js";

/**
 * @typedef {{ loss: number, gradientNorm: number }} Check  At the shared weights and noise.
 * @typedef {object} Prepare  The command that names a step.
 * @property {"prepare"} do
 * @property {string} problem  Path of a .npz file, see problem.js.
 * @property {import("../configurations.js").Configuration} configuration
 * @property {string} step
 * @property {{ learningRate: number, beta1: number, beta2: number }} update
 * @property {number} groups   Pieces of the batch whose moments the check compares.
 *
 * @typedef {{ check: Check, run: () => Promise<number> | number }} Prepared  `run` does a step with
 *   fresh noise and gives its loss.
 */

/**
 * Answer the driver until it says `quit` or goes away.
 *
 * @param {(command: Prepare) => Promise<Prepared> | Prepared} prepare
 */
export async function serve(prepare) {
  /** @type {Prepared | undefined} */
  let prepared;
  for await (const line of createInterface({ input: process.stdin })) {
    const command = JSON.parse(line);
    if (command.do === "quit") break;
    try {
      if (command.do === "prepare") prepared = await prepare(command);
      if (!prepared) throw new Error("nothing is prepared");
      const isTimed = command.do === "run";
      const answer = isTimed ? await timeSteps(prepared.run, command.steps) : prepared.check;
      process.stdout.write(`${JSON.stringify(answer)}\n`);
    } catch (error) {
      process.stdout.write(`${JSON.stringify({ error: String(error) })}\n`);
    }
  }
  process.exit();
}
