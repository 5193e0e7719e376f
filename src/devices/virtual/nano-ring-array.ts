import { childStream, createGenerator, createStream, type Generator } from "../../base/index.ts";
import { choiceRule, listRule, numberRule, type OptionRules, readOptions } from "../options.ts";
import { fieldFrequency, regions } from "./depinning.ts";
import { fabricateRings, type RingArray, saturateRings } from "./nano-ring-state.ts";
import { tickRings } from "./nano-ring-tick.ts";
import type { Physics } from "./physics.ts";

/** What can be measured on a ring array; all without unit. */
export type RingObservable = "amr" | "walls" | "mx" | "my";

/** Options of the nano-ring array. */
export interface NanoRingArrayOptions {
  /** Rings along each side. Default 10; the experiments have 25. */
  readonly L?: number;
  /** What is measured, in this order. Default ["amr"]. */
  readonly observables?: readonly RingObservable[];
  /** How long an input is held at least: a "quarter" of a field cycle (default) or a "cycle". */
  readonly hold?: "quarter" | "cycle";
  /** A, weight of sum cos 2 theta in the AMR. Default 1. */
  readonly amrWeight?: number;
  /** B, weight of the wall density in the AMR. Default 0. */
  readonly wallWeight?: number;
}

const names: readonly RingObservable[] = ["amr", "walls", "mx", "my"];

/** Rules and defaults of {@link NanoRingArrayOptions}. */
export const nanoRingArrayOptions: OptionRules<NanoRingArrayOptions> = {
  L: numberRule(10, { min: 2, max: 100, integer: true }, "rings along each side"),
  observables: listRule<RingObservable>(
    ["amr"],
    (value) => names.some((name) => name === value),
    `a list of different ones of ${names.join(", ")}`,
    "what is measured: resistance, wall density, magnetisation along x and y",
    true,
  ),
  hold: choiceRule(
    "quarter",
    ["quarter", "cycle"],
    "how long an input is held at least: a quarter of a field cycle or all of it",
  ),
  amrWeight: numberRule(1, { min: -1e6, max: 1e6 }, "A in amr = A/(2N) sum cos 2 theta + B n_DW"),
  wallWeight: numberRule(0, { min: -1e6, max: 1e6 }, "B in amr = A/(2N) sum cos 2 theta + B n_DW"),
};

const samplesPerCycle = 16;
const ticksPerSample = regions / samplesPerCycle;
const samplesOfHold = { quarter: samplesPerCycle / 4, cycle: samplesPerCycle } as const;

/**
 * An array of interconnected magnetic nano-rings in a rotating field: the flagship device.
 *
 * Input `field`, the amplitude in Oe from 0 to 60, held for one sample (4 ticks, a sixteenth of a
 * field cycle) and meant to be held for a quarter of a cycle or a whole one. At the reset every ring
 * is an onion along the field, whose phase is 0; after t samples it is 2 pi t / 16.
 *
 * @param options   Size and observables.
 * @param disorder  Seed of the fabrication.
 * @throws          `unknown-name` or `bad-value` for options that do not fit.
 * @source          Vidamour et al., Nanotechnology 33, 485203 (2022), arXiv:2111.14603; Dawidek et
 *                  al., Adv. Funct. Mater. 2021.
 */
export function createNanoRingArray(options: NanoRingArrayOptions, disorder: number): Physics {
  const checked = readOptions("nano-ring-array", nanoRingArrayOptions, options);
  const { L, observables, hold, amrWeight, wallWeight } = checked;
  const fabrication = createGenerator(childStream(createStream(disorder), "disorder"));
  const array = fabricateRings(L, fabrication);
  const readers = observables.map((name) => readerOf[name]);
  let noise: Generator;
  const observe = (out: Float64Array): void => {
    for (let i = 0; i < readers.length; i++) out[i] = readers[i](array, amrWeight, wallWeight);
  };
  return {
    description: {
      identity: `nano-ring-array ${L} x ${L}, disorder ${disorder}`,
      inputs: [{ name: "field", unit: "Oe", min: 0, max: 60 }],
      observables: observables.map((name) => ({ name, unit: "1" })),
      dt: 1 / (fieldFrequency * samplesPerCycle),
      samplesPerStep: samplesOfHold[hold],
      carrierPeriod: samplesPerCycle,
      canReset: true,
      canStep: true,
      recordedOnly: false,
    },
    samplesPerPause: Math.ceil(100_000 / (L * L)),
    reset(generator, out) {
      noise = generator;
      saturateRings(array);
      observe(out);
    },
    step(input, out) {
      for (let tick = 0; tick < ticksPerSample; tick++) tickRings(array, input[0], noise);
      observe(out);
    },
  };
}

const cosine = Float64Array.from({ length: regions }, (_, i) =>
  Math.cos((2 * Math.PI * i) / regions),
);
const sine = Float64Array.from({ length: regions }, (_, i) =>
  Math.sin((2 * Math.PI * i) / regions),
);

type Reader = (array: RingArray, amrWeight: number, wallWeight: number) => number;

// Each is normalised so that the saturated array has magnitude 1.
const readerOf: { readonly [Name in RingObservable]: Reader } = {
  amr: (array, amrWeight, wallWeight) => {
    let sum = 0;
    for (let ring = 0; ring < array.rings; ring++) {
      if (array.head[ring] < 0) continue;
      sum += cosine[(2 * array.head[ring]) % regions] + cosine[(2 * array.tail[ring]) % regions];
    }
    return (amrWeight * sum) / (2 * array.rings) + wallWeight * wallDensity(array);
  },
  walls: wallDensity,
  mx: (array) => magnetisation(array, cosine),
  my: (array) => magnetisation(array, sine),
};

// n_DW: walls present, as a fraction of two per ring.
function wallDensity(array: RingArray): number {
  let count = 0;
  for (let ring = 0; ring < array.rings; ring++) if (array.head[ring] >= 0) count++;
  return count / array.rings;
}

// Both domains of an onion point from its tails to its heads: (u_head - u_tail)/2 per ring.
function magnetisation(array: RingArray, component: Float64Array): number {
  let sum = 0;
  for (let ring = 0; ring < array.rings; ring++) {
    if (array.head[ring] < 0) continue;
    sum += component[array.head[ring]] - component[array.tail[ring]];
  }
  return sum / (2 * array.rings);
}
