import { childStream, createGenerator, createStream, type Generator } from "../../base/index.ts";
import { listRule, numberRule, type OptionRules, readOptions } from "../options.ts";
import type { Physics } from "./physics.ts";

/** What can be measured on a memristor: its current, and for checks the hidden state w. */
export type MemristorObservable = "current" | "state";

/** Options of the volatile memristor. */
export interface VolatileMemristorOptions {
  /** s, amplitude of the noise of w, s^-1/2. Default 0.15. */
  readonly sigma?: number;
  /** What is measured, in this order. Default ["current"]. */
  readonly observables?: readonly MemristorObservable[];
}

const units: { readonly [Name in MemristorObservable]: string } = { current: "uA", state: "1" };

/** Rules and defaults of {@link VolatileMemristorOptions}. */
export const volatileMemristorOptions: OptionRules<VolatileMemristorOptions> = {
  sigma: numberRule(0.15, { min: 0, max: 2 }, "s, amplitude of the noise of w, s^-1/2"),
  observables: listRule<MemristorObservable>(
    ["current"],
    (value) => typeof value === "string" && Object.hasOwn(units, value),
    "a list of different ones of current, state",
    "what is measured: the current, or the hidden state w for checks",
    true,
  ),
};

// dw = [lambda sinh(eta V) (1 - w) - w/tau] dt + s sqrt(w (1 - w)) dW, Ito
// I  = w gOn sinh(delta V)/delta + (1 - w) gOff (1 - exp(-beta V))/beta
// w from 0 (insulating) to 1; V in V, I in uA.
const lambda = 5; // 1/s
const eta = 4; // 1/V
const tau = { typical: 0.05, spread: 0.1 } as const; // s; standard deviation of ln tau
const gOn = 10; // uS
const gOff = 1; // uS
const delta = 2; // 1/V
const beta = 0.5; // 1/V
const dt = 0.001;

/**
 * A volatile memristor: its filament grows under voltage and dissolves without.
 *
 * Input `voltage` from 0 to 0.8 V and observable `current` in uA; dt 1 ms. It starts at rest,
 * w = 0. The relaxation time tau, 50 ms, is lognormal between devices with a spread of 10 %.
 *
 * @param options   Noise and observables.
 * @param disorder  Seed of the fabrication.
 * @throws          `unknown-name` or `bad-value` for options that do not fit.
 * @source          Form after Chang et al. 2011, Appl. Phys. A 102:857 (WOx); numbers are ours.
 */
export function createVolatileMemristor(
  options: VolatileMemristorOptions,
  disorder: number,
): Physics {
  const checked = readOptions("volatile-memristor", volatileMemristorOptions, options);
  const { sigma, observables } = checked;
  const fabrication = createGenerator(childStream(createStream(disorder), "disorder"));
  const relaxation = tau.typical * Math.exp(tau.spread * fabrication.normal());
  let w = 0;
  let noise: Generator;
  const observe = (voltage: number, out: Float64Array): void => {
    for (let i = 0; i < observables.length; i++) {
      out[i] = observables[i] === "state" ? w : current(w, voltage);
    }
  };
  return {
    description: {
      identity: `volatile-memristor, sigma ${sigma}, disorder ${disorder}`,
      inputs: [{ name: "voltage", unit: "V", min: 0, max: 0.8 }],
      observables: observables.map((name) => ({ name, unit: units[name] })),
      dt,
      samplesPerStep: 1,
      canReset: true,
      canStep: true,
      recordedOnly: false,
    },
    samplesPerPause: 100_000,
    reset(generator, out) {
      noise = generator;
      w = 0;
      observe(0, out);
    },
    step(input, out) {
      w = advance(w, input[0], relaxation, sigma, noise);
      observe(input[0], out);
    },
  };
}

// Exact for the mean: w relaxes at rate k = r + 1/tau to r/k, r = lambda sinh(eta V). The noise has
// the variance of an Ornstein-Uhlenbeck step at the amplitude at its start; k dt is at most 0.09.
function advance(
  w: number,
  voltage: number,
  relaxation: number,
  sigma: number,
  noise: Generator,
): number {
  const growth = lambda * Math.sinh(eta * voltage);
  const rate = growth + 1 / relaxation;
  const decay = Math.exp(-rate * dt);
  const spread = sigma * Math.sqrt((w * (1 - w) * (1 - decay * decay)) / (2 * rate));
  const next = growth / rate + (w - growth / rate) * decay + spread * noise.normal();
  return Math.min(1, Math.max(0, next));
}

function current(w: number, voltage: number): number {
  const metallic = (gOn * Math.sinh(delta * voltage)) / delta;
  const leaking = (gOff * -Math.expm1(-beta * voltage)) / beta;
  return w * metallic + (1 - w) * leaking;
}
