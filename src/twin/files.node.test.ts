import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createGenerator, createStream, type HostArray } from "../base/index.ts";
import { input, interpret } from "../engine/index.ts";
import { readTwin, writeTwin } from "./files.node.ts";
import type { SimulateOnce } from "./files.ts";
import { createTwinGraph } from "./model.ts";
import { formatSafetensors, parseSafetensors } from "./safetensors.ts";
import { initialState } from "./start.ts";
import { createTwin, type Twin, type TwinBasis } from "./twin.ts";

const basis: TwinBasis = {
  dt: 0.1,
  inputs: [{ name: "field", unit: "mT", min: -2, max: 2 }],
  observables: [
    { name: "mx", unit: "V" },
    { name: "my", unit: "V" },
  ],
  limits: [{ min: -1, max: 1 }],
  start: {
    mean: [0.5, -0.5],
    factor: [
      [0.1, 0],
      [0.05, 0.2],
    ],
  },
  scales: {
    observables: [
      { mean: 0, sd: 1 },
      { mean: 3, sd: 0.1 },
    ],
    increments: [0.2, 0.4],
  },
  featureScales: (features) => features.map(() => ({ mean: 0, sd: 0.6 })),
};
const small = { hidden: [4], activation: "tanh" } as const;
const options = { drift: small, diffusion: small, delays: 1, observationNoise: true };
const twin: Twin = {
  ...createTwin(basis, options, createStream(4)),
  training: {
    seed: 9,
    stream: createStream(9),
    data: {
      split: "by sequence",
      training: { sequences: 9, paths: 90, steps: 900 },
      validation: { sequences: 1, paths: 10, steps: 100 },
    },
    phases: [
      {
        name: "drift",
        steps: 600,
        validation: 0.0123,
        history: { step: [300, 600], loss: [0.02, 0.015], validation: [0.0123, 0.0125] },
      },
    ],
    recording: "0123456789abcdef",
  },
};

/** One realisation by the engine's interpreter. */
const simulate: SimulateOnce = (model, drive, stream): HostArray => {
  const graph = createTwinGraph(model);
  const generator = createGenerator(stream);
  const next = graph.step({
    state: input("state", [1, graph.stateCols]),
    drive: input("drive", [1, graph.inputs]),
    normals: input("normals", [1, graph.normalCols]),
  });
  const weights = Object.entries(model.parameters).map(([name, { data }]) => [name, data]);
  let state: ArrayLike<number> = initialState(model, 1, stream);
  const path: number[] = [];
  for (let t = 0; t < drive.shape[1]; t++) {
    const values = {
      ...{ state, drive: drive.data.subarray(t * graph.inputs, (t + 1) * graph.inputs) },
      normals: Float64Array.from({ length: graph.normalCols }, () => generator.normal()),
      ...Object.fromEntries(weights),
    };
    const [moved, measured] = interpret([next.state, next.measured], { values });
    state = moved;
    model.scales.observables.forEach(({ mean, sd }, x) => {
      path.push(mean + sd * measured[x]);
    });
  }
  return { shape: [1, 1, drive.shape[1], graph.observables], data: Float64Array.from(path) };
};
const writing = { program: "twinloom 0.1.0", simulate };

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "twin-files-"));
});
afterAll(() => rm(folder, { recursive: true }));

const messageOf = async (promise: Promise<unknown>): Promise<string> => {
  const error = await promise.then(
    () => new Error("no fault"),
    (reason: Error) => reason,
  );
  return error.message.replaceAll(folder, "FOLDER");
};
const edit = async (
  path: string,
  change: (json: Record<string, unknown>) => void,
): Promise<void> => {
  const json = JSON.parse(await readFile(join(path, "twin.json"), "utf8"));
  change(json);
  await writeFile(join(path, "twin.json"), JSON.stringify(json));
};
const fresh = async (name: string): Promise<string> => {
  const path = join(folder, name);
  await writeTwin(path, twin, writing);
  return path;
};

test("a twin comes back equal, with its record, and repeats its self-check", async () => {
  const path = join(folder, "deep", "round-trip");
  const validation = { verdict: "close", mean: { error: 1, floor: 0, ratio: Infinity } };
  await writeTwin(path, twin, { ...writing, datasets: ["drive_set", "repeat_set"], validation });
  const stored = await readTwin(path, { simulate });
  expect(stored.twin).toEqual(twin);
  expect(stored.program).toBe("twinloom 0.1.0");
  expect(stored.datasets).toEqual(["drive_set", "repeat_set"]);
  expect(stored.validation).toEqual({ ...validation, mean: { error: 1, floor: 0, ratio: null } });
  expect(stored.selfCheck.expected.length).toBe(24);
  expect(await readdir(join(folder, "deep"))).toEqual(["round-trip"]);
});

