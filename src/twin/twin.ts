import { childStream, createGenerator, fault, type Stream } from "../base/index.ts";
import type { Channel } from "../data/index.ts";
import type { ParameterSet } from "../engine/index.ts";
import { type Activation, initialWeights } from "../nn/index.ts";
import { findMethod, type MethodName } from "../sde/index.ts";

/** What the networks see of an input: its value, or its value times a function of the carrier. */
export type DriveFeature = "drive" | "sine" | "cosine" | "double-sine" | "double-cosine";

/** Every feature, in the usual order. */
export const driveFeatures: readonly DriveFeature[] = [
  "drive",
  "sine",
  "cosine",
  "double-sine",
  "double-cosine",
];

/** Hidden layers of a perceptron. */
export interface HiddenLayers {
  readonly hidden: readonly number[];
  readonly activation: Activation;
}

/** Standardised value = (value - mean) / sd. */
export interface Scale {
  readonly mean: number;
  readonly sd: number;
}

/** Units of everything that the networks see and give. */
export interface TwinScales {
  /** Input-major: every feature of input 0, then of input 1. */
  readonly features: readonly Scale[];
  /** Device units. */
  readonly observables: readonly Scale[];
  /** c, sd of an observable's change over a sampling step, standardised units. */
  readonly increments: readonly number[];
  /** G at a network output of zero: auxiliaries, observables, then (if any) observation noise,
   * shared process noise, shared observation noise. */
  readonly diffusion: readonly number[];
}

/** The law of x_0 at a reset, standardised units: mean + factor n, n unit normals. */
export interface StartLaw {
  readonly mean: readonly number[];
  /** Lower triangular, row by row, [observables, observables]. */
  readonly factor: readonly (readonly number[])[];
}

/** Ranks of the white noise that observables share: normals per step that move them together. */
export interface SharedRanks {
  /** Noise that enters the dynamics, by the rows of the weights "shared.process". */
  readonly process: number;
  /** Noise of the measurement alone, by the rows of "shared.observation". */
  readonly observation: number;
}

/** How much data a fit had. */
export interface DataCount {
  /** Different drives. */
  readonly sequences: number;
  /** Drives times their repeats. */
  readonly paths: number;
  /** Valid sampling steps of all paths. */
  readonly steps: number;
}

/** A phase of a fit, in its own measure of loss. */
export interface PhaseRecord {
  readonly name: string;
  /** Updates made. */
  readonly steps: number;
  /** Updates planned, where the phase stopped early; the learning rate followed this number. */
  readonly planned?: number;
  /** Best validation loss: that of the weights that were kept. */
  readonly validation: number;
  /** Losses after some of the updates; `loss` is a mean since the update before. */
  readonly history: {
    readonly step: readonly number[];
    readonly loss: readonly number[];
    readonly validation: readonly number[];
  };
}

/** How a twin came to be; with the options, enough to fit it again with the same bits. */
export interface TrainingRecord {
  /** Where the stream came from, if the caller said so. */
  readonly seed?: number;
  /** The stream of the fit. */
  readonly stream: Stream;
  /** What was trained on, and what only chose among weights. */
  readonly data: {
    readonly split: "by sequence" | "by time";
    readonly training: DataCount;
    readonly validation: DataCount;
  };
  /** In order. */
  readonly phases: readonly PhaseRecord[];
  /** Fingerprint of the recording, 16 hexadecimal digits. */
  readonly recording: string;
}

/** A noisy twin: plain JSON but for `parameters`. */
export interface Twin {
  readonly method: MethodName;
  /** Sampling step of the device, s. Inside the twin time is counted in sampling steps. */
  readonly dt: number;
  readonly substeps: number;
  readonly inputs: readonly Channel[];
  readonly observables: readonly Channel[];
  /** Samples, phase 0 at the reset. */
  readonly carrierPeriod?: number;
  readonly features: readonly DriveFeature[];
  /** N_d: past observables beside the present one. */
  readonly delays: number;
  /** N_a: Ornstein-Uhlenbeck variables. */
  readonly auxiliaries: number;
  readonly drift: HiddenLayers;
  readonly diffusion: HiddenLayers;
  readonly observationNoise: boolean;
  /** Left out where observables share no white noise. */
  readonly shared?: SharedRanks;
  readonly scales: TwinScales;
  /** Drive range that was recorded, per input, device units. */
  readonly limits: readonly { readonly min: number; readonly max: number }[];
  readonly start: StartLaw;
  readonly parameters: ParameterSet;
  readonly training?: TrainingRecord;
}

