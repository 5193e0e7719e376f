// twin.json: everything of a twin but its weights, checked key by key.
import { z } from "zod";
import { fault } from "../base/index.ts";
import type { Channel } from "../data/index.ts";
import type { ParameterSet } from "../engine/index.ts";
import { type Method, type MethodName, methods } from "../sde/index.ts";
import {
  type DriveFeature,
  driveFeatures,
  type PhaseRecord,
  ranksOf,
  type TrainingRecord,
  type Twin,
} from "./twin.ts";

/** Version of the layout of twin.json, and the first program version that writes it. */
export const SCHEMA_VERSION: 1 = 1;
const firstProgram = "0.1";

/** One realisation of one drive, which any reader must reproduce. */
export interface StoredCheck {
  readonly seed: number;
  /** [time][inputs], device units. */
  readonly drive: readonly (readonly number[])[];
  /** [time][observables], device units. */
  readonly expected: readonly (readonly number[])[];
}

/** A training record in which a loss that was never measured is null, as JSON has no NaN. */
type StoredTraining = Omit<TrainingRecord, "phases"> & {
  readonly phases: readonly (Omit<PhaseRecord, "validation"> & {
    readonly validation: number | null;
  })[];
};

/** The content of twin.json, version 1. */
export interface TwinDocument extends Omit<Twin, "parameters" | "training"> {
  readonly schemaVersion: 1;
  /** The program that wrote the file, "twinloom 0.1.0". */
  readonly program: string;
  /** The law of one step, for people. */
  readonly equation: readonly string[];
  readonly calculus: Method["calculus"];
  readonly training?: StoredTraining;
  /** Hashes of the recordings that the twin was fitted to. */
  readonly datasets: readonly string[];
  /** What `compareRepeats` said of it; numbers that were not finite are null. */
  readonly validation?: { readonly verdict: string; readonly [measure: string]: unknown };
  readonly selfCheck: StoredCheck;
}

const count = z.int().min(0);
const positive = z.number().positive();
const numbers = z.array(z.number());
const channel = z.strictObject({
  name: z.string(),
  unit: z.string(),
  min: z.number().optional(),
  max: z.number().optional(),
  maxSlew: z.number().optional(),
});
const layers = z.strictObject({
  hidden: z.array(z.int().positive()),
  activation: z.enum(["tanh", "relu", "silu"]),
});
const scales = z.array(z.strictObject({ mean: z.number(), sd: positive }));
const dataCount = z.strictObject({ sequences: count, paths: count, steps: count });
const trainingSchema = z.strictObject({
  seed: count.optional(),
  stream: z.strictObject({ key0: count, key1: count }),
  data: z.strictObject({
    split: z.enum(["by sequence", "by time"]),
    training: dataCount,
    validation: dataCount,
  }),
  phases: z.array(
    z.strictObject({
      name: z.string(),
      steps: count,
      planned: count.optional(),
      validation: z.number().nullable(),
      history: z.strictObject({ step: numbers, loss: numbers, validation: numbers }),
    }),
  ),
  recording: z.string(),
});
const twinSchema: z.ZodType<TwinDocument> = z.strictObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  program: z.string(),
  equation: z.array(z.string()),
  method: z.enum(Object.keys(methods) as [MethodName, ...MethodName[]]),
  calculus: z.enum(["stratonovich", "ito", "neither", "discrete"]),
  dt: positive,
  substeps: z.int().positive(),
  inputs: z.array(channel).min(1),
  observables: z.array(channel).min(1),
  carrierPeriod: positive.optional(),
  features: z.array(z.enum(driveFeatures as [DriveFeature, ...DriveFeature[]])).min(1),
  delays: count,
  auxiliaries: count,
  drift: layers,
  diffusion: layers,
  observationNoise: z.boolean(),
  shared: z.strictObject({ process: count, observation: count }).optional(),
  scales: z.strictObject({
    features: scales,
    observables: scales,
    increments: numbers,
    diffusion: numbers,
  }),
  limits: z.array(z.strictObject({ min: z.number(), max: z.number() })),
  start: z.strictObject({ mean: numbers, factor: z.array(numbers) }),
  training: trainingSchema.optional(),
  datasets: z.array(z.string()),
  validation: z.looseObject({ verdict: z.string() }).optional(),
  selfCheck: z.strictObject({
    seed: count,
    drive: z.array(numbers).min(1),
    expected: z.array(numbers).min(1),
  }),
});

/**
 * Check the parsed content of a twin.json.
 *
 * @param json   Any JSON value.
 * @param where  The file's name, for messages.
 * @throws       `unreadable-file`: another schema version, or every key that is missing, unknown or
 *               of the wrong kind, with its path.
 */