test("equal twins are written as equal bytes", async () => {
  const [one, two] = [await fresh("one"), await fresh("two")];
  for (const name of ["twin.json", "weights.safetensors"]) {
    expect(await readFile(join(one, name))).toEqual(await readFile(join(two, name)));
  }
});

test("twin.json states the equation, in words that a reader of the paper knows", async () => {
  const json = JSON.parse(await readFile(join(await fresh("equation"), "twin.json"), "utf8"));
  expect(json.calculus).toBe("discrete");
  expect(json.equation).toMatchInlineSnapshot(`
    [
      "u = (x(t) ... x(t-1), drive of s(t)), standardised; time in sampling steps",
      "x(t+1) = x(t) + c [F(u) + (a(t) + D xi) W + g_x(u) zeta]",
      "a(t+1) = rho a(t) + D xi, D = sqrt(1 - rho^2) g_a(u), rho = sigmoid(memory)",
      "(g_a, g_x, R) = g_0 exp(3 tanh(G(u)/3)), xi, zeta, eta unit normals",
      "y(t+1) = x(t+1) + c R(u) eta",
    ]
  `);
});

test("nothing is overwritten unasked; asked, the old twin is replaced whole", async () => {
  const path = await fresh("kept");
  const other = { ...twin, dt: 0.5 };
  expect(await messageOf(writeTwin(path, other, writing))).toMatchInlineSnapshot(
    `"writeTwin: something is there already, and nothing is overwritten unasked. Got 'FOLDER/kept', expected a path where nothing is. Choose another name, or ask for overwrite."`,
  );
  expect((await readTwin(path)).twin.dt).toBe(0.1);
  await writeTwin(path, other, { ...writing, overwrite: true });
  expect((await readTwin(path, { simulate })).twin.dt).toBe(0.5);
  expect((await readdir(folder)).filter((name) => name.startsWith("kept"))).toEqual(["kept"]);
});

test("a twin that diverges is not written, and leaves nothing behind", async () => {
  const path = join(folder, "diverging");
  const explode: SimulateOnce = (model, drive, stream) => {
    const response = simulate(model, drive, stream) as HostArray;
    response.data[7] = Number.NaN;
    return response;
  };
  const promise = writeTwin(path, twin, { ...writing, simulate: explode });
  expect(await messageOf(promise)).toMatchInlineSnapshot(
    `"writeTwin: the twin's own path is not finite. Got NaN at step 3 (from 0), expected finite observables. Fit the twin again: this one diverges inside the range it was recorded in."`,
  );
  await expect(stat(path)).rejects.toThrow();
  expect((await readdir(folder)).some((name) => name.includes("diverging"))).toBe(false);
});

test("a weight changed by 2 % fails the self-check, which names the place", async () => {
  const path = await fresh("changed");
  const file = join(path, "weights.safetensors");
  const { tensors } = parseSafetensors(await readFile(file));
  const bias = tensors.get("drift.1.bias")!;
  const changed = new Map([
    ...tensors,
    ["drift.1.bias", { ...bias, data: bias.data.map(() => 0.02) }],
  ]);
  await writeFile(file, formatSafetensors(changed as typeof tensors));
  expect(await messageOf(readTwin(path, { simulate }))).toMatchInlineSnapshot(
    `"FOLDER/changed: the twin does not repeat its self-check: the file or the engine is damaged. Got 0.8293937717385061 V for 'mx' at step 0 (from 0), expected 0.8253937718279132 V within 0.00014 V. Copy the folder again; if that does not help, test the engine on this machine."`,
  );
});

test("a folder that is not there, or not whole, is a fault", async () => {
  expect(await messageOf(readTwin(join(folder, "nowhere")))).toMatchInlineSnapshot(
    `"readTwin: there is no such twin folder. Got 'FOLDER/nowhere', expected a folder with twin.json and weights.safetensors. Correct the path, or fit a twin and write it there."`,
  );
  const path = await fresh("halved");
  await rm(join(path, "weights.safetensors"));
  expect(await messageOf(readTwin(path))).toMatchInlineSnapshot(
    `"FOLDER/halved/weights.safetensors: a file of the twin cannot be opened. Got ENOENT: no such file or directory, open 'FOLDER/halved/weights.safetensors', expected a folder with twin.json and weights.safetensors. Copy the whole folder from where it was written."`,
  );
  const cut = await fresh("cut");
  const text = await readFile(join(cut, "twin.json"), "utf8");
  await writeFile(join(cut, "twin.json"), text.slice(0, 300));
  expect(await messageOf(readTwin(cut))).toMatch(/twin.json: the file is not JSON\. Got /);
});