/** What can be chosen of a twin; the rest follows from the recording. */
export interface TwinOptions {
  /** Default "map". */
  readonly method?: MethodName;
  /** Default 1. */
  readonly substeps?: number;
  /** Default ["drive"]; for a device with a carrier, all of `driveFeatures`. */
  readonly features?: readonly DriveFeature[];
  /** Default 0. */
  readonly delays?: number;
  /** Default 3. */
  readonly auxiliaries?: number;
  /** Default 64-64 tanh. */
  readonly drift?: HiddenLayers;
  /** Default 32-32 tanh. */
  readonly diffusion?: HiddenLayers;
  /** White noise that is measured but never enters the dynamics (default false). */
  readonly observationNoise?: boolean;
  /** White noise that observables share, as ranks (default 0 each): see {@link SharedRanks}. */
  readonly shared?: Partial<SharedRanks>;
  /** Shortest and longest time constant of the auxiliaries at first, steps (default [1.5, 20]). */
  readonly timeConstants?: readonly [number, number];
}

/** Columns of the two networks. */
export interface TwinSizes {
  /** Observables and their delays. */
  readonly line: number;
  readonly features: number;
  readonly driftSizes: readonly number[];
  readonly diffusionSizes: readonly number[];
}

/** Ranks of the shared noise, 0 where there is none. */
export const ranksOf = ({ shared }: Pick<Twin, "shared">): SharedRanks =>
  shared ?? { process: 0, observation: 0 };

/** Sizes that follow from a twin's settings. */
export function sizesOf(
  twin: Pick<
    Twin,
    | "observables"
    | "inputs"
    | "features"
    | "delays"
    | "auxiliaries"
    | "drift"
    | "diffusion"
    | "observationNoise"
    | "shared"
  >,
): TwinSizes {
  const count = twin.observables.length;
  const line = count * (twin.delays + 1);
  const features = twin.inputs.length * twin.features.length;
  const seen = line + features;
  const { process, observation } = ranksOf(twin);
  const own = count * (twin.observationNoise ? 2 : 1);
  const noises = twin.auxiliaries + own + process + observation;
  return {
    line,
    features,
    driftSizes: [seen, ...twin.drift.hidden, count],
    diffusionSizes: [seen, ...twin.diffusion.hidden, noises],
  };
}

/** What a recording says of its device before any fit. */
export type TwinBasis = Pick<
  Twin,
  "dt" | "inputs" | "observables" | "carrierPeriod" | "limits" | "start"
> & {
  readonly scales: Pick<TwinScales, "observables" | "increments">;
  /** Mean and sd of each feature of each input, input-major. */
  readonly featureScales: (features: readonly DriveFeature[]) => readonly Scale[];
};

/**
 * A twin before its fit: drift near zero, noise of `initialNoise`.
 *
 * W is drawn so that the auxiliaries begin with seven tenths of the variance of an increment, white
 * noise with the rest.
 *
 * @param basis    Channels, scales and start law of a recording, from `createDataset`.
 * @param stream   Draws the first weights.
 * @throws         `unknown-name` or `bad-value` for settings that do not fit each other.
 */
export function createTwin(basis: TwinBasis, options: TwinOptions, stream: Stream): Twin {
  const method = options.method ?? "map";
  const substeps = options.substeps ?? 1;
  findMethod(method, substeps);
  const { dt, inputs, observables, carrierPeriod, limits, start } = basis;
  const usual = carrierPeriod === undefined ? driveFeatures.slice(0, 1) : driveFeatures;
  const features = options.features ?? usual;
  checkFeatures(features, carrierPeriod);
  const settings = {
    method,
    dt,
    substeps,
    inputs,
    observables,
    ...(carrierPeriod === undefined ? {} : { carrierPeriod }),
    features,
    delays: checkCount("delays", options.delays ?? 0),
    auxiliaries: checkCount("auxiliaries", options.auxiliaries ?? 3),
    drift: options.drift ?? { hidden: [64, 64], activation: "tanh" as const },
    diffusion: options.diffusion ?? { hidden: [32, 32], activation: "tanh" as const },
    observationNoise: options.observationNoise ?? false,
    ...sharedOf(options, observables.length),
    limits,
    start,
  };
  const sizes = sizesOf(settings);
  const noises = sizes.diffusionSizes[sizes.diffusionSizes.length - 1];
  const scales = {
    ...basis.scales,
    features: basis.featureScales(features),
    diffusion: new Array<number>(noises).fill(1),
  };
  const { drift, diffusion } = settings;
  const networks = {
    ...initialWeights("drift", sizes.driftSizes, { ...drift, lastScale: 0.1 }, stream),
    ...initialWeights("diffusion", sizes.diffusionSizes, { ...diffusion, lastScale: 0.1 }, stream),
  };
  const colour = initialColour(settings, options.timeConstants ?? [1.5, 20], stream);
  const patterns = initialPatterns(settings, stream);
  return { ...settings, scales, parameters: { ...networks, ...colour, ...patterns } };
}

