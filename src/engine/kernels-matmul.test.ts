import { beforeAll, describe, test } from "vitest";
import { loadKernelModule } from "#load-kernels";
import type { KernelBuild } from "./finish.ts";
import {
  Arena,
  blockOf,
  heights,
  type Matrix,
  mixed,
  type Op,
  type Values,
  widths,
} from "./kernel-arena.test-support.ts";
import { createKernels } from "./kernels.ts";
import { kinds } from "./records.gen.ts";
import { formatTile, type Tile, tiles } from "./tile.ts";

// Matrix products against 64-bit floats, in both builds, whichever this machine would choose; and
// every tile against the first, bit by bit.

const builds: KernelBuild[] = ["relaxed", "simd"];
type Epilogue = keyof typeof kinds.epilogue;

const epilogueOf: Record<Epilogue, (x: number, h: number, c: number) => number> = {
  none: (x) => x,
  relu: (x) => Math.max(x, 0),
  tanh: (x) => Math.tanh(x),
  keepPositive: (x, h) => (h > 0 ? x : 0),
  tanhGrad: (x, h) => x * (1 - h * h),
  accumulate: (x, _, c) => x + c,
};
const epilogues = Object.keys(epilogueOf) as Epilogue[];

/** Sizes C [m, n] = A [m, k] B [k, n], and what is done to each element. */
interface Product {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposed: number;
  readonly withBias: boolean;
  readonly epilogue: Epilogue;
}

/** Run one product; returns C and what each of its elements should be. */
function runMatmul(arena: Arena, product: Product): { c: Matrix; expected: Values } {
  const { m, n, k, transposed, withBias, epilogue } = product;
  arena.clear();
  const a = arena.matrix(m, k, mixed(1), 1);
  const b = transposed ? arena.matrix(n, k, mixed(2)) : arena.matrix(k, n, mixed(2), 1);
  const packed = arena.reserve(blockOf(n) * k);
  const bias = withBias ? arena.matrix(1, n, mixed(3)) : undefined;
  const h = arena.matrix(m, n, (r, col) => mixed(4)(r, col) / 2);
  const c = arena.matrix(m, n, epilogue === "accumulate" ? mixed(5) : undefined, 1);
  const before = arena.matrix(m, n, mixed(5));
  const target = { c: c.address, ldc: c.ld, bias: bias?.address ?? 0, h: h.address, ldh: h.ld };
  const fields = { a: a.address, lda: a.ld, b: packed, ...target, m, n, k };
  arena.run(
    { op: "pack", fields: { to: packed, from: b.address, n, k, ld: b.ld, transposed } },
    { op: "matmul", fields: { ...fields, epilogue: kinds.epilogue[epilogue] } },
  );
  const expected: Values = (r, col) => {
    let sum = bias ? arena.at(bias, 0, col) : 0;
    for (let i = 0; i < k; i++) {
      sum += arena.at(a, r, i) * (transposed ? arena.at(b, col, i) : arena.at(b, i, col));
    }
    return epilogueOf[epilogue](sum, arena.at(h, r, col), arena.at(before, r, col));
  };
  return { c, expected };
}

/** The same for C [m, n] (+)= A [l, m]^T B [l, n]. */
function runMatmulT(
  arena: Arena,
  { m, n, l, accumulate }: { m: number; n: number; l: number; accumulate: number },
): { c: Matrix; expected: Values } {
  arena.clear();
  const a = arena.matrix(l, m, mixed(1), 1);
  const b = arena.matrix(l, n, mixed(2), 1);
  const c = arena.matrix(m, n, accumulate ? mixed(5) : undefined, 1);
  const before = arena.matrix(m, n, mixed(5));
  const factors = { a: a.address, lda: a.ld, b: b.address, ldb: b.ld };
  const record: Op = {
    op: "matmulT",
    fields: { ...factors, c: c.address, ldc: c.ld, m, n, l, accumulate },
  };
  arena.run(record);
  const expected: Values = (r, col) => {
    let sum = accumulate ? arena.at(before, r, col) : 0;
    for (let i = 0; i < l; i++) sum += arena.at(a, i, r) * arena.at(b, i, col);
    return sum;
  };
  return { c, expected };
}

const createArena = async (build: KernelBuild, tile: Tile): Promise<Arena> =>
  new Arena(createKernels(await loadKernelModule({ build, tile }), { bytes: 4 << 20 }));

describe.each(builds)("the %s build with the tile 4x8", (build) => {
  let arena: Arena;
  beforeAll(async () => {
    arena = await createArena(build, tiles[0]);
  });

  function check(m: number, n: number, k: number, epilogue: Epilogue): void {
    for (const transposed of [0, 1]) {
      for (const withBias of [false, true]) {
        const product = { m, n, k, transposed, withBias, epilogue };
        const { c, expected } = runMatmul(arena, product);
        // Rounding grows with the number of terms, each up to 4.
        arena.expect(c, expected, 2e-6, 4e-6 + 4e-7 * k);
      }
    }
  }

  test.each(epilogues)(
    "matmul with epilogue %s agrees, for every tail of rows, columns and depth",
    (epilogue) => {
      for (const m of heights) {
        for (const n of widths) for (const k of [0, 1, 2, 3, 5, 9]) check(m, n, k, epilogue);
      }
      check(31, 41, 67, epilogue);
    },
  );

  test("matmulT agrees, for every tail of rows, columns and depth", () => {
    for (const m of heights) {
      for (const n of widths) {
        for (const l of [0, 1, 2, 7]) {
          for (const accumulate of [0, 1]) {
            const { c, expected } = runMatmulT(arena, { m, n, l, accumulate });
            arena.expect(c, expected, 2e-6, 4e-6);
          }
        }
      }
    }
  });
});

/** Every tile there is, chosen by some machine or not: each is also a tail of a larger one. */
const every = [8, 16].flatMap((cols) =>
  [1, 2, 3, 4, 5, 6].map((rows): Tile => ({ rows, cols: cols as 8 | 16 })),
);
/** None, one, and both sides of one and two tiles of 6 rows. */
const tails = [0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13];
/** The same for blocks of 8 and pairs of them. */
const columns = [0, 1, 7, 8, 9, 15, 16, 17, 31, 33];
const depths = [0, 1, 13];

describe.each(builds)("in the %s build", (build) => {
  test.each(every.map((tile) => [formatTile(tile), tile] as const))(
    "the tile %s gives the bits of 4x8, in every tail and epilogue",
    async (_, tile) => {
      const [first, other] = [await createArena(build, tiles[0]), await createArena(build, tile)];
      const same = (run: (arena: Arena) => { c: Matrix }, sizes: object): void => {
        const [expected, words] = [first, other].map((arena) => {
          const { address, rows, ld } = run(arena).c;
          return arena.kernels.i32.subarray(address >> 2, (address + rows * ld) >> 2);
        });
        // Comparing word by word is ten times faster than toEqual.
        if (words.some((word, i) => word !== expected[i])) throw new Error(JSON.stringify(sizes));
      };
      for (const m of tails) {
        for (const n of columns) {
          for (const k of depths) {
            for (const epilogue of epilogues) {
              const product = { m, n, k, transposed: 1, withBias: k === 1, epilogue };
              same((arena) => runMatmul(arena, product), product);
            }
            for (const accumulate of [0, 1]) {
              const sizes = { m, n, l: k, accumulate };
              same((arena) => runMatmulT(arena, sizes), sizes);
            }
          }
        }
      }
    },
  );
});
