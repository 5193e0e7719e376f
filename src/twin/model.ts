import {
  add,
  affine,
  clip,
  concat,
  div,
  exp,
  literal,
  matmul,
  mul,
  type Node,
  type ParameterSet,
  parameter,
  slice,
  softplus,
  square,
  tanh,
} from "../engine/index.ts";
import { createPerceptron } from "../nn/index.ts";
import {
  type Diffusion,
  findMethod,
  replaceNewest,
  type StepModel,
  shiftDelays,
} from "../sde/index.ts";
import { type DriveFeature, ranksOf, sizesOf, type Twin, type TwinSizes } from "./twin.ts";

/** Latent observables are held within so many standard deviations, lest a bad twin explode. */
const largestState = 20;

/** Values that one device step needs. */
export interface TwinStepArguments {
  /** [rows, stateCols]. */
  readonly state: Node;
  /** [rows, inputs], device units. */
  readonly drive: Node;
  /** (sin phi, sin 2 phi), [1, 2] or [rows, 2]; for devices with a carrier. */
  readonly carrier?: Node;
  /** [rows, normalCols]; left out, the noise is off. */
  readonly normals?: Node;
}

/** The laws of one step at given states, all but what moves them on. */
export interface TwinTerms {
  /** F, [rows, observables], in units of the increment scale c. */
  readonly drift: Node;
  /** g_a, [rows, auxiliaries]; left out where there are none. */
  readonly auxiliary?: Node;
  /** g_x, [rows, observables], in units of c. */
  readonly white: Node;
  /** R, [rows, observables], in units of c; left out without observation noise. */
  readonly observed?: Node;
  /** s of the noise that observables share, [rows, rank]; left out where the rank is 0. */
  readonly sharedProcess?: Node;
  readonly sharedObservation?: Node;
}

/** W [auxiliaries, observables] and theta [1, auxiliaries]; empty where there are none. */
export interface TwinColour {
  readonly mixing?: Node;
  readonly rate?: Node;
}

/** V and B, [rank, observables], in units of c; left out where the rank is 0. */
export interface TwinPatterns {
  readonly process?: Node;
  readonly observation?: Node;
}

/** One device step of a twin as a piece of graph. */
export interface TwinGraph {
  /** x and its delays, observables (N_d + 1), then the auxiliaries. */
  readonly stateCols: number;
  /** Standard normals per row and device step: process, then observation. */
  readonly normalCols: number;
  readonly inputs: number;
  readonly observables: number;
  /** Whether `step` needs `carrier`. */
  readonly needsCarrier: boolean;
  /** F, G and R at [rows, line] states without their auxiliaries. */
  readonly terms: (line: Node, drive: Pick<TwinStepArguments, "drive" | "carrier">) => TwinTerms;
  /** W and theta of the auxiliaries. */
  readonly colour: TwinColour;
  /** Weights of F. */
  readonly driftParameters: readonly Node[];
  /** Patterns of the noise that observables share. */
  readonly patterns: TwinPatterns;
  /** Weights of G and R, W and the memory of the auxiliaries, V and B. */
  readonly noiseParameters: readonly Node[];
  /** The next state, and what an instrument reads of it, [rows, observables], standardised. */
  readonly step: (args: TwinStepArguments) => { readonly state: Node; readonly measured: Node };
}

// u = (x_t ... x_{t-N_d}, drive features), standardised; c scale of increments; time in steps.
//   drift c F(u);   diffusion g = g_0 exp(3 tanh(G(u)/3)), between g_0/20 and 20 g_0
//   theta = softplus(-memory), so that rho = exp(-theta) = sigmoid(memory)
//   white noise c (g_x(u) zeta + (s_x(u) nu) V),    nu unit normals, fewer than observables
//   y = x' + c (R(u) eta + (s_y(u) eps) B),         R, s columns of G at the start of the step

/**
 * Build a twin's step on graph nodes; all calls of `step` share the weights.
 *
 * @param prefix  Put before the names of the parameters, so that several twins fit in one program.
 * @source        Manneschi et al. 2025, arXiv:2401.07387, Methods; bounded G is ours.
 */