/** The ranks asked for, with what they need; nothing where observables share no noise. */
function sharedOf(
  { method = "map", observationNoise = false, shared = {} }: TwinOptions,
  observables: number,
): Pick<Twin, "shared"> {
  const process = checkCount("shared process noises", shared.process ?? 0);
  const observation = checkCount("shared observation noises", shared.observation ?? 0);
  if (process + observation === 0) return {};
  const lacks = observation > 0 && !observationNoise;
  if (Math.max(process, observation) <= observables && !lacks && !method.startsWith("nado-")) {
    return { shared: { process, observation } };
  }
  throw fault("bad-value", {
    where: "createTwin",
    what: "the noise that observables share does not fit the twin",
    got: `ranks ${process} (process) and ${observation} (observation), ${observables} observables, method ${method}, observationNoise ${observationNoise}`,
    expected:
      "ranks up to the number of observables, another method than the reference's, and observationNoise where rank and noise are those of the observation",
    fix: "Lower `shared`, or set `observationNoise: true`",
  });
}

/** Patterns of the shared noise, small: the fit starts them from what it finds. */
function initialPatterns(twin: Pick<Twin, "shared" | "observables">, stream: Stream): ParameterSet {
  const count = twin.observables.length;
  const entries = Object.entries(ranksOf(twin)).flatMap(([name, rank]) => {
    if (rank === 0) return [];
    const generator = createGenerator(childStream(stream, `shared ${name}`));
    const data = Float32Array.from({ length: rank * count }, () => 0.1 * generator.normal());
    return [[`shared.${name}`, { shape: [rank, count], data }] as const];
  });
  return Object.fromEntries(entries);
}

/** W [auxiliaries, observables] and the logits of rho [1, auxiliaries]. */
function initialColour(
  { auxiliaries, observables }: Pick<Twin, "auxiliaries" | "observables">,
  [shortest, longest]: readonly [number, number],
  stream: Stream,
): ParameterSet {
  if (auxiliaries === 0) return {};
  const generator = createGenerator(childStream(stream, "mixing"));
  const count = observables.length;
  const mixing = Float32Array.from({ length: auxiliaries * count }, () => 0.3 * generator.normal());
  const memory = Float32Array.from({ length: auxiliaries }, (_, i) => {
    const tau = shortest * (longest / shortest) ** (auxiliaries > 1 ? i / (auxiliaries - 1) : 0.5);
    return -Math.log(Math.expm1(1 / tau));
  });
  return {
    mixing: { shape: [auxiliaries, count], data: mixing },
    memory: { shape: [1, auxiliaries], data: memory },
  };
}

function checkCount(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 0) return value;
  throw fault("bad-value", {
    where: "createTwin",
    what: `the number of ${name} is impossible`,
    got: `${value}`,
    expected: "a whole number of at least 0",
    fix: `Change \`${name}\``,
  });
}

function checkFeatures(features: readonly DriveFeature[], carrierPeriod?: number): void {
  const isCarrier = features.some((feature) => feature !== "drive");
  if (
    features.length > 0 &&
    features.every((feature) => driveFeatures.includes(feature)) &&
    (!isCarrier || carrierPeriod !== undefined)
  ) {
    return;
  }
  throw fault("bad-value", {
    where: "createTwin",
    what: "the drive features do not fit the device",
    got: `[${features.join(", ")}]`,
    expected: `some of ${driveFeatures.join(", ")}; but for the first only for a device with a carrier`,
    fix: "Leave `features` out to get the usual ones",
  });
}
