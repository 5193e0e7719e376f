import type { Kernels } from "./kernels.ts";
import { type PlanRecord, writePlan } from "./plan.ts";
import { recordBytes } from "./records.gen.ts";

/** The part of a matrix product that is summed in registers. Every tile gives the same bits. */
export interface Tile {
  /** 1 to 6. */
  readonly rows: number;
  readonly cols: 8 | 16;
}

/** How fast a tile is on this machine. */
export interface TileSpeed {
  readonly tile: Tile;
  /** 1e9 additions and multiplications per second, on one core. */
  readonly gflops: number;
}

/**
 * Tiles worth trying, each the best of some machine: 16 registers and a compiler that loads first,
 * 16 registers, and 32 registers or 256 bits.
 */
export const tiles: readonly Tile[] = [
  { rows: 4, cols: 8 },
  { rows: 6, cols: 8 },
  { rows: 6, cols: 16 },
];

/** A tile by its name: `6x8`. */
export function formatTile({ rows, cols }: Tile): string {
  return `${rows}x${cols}`;
}

/** Sizes of the products that tiles are judged by: no tail in any of them. */
const [m, n, k] = [24, 32, 96];
/** Products per clock reading, some 30 us, so that the clock's own grain does not matter. */
const repeats = 10;
/** Looks at code that is not yet optimised; optimised code is this much faster, or better. */
const cold = { looks: 3, factor: 0.75 };
/** Rounds end so long after anything got faster, or at last; ms. A busy machine compiles late. */
const patience = { settled: 8, most: 300 };
/** How long the peak is looked for, ms. */
const peakMs = 80;

/** One product of one tile. */
interface Trial {
  readonly run: () => void;
  /** As words, so that a NaN equals itself. */
  readonly result: () => Int32Array;
  /** Shortest time of one run at first, and since, ms. */
  first: number;
  best: number;
}

/** Whether the compiler has replaced the code that a trial began with. */
const isWarm = ({ first, best }: Trial): boolean => best < cold.factor * first;

/** Time every trial in turn until the compiler has done with all of them. */
function measure(trials: readonly Trial[], clockMs: () => number): void {
  const timeOf = (trial: Trial, runs: number): number => {
    const before = clockMs();
    for (let i = 0; i < runs; i++) trial.run();
    return (clockMs() - before) / runs;
  };
  for (const trial of trials) {
    trial.run(); // only now is it compiled at all
    for (let i = 0; i < cold.looks; i++) trial.first = Math.min(trial.first, timeOf(trial, 1));
  }
  const start = clockMs();
  let [now, improved] = [start, start];
  const isSettled = () => now - improved > patience.settled && trials.every(isWarm);
  while (now - start < patience.most && !isSettled()) {
    for (const trial of trials) {
      const time = timeOf(trial, repeats);
      now = clockMs();
      if (time < 0.9 * trial.best) improved = now;
      trial.best = Math.min(trial.best, time);
    }
  }
}

/**
 * Find the fastest tile, by the clock alone.
 *
 * A tile whose bits are not those of the first is passed over: it would be the work of an
 * experimental compiler flag, and wrong.
 *
 * @param attach   Kernels with this tile, over a memory of their own of at least 64 KiB.
 * @param clockMs  Milliseconds by a clock that only goes forward.
 * @returns        Every tile that is right and its speed, the fastest first; in the order of
 *                 {@link tiles} if the compiler had finished none when time was up.
 */
export function measureTiles(attach: (tile: Tile) => Kernels, clockMs: () => number): TileSpeed[] {
  const all = tiles.map((tile) => ({ tile, trials: createTrials(attach(tile)) }));
  measure(
    all.flatMap(({ trials }) => trials),
    clockMs,
  );
  const expected = all[0].trials.map(({ result }) => result());
  const isRight = ({ result }: Trial, which: number): boolean =>
    result().every((word, i) => word === expected[which][i]);
  const right = all.filter(({ trials }) => trials.every(isRight));
  const speeds = right.map(({ tile, trials }): TileSpeed => {
    const ms = trials.reduce((sum, { best }) => sum + best, 0);
    return { tile, gflops: (trials.length * 2 * m * n * k) / ms / 1e6 };
  });
  const isJudged = right.some(({ trials }) => trials.every(isWarm));
  return isJudged ? speeds.sort((x, y) => y.gflops - x.gflops) : speeds;
}

/** Both products of the kernels, on fixed numbers. */
function createTrials(kernels: Kernels): readonly Trial[] {
  let next = 64;
  const place = (rows: number, cols: number): number => {
    const at = next;
    next += 4 * rows * cols;
    const floats = kernels.f32.subarray(at >> 2, next >> 2);
    floats.forEach((_, i) => {
      floats[i] = ((i * 7919) % 1009) / 1009 - 0.4;
    });
    return at;
  };
  // a serves both as [m, k] and, for the product with A transposed, as [k, m].
  const [a, b] = [place(m, k), place(k, n)];
  const trial = (record: (c: number) => PlanRecord): Trial => {
    const c = place(m, n);
    const plan = Math.ceil(next / recordBytes) * recordBytes;
    next = plan + 2 * recordBytes;
    writePlan([record(c)], kernels, plan, { shared: 0, shard: 0 });
    const words = kernels.i32.subarray(c >> 2, (c >> 2) + m * n);
    return { run: () => kernels.run(plan), result: () => words, first: Infinity, best: Infinity };
  };
  const shape = { m, n, ldc: 4 * n, a, b };
  return [
    trial((c) => ({ op: "matmul", fields: { ...shape, c, lda: 4 * k, k } })),
    trial((c) => ({ op: "matmulT", fields: { ...shape, c, lda: 4 * m, ldb: 4 * n, l: k } })),
  ];
}

/**
 * The peak that a machine's products are judged by, in 1e9 additions and multiplications per second:
 * multiply-adds of 4 floats in registers, on one core, the best of several rounds.
 */
export function measurePeak(kernels: Kernels, clockMs: () => number): number {
  const times = 5000;
  const start = clockMs();
  let best = Infinity;
  let now = start;
  while (now - start < peakMs) {
    const before = now;
    kernels.multiplyAdd(times);
    now = clockMs();
    best = Math.min(best, now - before);
  }
  return (96 * times) / best / 1e6;
}