export function createTwinGraph(twin: Twin, prefix = ""): TwinGraph {
  const sizes = sizesOf(twin);
  const { auxiliaries, observationNoise } = twin;
  const observables = twin.observables.length;
  const { substeps } = twin;
  const method = findMethod(twin.method, substeps);
  const ranks = ranksOf(twin);
  const size = { observables, auxiliaries, substeps, shared: ranks.process };
  const processCols = method.normalCols(size);
  const networks = createNetworks(twin, sizes, prefix);
  const colour = createColour(twin, prefix);
  const patterns = createPatterns(twin, prefix);
  const increments = literal([1, observables], twin.scales.increments);
  const processPattern = patterns.process && mul(patterns.process, increments);
  const step: TwinGraph["step"] = ({ state, drive, carrier, normals }) => {
    const line = slice(state, 0, sizes.line);
    const features = createFeatures(twin, drive, carrier);
    const termsAt = keep((x: Node) => networks.terms(concat([replaceNewest(x, line), features])));
    const model: StepModel = {
      drift: (x) => mul(termsAt(x).drift, increments),
      diffusion: (x): Diffusion => {
        const { white, auxiliary, sharedProcess: amplitude } = termsAt(x);
        const own = { white: mul(white, increments), auxiliary };
        if (!amplitude || !processPattern) return own;
        return { ...own, shared: { amplitude, pattern: processPattern } };
      },
      mix: (a) => mul(matmul(a, colour.mixing as Node), increments),
      rate: colour.rate,
    };
    const x = slice(state, 0, observables);
    const a = auxiliaries > 0 ? slice(state, sizes.line, auxiliaries) : undefined;
    const process = normals && slice(normals, 0, processCols);
    const moved = method.step(model, { x, a }, { dt: 1, substeps }, process);
    const next = clip(moved.x, -largestState, largestState);
    const shifted = shiftDelays(next, line);
    const after = moved.a ? concat([shifted, moved.a]) : shifted;
    const { observed, sharedObservation } = termsAt(x);
    if (!normals || !observed) return { state: after, measured: next };
    const error = mul(mul(observed, increments), slice(normals, processCols, observables));
    const measured = add(next, error);
    if (!sharedObservation || !patterns.observation) return { state: after, measured };
    const common = slice(normals, processCols + observables, ranks.observation);
    const felt = matmul(mul(sharedObservation, common), mul(patterns.observation, increments));
    return { state: after, measured: add(measured, felt) };
  };
  return {
    stateCols: sizes.line + auxiliaries,
    normalCols: processCols + (observationNoise ? observables : 0) + ranks.observation,
    inputs: twin.inputs.length,
    observables,
    needsCarrier: twin.features.some((feature) => feature !== "drive"),
    driftParameters: networks.driftParameters,
    noiseParameters: [
      ...networks.noiseParameters,
      ...colour.parameters,
      ...Object.values(patterns),
    ],
    colour,
    patterns,
    terms: (line, { drive, carrier }) =>
      networks.terms(concat([line, createFeatures(twin, drive, carrier)])),
    step,
  };
}

interface Networks {
  /** F, G and R of standardised states, delays and drive features. */
  readonly terms: (seen: Node) => TwinTerms;
  readonly driftParameters: readonly Node[];
  readonly noiseParameters: readonly Node[];
}

function createNetworks(twin: Twin, sizes: TwinSizes, prefix: string): Networks {
  const { auxiliaries, drift, diffusion } = twin;
  const observables = twin.observables.length;
  const force = createPerceptron(`${prefix}drift`, sizes.driftSizes, drift.activation);
  const noise = createPerceptron(`${prefix}diffusion`, sizes.diffusionSizes, diffusion.activation);
  const amplitudes = createAmplitudes(twin);
  const { process, observation } = ranksOf(twin);
  const errors = twin.observationNoise ? observables : 0;
  return {
    terms: (seen) => {
      const all = amplitudes(noise.apply(seen));
      let from = 0;
      const next = (count: number): Node | undefined => {
        from += count;
        return count > 0 ? slice(all, from - count, count) : undefined;
      };
      // In the order of the columns of G.
      const auxiliary = next(auxiliaries);
      const white = next(observables) as Node;
      const observed = next(errors);
      const sharedProcess = next(process);
      const sharedObservation = next(observation);
      const drift = force.apply(seen);
      return { drift, auxiliary, white, observed, sharedProcess, sharedObservation };
    },
    driftParameters: force.parameters,
    noiseParameters: noise.parameters,
  };
}

/** A twin's weights under the names that its graph gives them. */
export function parametersOf(twin: Twin, prefix = ""): ParameterSet {
  return Object.fromEntries(
    Object.entries(twin.parameters).map(([name, value]) => [`${prefix}${name}`, value]),
  );
}

/** Call a builder once per node, however often a method asks. */
function keep<Value>(build: (x: Node) => Value): (x: Node) => Value {
  const made = new Map<Node, Value>();
  return (x) => {
    const before = made.get(x);
    if (before) return before;
    const value = build(x);
    made.set(x, value);
    return value;
  };
}

