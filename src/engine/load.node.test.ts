import { expect, test } from "vitest";
import { attachKernels, createKernels, type Kernels } from "./kernels.ts";
import { loadKernelModule } from "./load.node.ts";
import { formatTile, measurePeak, measureTiles, type Tile, tiles } from "./tile.ts";

/** Run with one environment variable set to a value, and put it back. */
async function withVariable(
  name: string,
  value: string,
  run: () => Promise<unknown>,
): Promise<void> {
  const before = process.env[name];
  try {
    process.env[name] = value;
    await run();
  } finally {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  }
}

test("TWINLOOM_KERNELS names the build, and a wrong name is refused", async () => {
  await withVariable("TWINLOOM_KERNELS", "simd", async () => {
    expect((await loadKernelModule()).name).toBe("engine-simd");
  });
  await withVariable("TWINLOOM_KERNELS", "fast", async () => {
    await expect(loadKernelModule()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[Fault: engine.loadKernelModule: the environment variable TWINLOOM_KERNELS has a value that means nothing. Got fast, expected simd or relaxed. Correct it, or remove it and let the machine decide.]`,
    );
  });
});

test("TWINLOOM_TILE names the tile, and a wrong name is refused", async () => {
  await withVariable("TWINLOOM_TILE", "6x16", async () => {
    const { tile, speeds } = await loadKernelModule();
    expect({ tile, speeds }).toEqual({ tile: { rows: 6, cols: 16 }, speeds: [] });
  });
  await withVariable("TWINLOOM_TILE", "8x8", async () => {
    await expect(loadKernelModule()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[Fault: engine.loadKernelModule: the environment variable TWINLOOM_TILE has a value that means nothing. Got 8x8, expected 4x8 or 6x8 or 6x16. Correct it, or remove it and let the machine decide.]`,
    );
  });
});

test("TWINLOOM_REVECTORIZE takes 1 or 0", async () => {
  await withVariable("TWINLOOM_REVECTORIZE", "yes", async () => {
    await expect(loadKernelModule()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[Fault: engine.loadKernelModule: the environment variable TWINLOOM_REVECTORIZE has a value that means nothing. Got yes, expected 0 or 1. Correct it, or remove it and let the machine decide.]`,
    );
  });
});

test("the tile is the fastest of those measured, and measured once per process", async () => {
  const [first, second] = [await loadKernelModule(), await loadKernelModule()];
  expect(second).toEqual(first);
  expect(second.speeds).toBe(first.speeds);
  expect(first.tile).toBe(first.speeds[0].tile);
  expect(new Set(first.speeds.map(({ tile }) => tile))).toEqual(new Set(tiles));
  const speeds = first.speeds.map(({ gflops }) => gflops);
  expect(speeds).toEqual([...speeds].sort((a, b) => b - a));
});

test("a module posted to another thread keeps its tile", async () => {
  const loaded = await loadKernelModule({ tile: tiles[1] });
  const copy = structuredClone(loaded);
  const kernels = createKernels(copy, { bytes: 64 });
  expect(copy.tile).toEqual(tiles[1]);
  expect(attachKernels(copy, kernels.memory).rounding).toBe(loaded.rounding);
});

test("tiles are judged by their optimised code, not by the code that they begin with", async () => {
  const loaded = await loadKernelModule({ tile: tiles[0] });
  let now = 0;
  // 10 s at first, then less; the tile that begins as the slowest ends as the fastest.
  const cost: Record<string, readonly number[]> = {
    "4x8": [10, 3],
    "6x8": [12, 2],
    "6x16": [11, 4],
  };
  const attach = (tile: Tile): Kernels => {
    const kernels = createKernels({ ...loaded, tile }, { bytes: 65536 });
    let runs = 0;
    const run = (plan: number): void => {
      now += cost[formatTile(tile)][runs > 100 ? 1 : 0] / 1000;
      runs += 1;
      kernels.run(plan);
    };
    return { ...kernels, run };
  };
  const speeds = measureTiles(attach, () => now);
  expect(speeds.map(({ tile }) => formatTile(tile))).toEqual(["6x8", "4x8", "6x16"]);
  expect(speeds[0].gflops / speeds[1].gflops).toBeCloseTo(3 / 2, 6);
});

test("a tile that gives other bits is passed over", async () => {
  const [fused, separate] = await Promise.all(
    (["relaxed", "simd"] as const).map((build) => loadKernelModule({ build, tile: tiles[0] })),
  );
  if (fused.rounding === separate.rounding) return;
  let now = 0;
  const attach = (tile: Tile): Kernels =>
    createKernels({ ...(tile === tiles[1] ? separate : fused), tile }, { bytes: 65536 });
  const speeds = measureTiles(attach, () => ++now);
  expect(speeds.map(({ tile }) => tile)).toEqual([tiles[0], tiles[2]]);
});

test("the peak is that of the best round", async () => {
  const kernels = createKernels(await loadKernelModule({ tile: tiles[0] }), { bytes: 64 });
  let now = 0;
  const costs = [9, 2, 3];
  let round = 0;
  const multiplyAdd = (times: number): number => {
    now += (times / 1e6) * costs[round++ % costs.length];
    return 0;
  };
  // 96 operations take 2 ns.
  expect(measurePeak({ ...kernels, multiplyAdd }, () => now)).toBeCloseTo(48, 6);
});
