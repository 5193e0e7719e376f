// A checkpoint as the bytes of one safetensors file: the numbers of its trainings as tensors, the
// rest as JSON in the metadata.
import { z } from "zod";
import { fault } from "../base/index.ts";
import { type FitCheckpoint, under, within } from "./checkpoint.ts";
import { formatSafetensors, parseSafetensors, type Tensor } from "./safetensors.ts";

/** Version of the layout; others are refused. */
const CHECKPOINT_VERSION = 1;

const count = z.int().min(0);
const documentSchema = z.strictObject({
  schemaVersion: z.literal(CHECKPOINT_VERSION),
  identity: z.strictObject({
    recording: z.string(),
    stream: z.strictObject({ key0: count, key1: count }),
    rounding: z.string(),
  }),
  phases: z.array(z.strictObject({ name: z.string(), steps: count })),
  trainings: z.array(
    z.strictObject({
      phase: z.string(),
      step: count,
      hasEnded: z.boolean(),
      reports: z.array(
        z.strictObject({
          phase: z.string(),
          step: count,
          steps: count,
          loss: z.number(),
          validation: z.number(),
        }),
      ),
    }),
  ),
});

/** The bytes of a checkpoint. */
export function formatCheckpoint({ identity, phases, trainings }: FitCheckpoint): Uint8Array {
  const tensors = new Map<string, Tensor>();
  trainings.forEach(({ numbers }, i) => {
    for (const [name, data] of Object.entries(under(`${i}`, numbers))) {
      const dtype = data instanceof Float32Array ? "F32" : "F64";
      tensors.set(name, { dtype, shape: [data.length], data });
    }
  });
  const document = {
    ...{ schemaVersion: CHECKPOINT_VERSION, identity, phases },
    trainings: trainings.map(({ numbers: _, ...training }) => training),
  };
  return formatSafetensors(tensors, { checkpoint: JSON.stringify(document) });
}

/**
 * Read the bytes of a checkpoint.
 *
 * @param where  The file's name, for messages.
 * @throws       `unreadable-file`: cut short, of another version, or no checkpoint at all.
 */
export function parseCheckpoint(bytes: Uint8Array, where: string): FitCheckpoint {
  const { tensors, metadata } = parseSafetensors(bytes, where);
  const parsed = documentSchema.safeParse(parseJson(metadata.checkpoint));
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw fault("unreadable-file", {
      where,
      what: "the file is not a checkpoint that this version can go on from",
      got: `${path.join(".") || "metadata"}: ${message}`,
      expected: `the checkpoint of a fit, schemaVersion ${CHECKPOINT_VERSION}`,
      fix: "Resume with the version that began the fit, or start the fit anew",
    });
  }
  const all = Object.fromEntries([...tensors].map(([name, { data }]) => [name, data]));
  const { trainings, ...rest } = parsed.data;
  return {
    ...rest,
    trainings: trainings.map((training, i) => ({ ...training, numbers: within(`${i}`, all) })),
  };
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}