export function checkDocument(json: unknown, where: string): TwinDocument {
  const { schemaVersion, program } = (json ?? {}) as Record<string, unknown>;
  if (schemaVersion !== undefined && schemaVersion !== SCHEMA_VERSION) {
    throw fault("unreadable-file", {
      where,
      what: "the twin was written in another version of the format",
      got: `schemaVersion ${schemaVersion}, written by ${program ?? "an unnamed program"}`,
      expected: `schemaVersion ${SCHEMA_VERSION}, which twinloom ${firstProgram} and later write`,
      fix: `Open it with ${program ?? "the program that wrote it"}, or a later version`,
    });
  }
  const result = twinSchema.safeParse(json);
  if (result.success) return result.data;
  const issues = result.error.issues.map(
    ({ path, message }) => `${path.length > 0 ? path.join(".") : "the whole file"}: ${message}`,
  );
  throw fault("unreadable-file", {
    where,
    what: `${issues.length === 1 ? "one key does" : `${issues.length} keys do`} not describe a twin`,
    got: issues.join("; "),
    expected: `the keys of a twin, schemaVersion ${SCHEMA_VERSION}`,
    fix: "Correct the file by hand, or write the twin again",
  });
}

/** What a document says beside the twin. */
export type DocumentExtras = Pick<
  TwinDocument,
  "program" | "datasets" | "validation" | "selfCheck"
>;

/** A twin as a document; its weights are left out. */
export function toDocument(twin: Twin, extras: DocumentExtras): TwinDocument {
  const { parameters: _, ...settings } = twin;
  const plain = {
    schemaVersion: SCHEMA_VERSION,
    program: extras.program,
    equation: equationOf(twin),
    calculus: methods[twin.method].calculus,
    ...settings,
    inputs: twin.inputs.map(plainChannel),
    observables: twin.observables.map(plainChannel),
    datasets: extras.datasets,
    validation: extras.validation,
    selfCheck: extras.selfCheck,
  };
  // Through JSON: what is written is what will be read, NaN as null and nothing undefined.
  return checkDocument(JSON.parse(JSON.stringify(plain)), "writeTwin");
}

// A device's channel may carry more than a file keeps.
const plainChannel = ({ name, unit, min, max, maxSlew }: Channel): Channel => ({
  name,
  unit,
  min,
  max,
  maxSlew,
});

/** The twin that a document and its weights describe. */
export function fromDocument(document: TwinDocument, parameters: ParameterSet): Twin {
  const {
    schemaVersion,
    program,
    equation,
    calculus,
    datasets,
    validation,
    selfCheck,
    ...settings
  } = document;
  const { training, ...rest } = settings;
  if (!training) return { ...rest, parameters };
  const phases = training.phases.map((phase) => ({
    ...phase,
    validation: phase.validation ?? Number.NaN,
  }));
  return { ...rest, parameters, training: { ...training, phases } };
}

// u is what the networks see; c, g_0 and the standardisation are in `scales`.
const exactLaw =
  "da = -theta a dt + g_a(u) dW, theta = softplus(-memory), exact joint law of a and its force";
const walkedLaw = "da = -theta a dt + g_a(u) dW, theta = softplus(-memory), in the method's stages";
const steps: { readonly [M in MethodName]: readonly string[] } = {
  map: [
    "x(t+1) = x(t) + c [F(u) + (a(t) + D xi) W + g_x(u) zeta]",
    "a(t+1) = rho a(t) + D xi, D = sqrt(1 - rho^2) g_a(u), rho = sigmoid(memory)",
  ],
  heun: ["dx = c [F(u) + coloured force W] dt + c g_x(u) o dW, stochastic Heun", exactLaw],
  "euler-maruyama": [
    "dx = c [F(u) + coloured force W] dt + c g_x(u) dW, Ito, Euler-Maruyama",
    exactLaw,
  ],
  rk4: [
    "dx = c [F(u) + coloured force W] dt + c g_x(u) o dW, classical RK4, one dW per step",
    exactLaw,
  ],
  "nado-rk2": ["dx = c [F(u) - theta a W] dt + c g_x(u) o dW, RK2 of arXiv:2401.07387", walkedLaw],
  "nado-rk4": [
    "dx = c [F(u) - theta a W] dt + c g_x(u) dW, RK4 of arXiv:2401.07387, drift f + 0.638 g g'",
    walkedLaw,
  ],
};

/** The law of one step in plain text. */
function equationOf(twin: Twin): string[] {
  const past = twin.delays > 0 ? ` ... x(t-${twin.delays})` : "";
  const [observable, auxiliary] = steps[twin.method];
  const { process, observation } = ranksOf(twin);
  const own = twin.observationNoise ? "R(u) eta" : "";
  const error = observation > 0 ? `${own} + (s_y(u) eps) B` : own;
  return [
    `u = (x(t)${past}, ${twin.features.join(", ")} of s(t)), standardised; time in sampling steps`,
    observable,
    ...(process > 0 ? ["and c [(s_x(u) nu) V] of white noise that observables share"] : []),
    ...(twin.auxiliaries > 0 ? [auxiliary] : []),
    process + observation > 0
      ? "(g_a, g_x, R, s_x, s_y) = g_0 exp(3 tanh(G(u)/3)), xi, zeta, eta, nu, eps unit normals"
      : "(g_a, g_x, R) = g_0 exp(3 tanh(G(u)/3)), xi, zeta, eta unit normals",
    `y(t+1) = x(t+1)${error === "" ? "" : observation > 0 ? ` + c [${error}]` : ` + c ${error}`}`,
  ];
}
