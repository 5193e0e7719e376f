// Threads that share one arena. A job is a row of phases, a phase a row of tasks (plans) that do not
// depend on one another. Whoever is here claims tasks in order; a phase begins when the one before
// is done. Nobody waits for a thread that has not come, so threads may join at any time, and since
// every task writes only its own memory the bits do not depend on who did what.
//
// Counters never go back: in round r (1, 2, ...) the tasks of a phase are those numbered from
// (r - 1) count to r count, so that a thread which comes late finds its round over and does no harm.
// Differences are taken modulo 2^32.
import { run } from "./engine";

// Words of a crew, each in a line of its own: a bell, whether to go home, how many have come, whether
// one failed, then for each job its round, its number of phases, and the address of its phases.
const BELL: usize = 0;
const HOME: usize = 64;
const HERE: usize = 128;
const FAILED: usize = 192;
const JOBS: usize = 256;
const JOB_BYTES: usize = 64;
// Words of a phase: tasks claimed, tasks done, how many there are, the address of their plans.
const CLAIMED: usize = 0;
const DONE: usize = 64;
const COUNT: usize = 68;
const TASKS: usize = 72;
const PHASE_BYTES: usize = 128;

/** Looks before a thread sleeps: some 50 us. */
const PATIENCE: i32 = 20000;
/** A sleeper looks up now and then, in case whoever should wake it has failed. */
const NAP_NS: i64 = 20_000_000;

/** Claim and run tasks of a phase until none is left. */
function work(phase: usize, limit: i32): void {
  const count = load<i32>(phase, COUNT);
  const tasks = load<usize>(phase, TASKS);
  for (;;) {
    const next = atomic.load<i32>(phase, CLAIMED);
    if (next - limit >= 0) return;
    if (atomic.cmpxchg<i32>(phase, next, next + 1, CLAIMED) != next) continue;
    run(load<usize>(tasks + (<usize>(next - (limit - count)) << 2)));
    if (atomic.add<i32>(phase, 1, DONE) + 1 == limit) atomic.notify(phase + DONE, -1);
  }
}

/** Wait until a phase is done; false if a thread has failed. */
function settle(crew: usize, phase: usize, limit: i32): bool {
  let looks = PATIENCE;
  while (!atomic.load<i32>(crew, FAILED)) {
    const done = atomic.load<i32>(phase, DONE);
    if (done - limit >= 0) return true;
    if (--looks < 0) atomic.wait<i32>(phase + DONE, done, NAP_NS);
  }
  return false;
}

/** Take part in round `round` of a job; false if a thread has failed. */
export function perform(crew: usize, job: i32, round: i32): bool {
  const entry = crew + JOBS + <usize>job * JOB_BYTES;
  let phase = load<usize>(entry, 8);
  for (let left = load<i32>(entry, 4); left > 0; --left) {
    const limit = round * load<i32>(phase, COUNT);
    work(phase, limit);
    if (!settle(crew, phase, limit)) return false;
    phase += PHASE_BYTES;
  }
  return true;
}

/** Announce a round: whoever serves comes, if it can. */
export function announce(crew: usize, job: i32, round: i32): void {
  atomic.store<i32>(crew + JOBS + <usize>job * JOB_BYTES, round);
  atomic.add<i32>(crew, 1, BELL);
  atomic.notify(crew + BELL, -1);
}

/** Take part in every round that is announced, until told to go home. */
export function serve(crew: usize): void {
  let seen0 = atomic.load<i32>(crew, JOBS);
  let seen1 = atomic.load<i32>(crew, JOBS + JOB_BYTES);
  atomic.add<i32>(crew, 1, HERE);
  let looks = PATIENCE;
  while (!atomic.load<i32>(crew, HOME)) {
    const bell = atomic.load<i32>(crew, BELL);
    const round0 = atomic.load<i32>(crew, JOBS);
    const round1 = atomic.load<i32>(crew, JOBS + JOB_BYTES);
    if (round0 != seen0) {
      seen0 = round0;
      if (!perform(crew, 0, round0)) return;
      looks = PATIENCE;
    } else if (round1 != seen1) {
      seen1 = round1;
      if (!perform(crew, 1, round1)) return;
      looks = PATIENCE;
    } else if (--looks < 0) atomic.wait<i32>(crew + BELL, bell, -1);
  }
}
