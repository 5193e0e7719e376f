// network.json: everything of a network but its weights, checked key by key. Nothing here touches
// the disk.
import { z } from "zod";
import { fault } from "../base/index.ts";
import type { ParameterSet } from "../engine/index.ts";
import { formatSafetensors, parseSafetensors } from "../twin/index.ts";
import { checkNetwork, withConstraintsKept } from "./check.ts";
import type { Network } from "./network.ts";

const SCHEMA_VERSION = 1;

/** The two files of a network folder. */
export interface NetworkFiles {
  /** Text of network.json. */
  readonly document: string;
  /** Bytes of weights.safetensors. */
  readonly weights: Uint8Array;
}

/** What a network folder says beside the network. */
export interface NetworkRecord {
  /** The program that writes the folder, "twinloom 0.1.0". */
  readonly program: string;
  /** How it was trained, as plain JSON. */
  readonly training?: Readonly<Record<string, unknown>>;
}

/** A network as it came from its folder. */
export interface StoredNetwork extends NetworkRecord {
  readonly network: Network;
}

const count = z.int().min(0);
const numbers = z.array(z.number());
const couplingChoices = ["last", "all"] as const;
const readoutChoices = ["last", "all", "mean"] as const;
const scales = { mean: numbers, sd: numbers };
const constraint = z.strictObject({
  sign: z.enum(["positive", "negative"]).optional(),
  fanIn: count.optional(),
  bound: z.number().optional(),
  levels: count.optional(),
});
const documentSchema = z.strictObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  program: z.string(),
  nodes: z.array(
    z.strictObject({
      ...{ name: z.string(), twin: z.string(), seesInput: z.boolean() },
      hold: z.int().min(1).optional(),
      couplingSamples: z.enum(couplingChoices).optional(),
      readoutSamples: z.enum(readoutChoices).optional(),
    }),
  ),
  /** Each [from, to, delay]: positions in `nodes`, task steps. */
  edges: z.array(z.tuple([count, count, count])),
  kinds: z.record(
    z.string(),
    z.strictObject({
      dt: z.number(),
      drive: z.strictObject({ ...scales, min: numbers, max: numbers }),
      response: z.strictObject(scales),
      units: z
        .strictObject({ drive: z.array(z.string()), response: z.array(z.string()) })
        .optional(),
      converters: z
        .strictObject({
          driveBits: z.number().optional(),
          responseBits: z.number().optional(),
          responseRange: z.number().optional(),
          slew: z.number().optional(),
        })
        .optional(),
    }),
  ),
  hold: z.int().min(1),
  live: z.boolean(),
  waits: z.boolean().optional(),
  inputLimit: z.enum(["clip", "smooth"]),
  constraints: z
    .strictObject({ inputMask: constraint.optional(), coupling: constraint.optional() })
    .optional(),
  couplingSamples: z.enum(couplingChoices),
  readout: z.strictObject({
    samples: z.enum(readoutChoices),
    over: z.enum(["each-step", "time-mean", "last-step"]),
    seesInput: z.boolean(),
  }),
  taskInputs: z.int().min(1),
  outputs: z.int().min(1),
  outputScales: z.strictObject(scales),
  training: z.record(z.string(), z.unknown()).optional(),
});

/**
 * The files of a network; equal networks give equal bytes.
 *
 * Weights are brought to what the network's constraints allow: no file holds any other.
 */
export function formatNetwork(given: Network, { program, training }: NetworkRecord): NetworkFiles {
  const { weights, edges, ...settings } = withConstraintsKept(given, "formatNetwork");
  // Parsed for the order of its keys: equal networks give equal bytes, however they were made.
  const document = documentSchema.parse({
    schemaVersion: SCHEMA_VERSION,
    program,
    ...settings,
    edges: edges.map(({ from, to, delay }) => [from, to, delay]),
    training,
  });
  const tensors = Object.entries(weights).map(
    ([name, { shape, data }]) => [name, { dtype: "F32", shape, data }] as const,
  );
  return { document: formatDocument(document), weights: formatSafetensors(new Map(tensors)) };
}

/** JSON with one key per line, and long lists with one item per line. */
function formatDocument(document: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(document).flatMap(([key, value]) => {
    if (value === undefined) return [];
    const isList = Array.isArray(value) && value.length > 0;
    const text = isList
      ? `[\n${value.map((item) => `    ${JSON.stringify(item)}`).join(",\n")}\n  ]`
      : JSON.stringify(value);
    return [`  ${JSON.stringify(key)}: ${text}`];
  });
  return `{\n${lines.join(",\n")}\n}\n`;
}

/**
 * Read the files of a network.
 *
 * @param where  Name of the folder, for messages.
 * @throws       `unreadable-file` for JSON or weights that cannot be read, with the path of every key
 *               that is missing, unknown or wrong; `bad-value` for a network that could not run.
 */
export function parseNetwork(files: NetworkFiles, where: string): StoredNetwork {
  const place = `${where}/network.json`;
  const result = documentSchema.safeParse(parseJson(files.document, place));
  if (!result.success) {
    const { issues } = result.error;
    throw fault("unreadable-file", {
      where: place,
      what: `${issues.length === 1 ? "one key does" : `${issues.length} keys do`} not describe a network`,
      got: issues
        .map(({ path, message }) => `${path.join(".") || "the whole file"}: ${message}`)
        .join("; "),
      expected: `the keys of a network, schemaVersion ${SCHEMA_VERSION}`,
      fix: "Correct the file by hand, or write the network again",
    });
  }
  const { schemaVersion: _, program, training, edges, ...settings } = result.data;
  const { tensors } = parseSafetensors(files.weights, `${where}/weights.safetensors`);
  const weights: Record<string, ParameterSet[string]> = {};
  for (const [name, { shape, data }] of tensors) {
    const [rows = 1, cols = 1] = shape;
    weights[name] = { shape: [rows, cols], data: Float32Array.from(data) };
  }
  const network: Network = {
    ...settings,
    edges: edges.map(([from, to, delay]) => ({ from, to, delay })),
    weights,
  };
  checkNetwork(network, where);
  return { network, program, ...(training === undefined ? {} : { training }) };
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw fault("unreadable-file", {
      where,
      what: "the file is not JSON",
      got: error instanceof Error ? error.message : String(error),
      expected: "a network document",
      fix: "Copy the file again from where it was written",
    });
  }
}
