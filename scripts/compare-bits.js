// Compare the bits of one training between Node versions, tiles and threads, after the build:
//   node scripts/compare-bits.js [path of another node ...]
// Prints a hash of the weights per runtime and setting; fails if two of one rounding class differ.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";

/** A noisy leaky integrator, x' = 0.8 x + 0.5 u + 0.2 n. */
async function record() {
  const { createArray, createGenerator, createStream } = await import("../dist/base/index.js");
  const generator = createGenerator(createStream(42));
  const [sequences, time] = [60, 60];
  const drive = createArray([sequences, time, 1]);
  const response = createArray([sequences, 1, time, 1]);
  for (let n = 0; n < sequences; n++) {
    let x = 0;
    for (let t = 0; t < time; t++) {
      const at = n * time + t;
      drive.data[at] = t % 5 === 0 ? 2 * generator.uniform() - 1 : drive.data[at - 1];
      x = 0.8 * x + 0.5 * drive.data[at] + 0.2 * generator.normal();
      response.data[at] = x;
    }
  }
  const parts = [{ name: "drive_set", drive, response, initial: createArray([sequences, 1, 1]) }];
  const channel = (name) => [{ name, unit: "V" }];
  return { dt: 0.1, inputs: channel("u"), observables: channel("x"), parts };
}

/** Both phases of a small fit; its weights as a hash. */
async function train() {
  const { createStream } = await import("../dist/base/index.js");
  const { formatTile, loadKernelModule } = await import("../dist/engine/index.js");
  const { fitTwin } = await import("../dist/twin/index.js");
  const kernels = await loadKernelModule();
  const network = (hidden, activation) => ({ hidden, activation });
  const { twin } = await fitTwin(
    kernels,
    await record(),
    {
      twin: {
        drift: network([29, 18], "tanh"),
        diffusion: network([13], "silu"),
        auxiliaries: 2,
      },
      drift: { horizons: [5, 9], steps: 150, batch: 50 },
      noise: { steps: 100, batch: 32, chunk: 10 },
    },
    { stream: createStream(1) },
  );
  const hash = createHash("sha256");
  for (const [name, { data }] of Object.entries(twin.parameters).sort(([a], [b]) =>
    a < b ? -1 : 1,
  ))
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const result = { rounding: kernels.rounding, tile: formatTile(kernels.tile) };
  process.stdout.write(JSON.stringify({ ...result, hash: hash.digest("hex").slice(0, 16) }));
}

const settings = [
  {},
  ...["4x8", "6x8", "6x16"].map((tile) => ({ TWINLOOM_TILE: tile })),
  { TWINLOOM_THREADS: "1" },
  { TWINLOOM_THREADS: "4" },
  { TWINLOOM_REVECTORIZE: "1" },
  { TWINLOOM_KERNELS: "simd" },
  { TWINLOOM_KERNELS: "simd", TWINLOOM_TILE: "6x8" },
];

function compare(runtimes) {
  const found = new Map();
  for (const runtime of runtimes) {
    const version = spawnSync(runtime, ["--version"], { encoding: "utf8" }).stdout.trim();
    for (const setting of settings) {
      const run = spawnSync(runtime, [fileURLToPath(import.meta.url), "--train"], {
        encoding: "utf8",
        env: { ...process.env, ...setting },
      });
      const words = Object.entries(setting).map((pair) => pair.join("=").replace("TWINLOOM_", ""));
      const label = `${version.padEnd(10)} ${words.join(" ").padEnd(22)}`;
      if (run.status !== 0) {
        const reason = run.stderr.match(/^Fault: .*/m)?.[0] ?? run.stderr;
        process.stdout.write(`${label} not run: ${reason}\n`);
        if (!setting.TWINLOOM_REVECTORIZE) process.exitCode = 1;
        continue;
      }
      const { rounding, tile, hash } = JSON.parse(run.stdout);
      process.stdout.write(`${label} ${rounding.padEnd(8)} ${tile.padEnd(4)} ${hash}\n`);
      found.set(rounding, (found.get(rounding) ?? new Set()).add(hash));
    }
  }
  for (const [rounding, hashes] of found) {
    process.stdout.write(`${rounding}: ${hashes.size === 1 ? "the same bits" : "BITS DIFFER"}\n`);
    if (hashes.size > 1) process.exitCode = 1;
  }
}

if (process.argv[2] === "--train") await train();
else compare([process.execPath, ...process.argv.slice(2)]);
