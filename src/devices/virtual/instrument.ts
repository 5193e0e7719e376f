import { fault, type Generator } from "../../base/index.ts";
import {
  choiceRule,
  formatValue,
  listRule,
  numberRule,
  type OptionRule,
  type OptionRules,
  readOptions,
} from "../options.ts";
import { createReadoutNoise } from "./readout-noise.ts";

/** One value for all observables, or one for each. */
export type PerObservable = number | readonly number[];

/** Imperfections of the readout; all off by default. Units are those of the observable. */
export interface InstrumentOptions {
  /** Factor on the true value. Default 1. */
  readonly gain?: PerObservable;
  /** Added after the gain. Default 0. */
  readonly offset?: PerObservable;
  /** R, standard deviation of readout noise, white in time. Default 0. */
  readonly readoutNoise?: PerObservable;
  /** Width in observables of the Gaussian by which neighbours share that noise. Default 0. */
  readonly noiseWidth?: number;
  /** Sizes of the groups within which neighbours share it. Default all in one group. */
  readonly noiseGroups?: readonly number[];
  /** Standard deviation of the slow change, constant between two resets. Default 0. */
  readonly slowChange?: PerObservable;
  /** Correlation of the slow change from one reset to the next. Default 0.98. */
  readonly slowCorrelation?: number;
  /** Whether "each" observable changes by itself (default), or "all" by one common draw. */
  readonly slowChangeOf?: "each" | "all";
  /** Range of the converter; what lies beyond is clipped. Default without limit. */
  readonly range?: readonly [number, number];
  /** Bits of the converter over its range; 0, the default, does not quantise. */
  readonly bits?: number;
}

const isNumber = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value);

function perObservableRule(
  initial: number,
  min: number,
  meaning: string,
): OptionRule<PerObservable> {
  const accepts = (value: unknown): boolean => isNumber(value) && Number(value) >= min;
  const noun = min === 0 ? "a number of at least 0" : "a number";
  return {
    initial,
    meaning,
    expected: `${noun}, or a list of one for each observable`,
    accepts: (value) => (Array.isArray(value) ? value.every(accepts) : accepts(value)),
  };
}

/** Rules and defaults of {@link InstrumentOptions}. */
export const instrumentOptions: OptionRules<InstrumentOptions> = {
  gain: perObservableRule(1, -Infinity, "factor on the true value"),
  offset: perObservableRule(0, -Infinity, "added after the gain"),
  readoutNoise: perObservableRule(0, 0, "standard deviation of readout noise, white in time"),
  noiseWidth: numberRule(
    0,
    { min: 0, max: 100 },
    "width of the Gaussian by which neighbours share that noise, in observables",
  ),
  noiseGroups: listRule<number>(
    [],
    (value) => Number.isInteger(value) && Number(value) >= 1,
    "a list of whole numbers of at least 1",
    "sizes of the groups of neighbours that share it; none for one group",
  ),
  slowChange: perObservableRule(0, 0, "standard deviation of the change between resets"),
  slowCorrelation: numberRule(
    0.98,
    { min: 0, max: 1 },
    "correlation of that change between resets",
  ),
  slowChangeOf: choiceRule(
    "each",
    ["each", "all"],
    "whether each observable changes by itself or all together",
  ),
  range: {
    initial: [-Infinity, Infinity],
    meaning: "range of the converter",
    expected: "a list of two numbers, the lower first",
    accepts: (value) =>
      Array.isArray(value) && value.length === 2 && value.every(isNumber) && value[0] < value[1],
  },
  bits: numberRule(0, { min: 0, max: 32, integer: true }, "bits of the converter, 0 for none"),
};

/** Draws that belong to a run, by its number. */
export type DrawsOfRun = (run: number) => Generator;

/** The readout of a virtual device. */
export interface Instrument {
  /** Let the next reset give the slow change of that run: a chain of draws from run 0 on. */
  seek(run: number, drawsOf: DrawsOfRun): void;
  /** Let the slow change move on, once per reset. */
  renew(): void;
  /** Turn true values into measured ones, in place, [observables]. */
  measure(values: Float64Array): void;
}

