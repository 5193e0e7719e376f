// A twin as a folder: twin.json, weights.safetensors, and inside twin.json a self-check that any
// reader can repeat. Nothing here touches the disk.
import {
  childStream,
  createArray,
  createGenerator,
  createStream,
  fault,
  findNonFinite,
  formatShape,
  type HostArray,
  type Stream,
} from "../base/index.ts";
import type { Node, ParameterSet } from "../engine/index.ts";
import {
  checkDocument,
  fromDocument,
  type StoredCheck,
  type TwinDocument,
  toDocument,
} from "./document.ts";
import { createTwinGraph } from "./model.ts";
import { formatSafetensors, parseSafetensors } from "./safetensors.ts";
import { ranksOf, type Twin } from "./twin.ts";

/**
 * One realisation of a twin: what `simulateTwin` does once it has its kernels.
 *
 * Drive [1, time, inputs], device units; response [1, 1, time, observables], device units.
 */
export type SimulateOnce = (
  twin: Twin,
  drive: HostArray,
  stream: Stream,
) => HostArray | Promise<HostArray>;

/** What a twin folder says beside the twin itself. */
export interface TwinRecord {
  /** The program that writes the folder, "twinloom 0.1.0". */
  readonly program: string;
  /** Names of the parts of the recording that the twin was fitted to. */
  readonly datasets?: readonly string[];
  /** What `compareRepeats` said of the twin. */
  readonly validation?: { readonly verdict: string };
}

/** The two files of a twin folder. */
export interface TwinFiles {
  /** Text of twin.json. */
  readonly document: string;
  /** Bytes of weights.safetensors. */
  readonly weights: Uint8Array;
}

/** A twin as it came from its folder. */
export interface StoredTwin {
  readonly twin: Twin;
  readonly program: string;
  readonly datasets: readonly string[];
  /** As it was written; numbers that were not finite are null. */
  readonly validation?: TwinDocument["validation"];
  readonly selfCheck: StoredCheck;
}

const CHECK_STEPS = 24;
const CHECK_HOLD = 3;
/** Largest deviation from the self-check, as a share of the observable's largest deviation from its mean. */
const CHECK_TOLERANCE = 1e-4;

/**
 * The files of a twin; equal twins give equal bytes.
 *
 * @param simulate  Makes the self-check: one noisy path under a drive drawn from the twin's limits.
 * @param seed      Of the drive and the noise of the self-check.
 * @throws          `not-finite` if the twin's own path is not.
 */
export async function formatTwin(
  twin: Twin,
  record: TwinRecord,
  simulate: SimulateOnce,
  seed = 1,
): Promise<TwinFiles> {
  const document = toDocument(twin, {
    program: record.program,
    datasets: [...(record.datasets ?? [])],
    validation: record.validation && { ...record.validation },
    selfCheck: await createSelfCheck(twin, simulate, seed),
  });
  const tensors = Object.entries(twin.parameters).map(
    ([name, { shape, data }]) => [name, { dtype: "F32", shape, data }] as const,
  );
  return { document: formatJson(document), weights: formatSafetensors(new Map(tensors)) };
}

/**
 * Read the files of a twin. The self-check is not run: see {@link checkSelf}.
 *
 * @param where  Name of the folder, for messages.
 * @throws       `unreadable-file`: JSON or weights that cannot be read, another schema version,
 *               missing weights; `shape-mismatch` for weights that do not fit the equation.
 */
export function parseTwin(files: TwinFiles, where: string): StoredTwin {
  const document = checkDocument(
    parseJson(files.document, `${where}/twin.json`),
    `${where}/twin.json`,
  );
  const place = `${where}/weights.safetensors`;
  const { tensors } = parseSafetensors(files.weights, place);
  const twin = fromDocument(document, {});
  checkSizes(document, `${where}/twin.json`);
  const parameters: Record<string, ParameterSet[string]> = {};
  for (const { name, shape } of neededTensors(twin)) {
    const tensor = tensors.get(name);
    if (!tensor) throw missingTensor(place, name, shape, [...tensors.keys()]);
    if (formatShape(tensor.shape) !== formatShape(shape)) {
      throw fault("shape-mismatch", {
        where: place,
        what: `the weights '${name}' do not fit the twin`,
        got: formatShape(tensor.shape),
        expected: `${formatShape(shape)}, from the layers and sizes in twin.json`,
        fix: "Keep the two files of a twin together: one of them is of another twin",
      });
    }
    parameters[name] = { shape, data: Float32Array.from(tensor.data) };
  }
  const { program, datasets, validation, selfCheck } = document;
  const stored = { twin: { ...twin, parameters }, program, datasets, selfCheck };
  return validation === undefined ? stored : { ...stored, validation };
}

/**
 * Repeat the self-check of a stored twin.
 *
 * @throws  `unreadable-file` if the path differs by more than 1e-4 of the observable's largest
 *          deviation from its mean.
 */