test("weights that are cut short are refused, wherever the cut is", async () => {
  const path = await fresh("short");
  const file = join(path, "weights.safetensors");
  const bytes = await readFile(file);
  await writeFile(file, bytes.subarray(0, bytes.length - 4));
  expect(await messageOf(readTwin(path))).toMatchInlineSnapshot(
    `"FOLDER/short/weights.safetensors: the file is cut short. Got 404 bytes of data, expected 408 bytes. Copy the file again from where it was written."`,
  );
  await writeFile(file, bytes.subarray(0, 20));
  expect(await messageOf(readTwin(path))).toMatchInlineSnapshot(
    `"FOLDER/short/weights.safetensors: the file is cut short, or is not a safetensors file. Got 20 bytes, expected a header of 712 bytes. Copy the file again from where it was written."`,
  );
});

test("another schema version says which program to use", async () => {
  const path = await fresh("future");
  await edit(path, (json) => {
    Object.assign(json, { schemaVersion: 3, program: "twinloom 2.4.0" });
  });
  expect(await messageOf(readTwin(path))).toMatchInlineSnapshot(
    `"FOLDER/future/twin.json: the twin was written in another version of the format. Got schemaVersion 3, written by twinloom 2.4.0, expected schemaVersion 1, which twinloom 0.1 and later write. Open it with twinloom 2.4.0, or a later version."`,
  );
});

test("every wrong key of twin.json is told at once, with its path", async () => {
  const path = await fresh("wrong");
  await edit(path, (json) => {
    delete json.method;
    (json.scales as { observables: { sd: number }[] }).observables[1].sd = -1;
    Object.assign(json, { delay: 2, auxiliaries: 1.5 });
  });
  expect(await messageOf(readTwin(path))).toMatchInlineSnapshot(
    `"FOLDER/wrong/twin.json: 4 keys do not describe a twin. Got method: Invalid option: expected one of "map"|"heun"|"euler-maruyama"|"rk4"|"nado-rk2"|"nado-rk4"; auxiliaries: Invalid input: expected int, received number; scales.observables.1.sd: Too small: expected number to be >0; the whole file: Unrecognized key: "delay", expected the keys of a twin, schemaVersion 1. Correct the file by hand, or write the twin again."`,
  );
});

test("lists of the wrong length are told at once", async () => {
  const path = await fresh("lists");
  await edit(path, (json) => {
    (json.start as { mean: number[] }).mean.push(1);
    (json.limits as unknown[]).pop();
  });
  expect(await messageOf(readTwin(path))).toMatchInlineSnapshot(
    `"FOLDER/lists/twin.json: lists do not have the length that the channels ask for. Got limits: 0; start.mean: 3, expected limits: 1; start.mean: 2. Correct the file by hand, or write the twin again."`,
  );
});

test("weights that are missing or of another twin are faults", async () => {
  const path = await fresh("mixed");
  await edit(path, (json) => {
    json.delays = 2;
  });
  expect(await messageOf(readTwin(path))).toMatchInlineSnapshot(
    `"FOLDER/mixed/weights.safetensors: the weights 'drift.0.weight' do not fit the twin. Got [4, 5], expected [4, 7], from the layers and sizes in twin.json. Keep the two files of a twin together: one of them is of another twin."`,
  );
  const file = join(path, "weights.safetensors");
  const { tensors } = parseSafetensors(await readFile(file));
  const fewer = new Map(tensors);
  fewer.delete("drift.0.weight");
  await writeFile(file, formatSafetensors(fewer));
  expect(await messageOf(readTwin(path))).toMatchInlineSnapshot(
    `"FOLDER/mixed/weights.safetensors: the weights 'drift.0.weight' are missing. Got diffusion.0.bias, diffusion.0.weight, diffusion.1.bias, diffusion.1.weight, drift.0.bias, drift.1.bias, drift.1.weight, memory, mixing, expected 'drift.0.weight' [4, 7]. Keep the two files of a twin together: one of them is of another twin."`,
  );
});