/**
 * Build the readout: y = quantise(clip(gain y + offset + R eps + slow change)).
 *
 * The slow change is an Ornstein-Uhlenbeck process across resets, stationary from the start:
 * c' = rho c + sqrt(1 - rho^2) slowChange n.
 *
 * @param options      Imperfections; all off by default.
 * @param observables  How many there are.
 * @param noise        The instrument's own randomness.
 * @throws             `unknown-name`, `bad-value` or `shape-mismatch` for options that do not fit.
 */
export function createInstrument(
  options: InstrumentOptions,
  observables: number,
  noise: Generator,
): Instrument {
  const checked = readOptions<InstrumentOptions>("instrument", instrumentOptions, options);
  const { noiseWidth, noiseGroups, range, bits } = checked;
  if (bits > 0 && range[0] === -Infinity) throw bitsWithoutRange(bits);
  const spread = (name: "gain" | "offset" | "readoutNoise" | "slowChange"): Float64Array =>
    toObservables(name, checked[name], observables);
  const gain = spread("gain");
  const offset = spread("offset");
  const sharing = { width: noiseWidth, groups: noiseGroups };
  const drawNoise = createReadoutNoise(spread("readoutNoise"), sharing, noise);
  const slow = createSlowChange(spread("slowChange"), checked, noise);
  const { change } = slow;
  const eps = new Float64Array(observables);
  const [low, high] = range;
  const quantum = bits > 0 ? (high - low) / (2 ** bits - 1) : 0;

  return {
    seek: slow.seek,
    renew: slow.renew,
    measure(values) {
      drawNoise(eps);
      for (let i = 0; i < observables; i++) {
        const y = gain[i] * values[i] + offset[i] + eps[i] + change[i];
        const clipped = Math.min(high, Math.max(low, y));
        values[i] = quantum > 0 ? low + quantum * Math.round((clipped - low) / quantum) : clipped;
      }
    },
  };
}

// `change` holds the present slow change of every observable; `renew` moves it on, in place.
function createSlowChange(
  deviations: Float64Array,
  law: Pick<Required<InstrumentOptions>, "slowCorrelation" | "slowChangeOf">,
  noise: Generator,
): Pick<Instrument, "seek" | "renew"> & { readonly change: Float64Array } {
  const { slowCorrelation, slowChangeOf } = law;
  const isSteady = deviations.every((deviation) => deviation === 0);
  const innovation = Math.sqrt(1 - slowCorrelation * slowCorrelation);
  const change = new Float64Array(deviations.length);
  const move = (draws: Generator, kept: number, added: number): void => {
    const isShared = slowChangeOf === "all" && !isSteady;
    const common = isShared ? draws.normal() : 0;
    for (let i = 0; i < change.length; i++) {
      if (deviations[i] === 0) continue;
      const normal = isShared ? common : draws.normal();
      change[i] = kept * change[i] + added * deviations[i] * normal;
    }
  };
  move(noise, 0, 1);
  let sought: { readonly run: number; readonly drawsOf: DrawsOfRun } | undefined;
  let present = -1;
  return {
    change,
    seek: (run, drawsOf) => {
      sought = { run, drawsOf };
    },
    renew: () => {
      if (!sought) move(noise, slowCorrelation, innovation);
      if (!sought || isSteady) return;
      const { run, drawsOf } = sought;
      if (run < present) present = -1;
      for (; present < run; present++) {
        const isFirst = present < 0;
        move(drawsOf(present + 1), isFirst ? 0 : slowCorrelation, isFirst ? 1 : innovation);
      }
    },
  };
}

function toObservables(name: string, value: PerObservable, observables: number): Float64Array {
  if (typeof value === "number") return new Float64Array(observables).fill(value);
  if (value.length === observables) return Float64Array.from(value);
  throw fault("shape-mismatch", {
    where: "instrument",
    what: `the option '${name}' does not fit the observables`,
    got: `${value.length} values, ${formatValue(value)}`,
    expected: `one number, or ${observables}`,
    fix: "Give one value for each observable",
  });
}

function bitsWithoutRange(bits: number): Error {
  return fault("bad-value", {
    where: "instrument",
    what: "a converter with bits needs a range",
    got: `bits ${bits} and no range`,
    expected: "range: [lowest, highest] in units of the observable",
    fix: "Give the range, or leave bits at 0",
  });
}
