// What every file format of a recording holds, and the one place where it becomes a Recording.
//   <part>/drive, /response, /initial, /length, /order        arrays
//   dt, inputs, observables, parts, device, ... , sha256      plain JSON
import { createArray, fault, type HostArray } from "../base/index.ts";
import { normaliseAxes, optionalArrays } from "./axes.ts";
import { type Channel, checkRecording, type Recording, type RecordingPart } from "./recording.ts";

/** Named arrays and plain JSON: a recording as a file sees it. */
export interface Contents {
  readonly arrays: ReadonlyMap<string, HostArray>;
  readonly meta: Readonly<Record<string, unknown>>;
}

/** SHA-256 of all chunks in order, in hexadecimal. An argument because only edges have one. */
export type Sha256 = (chunks: readonly Uint8Array[]) => string;

/** How to turn a file into a recording. */
export interface ParseOptions {
  readonly sha256: Sha256;
  /** The file's name, for messages. */
  readonly where?: string;
  /** Name of the part of a bare file, one with `drive` and `response` only (default "drive_set"). */
  readonly partName?: string;
  /** Sampling step of a bare file that does not hold one, s. */
  readonly dt?: number;
}

/** The layout that this program writes; higher ones are refused. */
const layoutVersion = 1;

/** The names under which a part, or a bare file, keeps its arrays. */
export const partArrays: readonly string[] = ["drive", "response", "initial", "length", "order"];

/** What else a file keeps: plain JSON, by name. */
export const metaKeys: readonly string[] = [
  ...["dt", "inputs", "observables", "parts"],
  ...["carrierPeriod", "device", "protocol", "seed", "versions", "sha256"],
];

/** Largest file that Node reads in one piece is 2 GiB; some room is left for names and text. */
export const largestData: number = 2 ** 31 - 2 ** 20;

/**
 * Take a recording apart for a file, with the hash of its data.
 *
 * @throws  `out-of-range` if the file could not be read again, for its size.
 */
export function toContents(recording: Recording, sha256: Sha256): Contents {
  const { parts, ...facts } = recording;
  const arrays = new Map<string, HostArray>();
  for (const part of parts) {
    for (const [name, array] of arraysOf(part)) arrays.set(`${part.name}/${name}`, array);
  }
  checkTotal([...arrays.values()].reduce((sum, { data }) => sum + data.byteLength, 0));
  const names = parts.map((part) => part.name);
  return { arrays, meta: metaOf(facts, names, sha256(dataChunks(recording))) };
}

/** What a file keeps of a recording beside its arrays. */
export function metaOf(
  facts: Omit<Recording, "parts">,
  parts: readonly string[],
  sha256: string,
): Contents["meta"] {
  const { dt, inputs, observables, carrierPeriod, device, protocol, seed } = facts;
  const described = { carrierPeriod, device, protocol, seed };
  const versions = { recording: layoutVersion };
  return { dt, inputs, observables, parts, ...described, versions, sha256 };
}

/** Refuse more bytes of data than one file may hold. */
export function checkTotal(bytes: number): void {
  if (bytes <= largestData) return;
  throw fault("out-of-range", {
    where: "writing a recording",
    what: "the recording is too large for one file",
    got: `${(bytes / 2 ** 30).toFixed(2)} GiB as float64`,
    expected: "less than 2 GiB",
    fix: "Write each part to its own file, or fewer repeats to each",
  });
}

/**
 * The data of a recording as bytes, for a hash: float64, little-endian, row-major; part after part,
 * and within each part drive, response, initial, length, order.
 */
export function dataChunks(recording: Recording): Uint8Array[] {
  return recording.parts.flatMap((part) =>
    arraysOf(part).map(([, { data }]) => {
      return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    }),
  );
}

/**
 * Put a recording together and check it.
 *
 * @param contents  Arrays under `<part>/`, or bare: `drive`, `response`, `dt` and no part.
 * @param options   `sha256`; `where`; `partName` and `dt` for a bare file.
 * @throws          `unreadable-file` if something is missing, unknown or changed; what
 *                  `checkRecording` throws.
 */
export function fromContents(contents: Contents, options: ParseOptions): Recording {
  const { where = "recording" } = options;
  const { arrays, meta } = contents;
  checkVersion(meta, where);
  const names = partNames(contents, where);
  const parts =
    names.length > 0
      ? names.map((name) => readPart(arrays, name, where))
      : [normaliseAxes(arrays, options.partName ?? "drive_set", where)];
  const recording: Recording = {
    dt: readStep(contents, options, where),
    inputs: readChannels(meta.inputs, "input", parts[0].drive.shape[2], where),
    observables: readChannels(meta.observables, "observable", parts[0].response.shape[3], where),
    parts,
    ...readNumber(meta, "carrierPeriod", where),
    ...readObject(meta, "device", where),
    ...readObject(meta, "protocol", where),
    ...readNumber(meta, "seed", where),
  };
  checkRecording(recording, where);
  checkHash(recording, meta, options.sha256, where);
  return recording;
}

function arraysOf(part: RecordingPart): [string, HostArray][] {
  const { drive, response, initial, length, order } = part;
  const [sequences, repeats] = response.shape;
  const all: [string, HostArray | undefined][] = [
    ["drive", drive],
    ["response", response],
    ["initial", initial],
    ["length", length && createArray([sequences], length)],
    ["order", order && createArray([sequences, repeats], order)],
  ];
  return all.filter((entry): entry is [string, HostArray] => entry[1] !== undefined);
}