/** G's outputs as positive, bounded amplitudes. */
function createAmplitudes(twin: Twin): (output: Node) => Node {
  const { diffusion } = twin.scales;
  const base = literal([1, diffusion.length], diffusion);
  return (output) => mul(exp(affine(tanh(affine(output, 1 / 3)), 3)), base);
}

function createColour(
  twin: Twin,
  prefix: string,
): TwinColour & { readonly parameters: readonly Node[] } {
  const { auxiliaries } = twin;
  if (auxiliaries === 0) return { parameters: [] };
  const mixing = parameter(`${prefix}mixing`, [auxiliaries, twin.observables.length]);
  const memory = parameter(`${prefix}memory`, [1, auxiliaries]);
  const rate = clip(softplus(affine(memory, -1)), 1e-4, 20);
  return { parameters: [mixing, memory], mixing, rate };
}

function createPatterns(twin: Twin, prefix: string): TwinPatterns {
  const observables = twin.observables.length;
  const { process, observation } = ranksOf(twin);
  const pattern = (name: string, rank: number): Node =>
    parameter(`${prefix}shared.${name}`, [rank, observables]);
  return {
    ...(process > 0 ? { process: pattern("process", process) } : {}),
    ...(observation > 0 ? { observation: pattern("observation", observation) } : {}),
  };
}

/** Drive features, standardised, [rows, inputs * features], input-major. */
function createFeatures(twin: Twin, drive: Node, carrier?: Node): Node {
  const { features, inputs } = twin;
  const isPlain = features.length === 1 && features[0] === "drive";
  const waves = carrier && createWaves(carrier);
  const columns = inputs.flatMap((_, i) =>
    features.map((feature) => {
      const value = slice(drive, i, 1);
      return feature === "drive" || !waves ? value : mul(value, waves[feature]);
    }),
  );
  const scales = twin.scales.features;
  const factor = literal(
    [1, scales.length],
    scales.map(({ sd }) => 1 / sd),
  );
  const shift = literal(
    [1, scales.length],
    scales.map(({ mean, sd }) => -mean / sd),
  );
  return add(mul(isPlain ? drive : concat(columns), factor), shift);
}

type Wave = Exclude<DriveFeature, "drive">;

/** What (sin phi, sin 2 phi) says of phi: cos phi = sin 2 phi / (2 sin phi), for sin phi is not 0. */
function createWaves(carrier: Node): { readonly [W in Wave]: Node } {
  const sine = slice(carrier, 0, 1);
  const doubleSine = slice(carrier, 1, 1);
  return {
    sine,
    "double-sine": doubleSine,
    cosine: div(affine(doubleSine, 0.5), sine),
    "double-cosine": affine(square(sine), -2, 1),
  };
}

/** The functions of the carrier that a feature is multiplied by, in numbers. */
export const waveOf: { readonly [F in DriveFeature]: (phi: number) => number } = {
  drive: () => 1,
  sine: Math.sin,
  cosine: Math.cos,
  "double-sine": (phi) => Math.sin(2 * phi),
  "double-cosine": (phi) => Math.cos(2 * phi),
};

/**
 * phi in the middle of a sampling step, where sin phi and sin 2 phi never vanish together.
 *
 * @param step    Absolute number of the step, from 0 at the reset.
 * @param period  Samples per turn of the carrier; phi = 2 pi (step + 1/2) / period.
 */
export function carrierPhase(step: number, period: number): number {
  return (2 * Math.PI * ((step + 0.5) % period)) / period;
}

/** (sin phi, sin 2 phi) of a sampling step, as the graph's `carrier` wants it. */
export function carrierAt(step: number, period: number): readonly [number, number] {
  const phi = carrierPhase(step, period);
  return [Math.sin(phi), Math.sin(2 * phi)];
}

/**
 * Values for a shared input of shape (1, 2) per step.
 *
 * @param firstStep  Absolute number of the first step (default 0, at the reset).
 * @returns          [steps, 2], or undefined for a twin that sees no carrier.
 */
export function carrierSequence(
  twin: Twin,
  steps: number,
  firstStep = 0,
): Float64Array | undefined {
  const { carrierPeriod, features } = twin;
  if (carrierPeriod === undefined || features.every((feature) => feature === "drive")) {
    return undefined;
  }
  const values = new Float64Array(steps * 2);
  for (let t = 0; t < steps; t++) values.set(carrierAt(firstStep + t, carrierPeriod), 2 * t);
  return values;
}