export async function checkSelf(
  stored: StoredTwin,
  simulate: SimulateOnce,
  where: string,
): Promise<void> {
  const { twin, selfCheck } = stored;
  const path = await simulate(twin, toDrive(selfCheck.drive), createStream(selfCheck.seed));
  const { expected } = selfCheck;
  twin.observables.forEach(({ name, unit }, x) => {
    const { mean, sd } = twin.scales.observables[x];
    const largest = Math.max(sd, ...expected.map((y) => Math.abs(y[x] - mean)));
    expected.forEach((values, t) => {
      const got = path.data[t * twin.observables.length + x];
      if (Math.abs(got - values[x]) <= CHECK_TOLERANCE * largest) return;
      throw fault("unreadable-file", {
        where,
        what: "the twin does not repeat its self-check: the file or the engine is damaged",
        got: `${got} ${unit} for '${name}' at step ${t} (from 0)`,
        expected: `${values[x]} ${unit} within ${(CHECK_TOLERANCE * largest).toPrecision(2)} ${unit}`,
        fix: "Copy the folder again; if that does not help, test the engine on this machine",
      });
    });
  });
}

async function createSelfCheck(
  twin: Twin,
  simulate: SimulateOnce,
  seed: number,
): Promise<StoredCheck> {
  const drive = checkDrive(twin, childStream(createStream(seed), "drive"));
  const path = await simulate(twin, toDrive(drive), createStream(seed));
  const at = findNonFinite(path.data);
  if (at >= 0) {
    throw fault("not-finite", {
      where: "writeTwin",
      what: "the twin's own path is not finite",
      got: `${path.data[at]} at step ${Math.floor(at / twin.observables.length)} (from 0)`,
      expected: "finite observables",
      fix: "Fit the twin again: this one diverges inside the range it was recorded in",
    });
  }
  const width = twin.observables.length;
  const expected = drive.map((_, t) => [...path.data.subarray(t * width, (t + 1) * width)]);
  return { seed, drive, expected };
}

// Levels uniform over the recorded range, each held for a few steps; [time][inputs].
function checkDrive(twin: Twin, stream: Stream): number[][] {
  const generator = createGenerator(stream);
  const levels = Array.from({ length: CHECK_STEPS / CHECK_HOLD }, () =>
    twin.limits.map(({ min, max }) => min + (max - min) * generator.uniform()),
  );
  return Array.from({ length: CHECK_STEPS }, (_, t) => levels[Math.floor(t / CHECK_HOLD)]);
}

const toDrive = (drive: readonly (readonly number[])[]): HostArray =>
  createArray([1, drive.length, drive[0].length], drive.flat());

/** Names and shapes of the weights that the equation of a twin needs. */
function neededTensors(twin: Twin): { name: string; shape: Node["shape"] }[] {
  const graph = createTwinGraph(twin);
  return [...graph.driftParameters, ...graph.noiseParameters].flatMap((node) =>
    node.op === "parameter" ? [{ name: node.attributes.name, shape: node.shape }] : [],
  );
}

function missingTensor(
  where: string,
  name: string,
  shape: readonly number[],
  present: readonly string[],
): Error {
  return fault("unreadable-file", {
    where,
    what: `the weights '${name}' are missing`,
    got: present.length > 0 ? present.join(", ") : "no weights at all",
    expected: `'${name}' ${formatShape(shape)}`,
    fix: "Keep the two files of a twin together: one of them is of another twin",
  });
}

// Lists that must be as long as there are channels; the schema cannot say so.
function checkSizes(document: TwinDocument, where: string): void {
  const { inputs, observables, features, auxiliaries, scales, start, selfCheck } = document;
  const count = observables.length;
  const { process, observation } = ranksOf(document);
  const own = count * (document.observationNoise ? 2 : 1);
  const noises = auxiliaries + own + process + observation;
  const lists: readonly (readonly [string, readonly unknown[], number])[] = [
    ["scales.features", scales.features, inputs.length * features.length],
    ["scales.observables", scales.observables, count],
    ["scales.increments", scales.increments, count],
    ["scales.diffusion", scales.diffusion, noises],
    ["limits", document.limits, inputs.length],
    ["start.mean", start.mean, count],
    ["start.factor", start.factor, count],
    ...start.factor.map((row, i) => [`start.factor.${i}`, row, count] as const),
    ["selfCheck.expected", selfCheck.expected, selfCheck.drive.length],
    ...selfCheck.drive.map((row, t) => [`selfCheck.drive.${t}`, row, inputs.length] as const),
    ...selfCheck.expected.map((row, t) => [`selfCheck.expected.${t}`, row, count] as const),
  ];
  const wrong = lists.filter(([, list, length]) => list.length !== length);
  if (wrong.length === 0) return;
  throw fault("shape-mismatch", {
    where,
    what: "lists do not have the length that the channels ask for",
    got: wrong.map(([path, list]) => `${path}: ${list.length}`).join("; "),
    expected: wrong.map(([path, , length]) => `${path}: ${length}`).join("; "),
    fix: "Correct the file by hand, or write the twin again",
  });
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw fault("unreadable-file", {
      where,
      what: "the file is not JSON",
      got: error instanceof Error ? error.message : String(error),
      expected: "the twin.json that was written with the twin",
      fix: "Copy the folder again from where it was written",
    });
  }
}

// Indented, but lists of plain values on one line.
function formatJson(document: TwinDocument): string {
  const text = JSON.stringify(document, null, 2);
  const lists = text.replace(
    /\[\n\s*([^[\]{}"]*?)\n\s*\]/g,
    (_, items: string) => `[${items.replace(/\s*\n\s*/g, " ")}]`,
  );
  return `${lists}\n`;
}