function partNames({ arrays, meta }: Contents, where: string): readonly string[] {
  const found = [...arrays.keys()]
    .filter((key) => key.endsWith("/drive"))
    .map((key) => key.slice(0, -"/drive".length));
  const named = meta.parts;
  const isList = Array.isArray(named) && named.every((name) => typeof name === "string");
  if (isList && named.length > 0) return named;
  if (found.length > 0) return found;
  if (arrays.has("drive") && arrays.has("response")) return [];
  throw fault("unreadable-file", {
    where,
    what: "the file holds no recording",
    got: arrays.size === 0 ? "no arrays" : `the arrays ${[...arrays.keys()].join(", ")}`,
    expected: "<part>/drive and <part>/response, or drive, response and dt",
    fix: "Name the arrays drive and response, and give dt in seconds",
  });
}

function readPart(
  arrays: ReadonlyMap<string, HostArray>,
  name: string,
  where: string,
): RecordingPart {
  const need = (field: string): HostArray => {
    const array = arrays.get(`${name}/${field}`);
    if (array) return array;
    throw fault("unreadable-file", {
      where,
      what: `part '${name}' has no ${field}`,
      got: [...arrays.keys()].join(", ") || "no arrays",
      expected: `an array ${name}/${field}`,
      fix: "Write the part again with both its drive and its response",
    });
  };
  const [drive, response] = [need("drive"), need("response")];
  return { name, drive, response, ...optionalArrays((field) => arrays.get(`${name}/${field}`)) };
}

function readStep({ arrays, meta }: Contents, options: ParseOptions, where: string): number {
  const stored = meta.dt ?? arrays.get("dt")?.data[0];
  if (stored === undefined && options.dt !== undefined) return options.dt;
  if (typeof stored === "number" && options.dt !== undefined && options.dt !== stored) {
    throw fault("bad-value", {
      where,
      what: "the file and the options disagree about the sampling step dt",
      got: `${options.dt} s in the options`,
      expected: `${stored} s, as in the file`,
      fix: "Leave dt out of the options, or correct the file",
    });
  }
  if (typeof stored === "number") return stored;
  throw fault("unreadable-file", {
    where,
    what: "the sampling step dt is not known",
    got: stored === undefined ? "none" : JSON.stringify(stored),
    expected: "a scalar dt in seconds",
    fix: "Save dt beside drive and response, or give it as an option (--dt)",
  });
}

function readChannels(
  value: unknown,
  kind: string,
  count: number | undefined,
  where: string,
): readonly Channel[] {
  if (value === undefined) {
    // An array with too few axes has no count; checkRecording then says what is wrong with it.
    return Array.from({ length: count || 1 }, (_, i) => ({ name: `${kind} ${i + 1}`, unit: "" }));
  }
  if (Array.isArray(value) && value.every(isChannel)) return value;
  throw fault("unreadable-file", {
    where,
    what: `the list of ${kind}s is not readable`,
    got: JSON.stringify(value),
    expected: 'a JSON list like [{"name": "field", "unit": "mT"}], with min, max, maxSlew if known',
    fix: `Write a name and a unit for each ${kind}`,
  });
}

function isChannel(value: unknown): value is Channel {
  if (typeof value !== "object" || value === null) return false;
  const { name, unit, min, max, maxSlew } = value as Record<string, unknown>;
  const isLimit = (limit: unknown): boolean => limit === undefined || typeof limit === "number";
  const isText = typeof name === "string" && typeof unit === "string";
  return isText && isLimit(min) && isLimit(max) && isLimit(maxSlew);
}

function readNumber<K extends string>(
  meta: Contents["meta"],
  key: K,
  where: string,
): { readonly [N in K]?: number } {
  const value = meta[key];
  if (value === undefined) return {};
  if (typeof value === "number") return { [key]: value } as { [N in K]: number };
  throw badMeta(key, value, "a number", where);
}

function readObject<K extends string>(
  meta: Contents["meta"],
  key: K,
  where: string,
): { readonly [N in K]?: Readonly<Record<string, unknown>> } {
  const value = meta[key];
  if (value === undefined) return {};
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return { [key]: value } as { [N in K]: Record<string, unknown> };
  }
  throw badMeta(key, value, "a JSON object", where);
}

const badMeta = (key: string, value: unknown, expected: string, where: string): Error =>
  fault("unreadable-file", {
    where,
    what: `the attribute ${key} is not readable`,
    got: JSON.stringify(value),
    expected,
    fix: "Correct the attribute, or leave it out",
  });

function checkVersion(meta: Contents["meta"], where: string): void {
  const versions = meta.versions as { recording?: unknown } | null | undefined;
  const version = versions?.recording ?? layoutVersion;
  if (typeof version === "number" && version <= layoutVersion) return;
  throw fault("unreadable-file", {
    where,
    what: "the recording was written by a later version of this program",
    got: `layout version ${JSON.stringify(version)}`,
    expected: `at most ${layoutVersion}`,
    fix: "Update Twinloom",
  });
}

function checkHash(
  recording: Recording,
  meta: Contents["meta"],
  sha256: Sha256,
  where: string,
): void {
  if (meta.sha256 === undefined) return;
  const found = sha256(dataChunks(recording));
  if (found === meta.sha256) return;
  throw fault("unreadable-file", {
    where,
    what: "the data are not the ones that were written",
    got: `sha256 ${found}`,
    expected: String(meta.sha256),
    fix: "Copy the file again; if the data were edited on purpose, delete the attribute sha256",
  });
}
