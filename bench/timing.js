// Interleaved rounds: every runner does a slice of steps in turn, and all meet the same machine.

/**
 * @typedef {{ ms: number, cpuMs: number, loss: number }} Timing  Per step; the loss of the last.
 * @typedef {{ ms: number, median: number, cpuOverWall: number }} Measured  The best round's time
 *   per step, the middle round's, and CPU over wall time of all rounds.
 */

/** What tier-up, caches and pools of threads need before times settle. */
const discarded = { steps: 10, ms: 300 };
/** A slice is long against the clock's grain and short against a neighbour's load. */
const sliceMs = 200;
/** Threads that still spin after a slice go to sleep meanwhile. */
const pauseMs = 5;

/**
 * Time steps one after the other.
 *
 * @param {() => Promise<number> | number} run  One step; gives its loss.
 * @param {number} steps
 * @returns {Promise<Timing>}
 */
export async function timeSteps(run, steps) {
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  let loss = 0;
  for (let i = 0; i < steps; i++) {
    // A step that answers at once is not made to wait for the event loop.
    const given = run();
    loss = typeof given === "number" ? given : await given;
  }
  const ms = (performance.now() - wall) / steps;
  const { user, system } = process.cpuUsage(cpu);
  return { ms, cpuMs: (user + system) / 1e3 / steps, loss };
}

/**
 * Warm every runner up, then time all of them in turn.
 *
 * @param {readonly ((steps: number) => Promise<Timing>)[]} runners
 * @param {{ rounds: number, between?: () => void }} options  `between` is called once per round.
 * @returns {Promise<Measured[]>}
 */
export async function interleave(runners, { rounds, between }) {
  const slices = [];
  for (const runner of runners) slices.push(await warmUp(runner));
  /** @type {Timing[][]} */
  const times = runners.map(() => []);
  for (let round = 0; round < rounds; round++) {
    between?.();
    for (const [i, runner] of runners.entries()) {
      times[i].push(await runner(slices[i]));
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
  return times.map(summarise);
}

/**
 * Steps of a slice, known after those that are discarded.
 *
 * @param {(steps: number) => Promise<Timing>} runner
 */
async function warmUp(runner) {
  let steps = discarded.steps;
  for (let spent = 0; ; steps *= 2) {
    const { ms } = await runner(steps);
    spent += ms * steps;
    if (spent >= discarded.ms) return Math.max(1, Math.round(sliceMs / ms));
  }
}

/** @param {readonly Timing[]} rounds @returns {Measured} */
function summarise(rounds) {
  const sorted = rounds.map(({ ms }) => ms).sort((a, b) => a - b);
  const total = (/** @type {"ms" | "cpuMs"} */ key) =>
    rounds.reduce((sum, round) => sum + round[key], 0);
  return {
    ms: sorted[0],
    median: sorted[Math.floor(sorted.length / 2)],
    cpuOverWall: total("cpuMs") / total("ms"),
  };
}
