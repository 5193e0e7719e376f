// Slow drift of a device from run to run: a nuisance that no twin should learn as noise. It is an
// Ornstein-Uhlenbeck process over the order of acquisition, constant within a run, of which the mean
// deviation of each run is a noisy measurement:
//   b_p = rho^(p - p') b_p' + ...,  sd(b) = s;   u_p = b_p + e_p,  sd(e) = what a run's noise leaves
// s, rho and sd(e) by maximum likelihood, b by the Kalman smoother.
import { createArray, type HostArray, mean } from "../base/index.ts";
import { checkRepeats, momentsOverRepeats } from "./noise-statistics.ts";

/** The slow drift of one observable. */
export interface SlowDrift {
  /** Whether it was large enough to be seen, and so was removed. */
  readonly found: boolean;
  /** Its standard deviation, in the unit of the response; 0 where none was found. */
  readonly sd: number;
  /** Its correlation from one run to the next; null where none was found. */
  readonly correlation: number | null;
  /** Share of the variance over repeats, from 0 to 1. */
  readonly share: number;
}

/** A response without its slow drift, and what was removed. */
export interface SteadyResponse {
  /** [sequences, repeats, time, observables]. */
  readonly response: HostArray;
  /** Per observable. */
  readonly drift: readonly SlowDrift[];
}

/**
 * Remove slow drift from the repeats of a device.
 *
 * @param response  [sequences, repeats, time, observables]; not changed.
 * @param order     Position in the order of acquisition, [sequences * repeats]. When left out, the
 *                  repeats of each drive are taken in the order given, each drive for itself.
 * @throws          `shape-mismatch`, `not-finite`.
 */
export function removeSlowDrift(response: HostArray, order?: ArrayLike<number>): SteadyResponse {
  checkRepeats("removeSlowDrift", "device", response, 2);
  const { mean: centre, sd } = momentsOverRepeats(response);
  const observables = response.shape[3];
  const data = Float64Array.from(response.data);
  const drift = Array.from({ length: observables }, (_, x): SlowDrift => {
    const series = runSeries(response, centre, x, order);
    const law = fitLaw(series);
    if (!law) return { found: false, sd: 0, correlation: null, share: 0 };
    for (const runs of series) {
      smooth(runs, law).forEach((value, i) => {
        subtract(data, response.shape, runs[i].row, x, value);
      });
    }
    const total = mean(sd.data.filter((_, at) => at % observables === x).map((s) => s * s));
    const variance = law.ratio * law.noise;
    return {
      found: true,
      sd: Math.sqrt(variance),
      correlation: law.correlation,
      share: total > 0 ? Math.min(1, variance / total) : 0,
    };
  });
  return { response: createArray(response.shape, data), drift };
}

/** One run: its row in the response, when it was measured, and its mean deviation. */
interface Run {
  readonly row: number;
  readonly place: number;
  readonly deviation: number;
}

/** Runs in the order in which they were measured; a list per drive where that is not known. */
function runSeries(
  response: HostArray,
  centre: HostArray,
  observable: number,
  order?: ArrayLike<number>,
): Run[][] {
  const [sequences, repeats, time, observables] = response.shape;
  const runs = Array.from({ length: sequences * repeats }, (_, row): Run => {
    const sequence = Math.floor(row / repeats);
    let sum = 0;
    for (let t = 0; t < time; t++) {
      const value = response.data[(row * time + t) * observables + observable];
      sum += value - centre.data[(sequence * time + t) * observables + observable];
    }
    return { row, place: order ? order[row] : row % repeats, deviation: sum / time };
  });
  if (order) return [runs.sort((a, b) => a.place - b.place)];
  return Array.from({ length: sequences }, (_, n) => runs.slice(n * repeats, (n + 1) * repeats));
}

/** The law of a drift: s^2 = ratio * noise, noise the variance of e. */
interface DriftLaw {
  readonly correlation: number;
  readonly ratio: number;
  readonly noise: number;
}

/** Fewest runs among which a drift can be told from chance. */
const FEWEST_RUNS = 16;
/** Twice the gain in log likelihood; none of 600 steady devices of 320 runs reached it. */
const MATERIAL_GAIN = 12;

/** Maximum likelihood over a grid that is refined twice; nothing if steadiness explains as much. */
function fitLaw(series: readonly (readonly Run[])[]): DriftLaw | undefined {
  const runs = series.reduce((sum, { length }) => sum + length, 0);
  if (runs < FEWEST_RUNS) return undefined;
  const span = series.reduce((most, list) => Math.max(most, spanOf(list)), 0);
  const steady = likelihood(series, 0, 0);
  if (!(steady.noise > 0)) return undefined;
  let best = { ...steady, tau: 4, ratio: 0 };
  const look = (tau: number, ratio: number): void => {
    const found = likelihood(series, Math.exp(-1 / tau), ratio);
    if (found.value > best.value) best = { ...found, tau, ratio };
  };
  // Faster than two runs is no drift; slower than the whole series cannot be told from its length.
  const clampTau = (tau: number): number => Math.min(Math.max(tau, 2), Math.max(2, span));
  const taus = Array.from({ length: 8 }, (_, i) => clampTau(2 * (span / 2) ** (i / 7)));
  const ratios = Array.from({ length: 9 }, (_, i) => 10 ** (-2 + i / 2));
  for (const tau of taus) for (const ratio of ratios) look(tau, ratio);
  for (let step = 0.5; step > 0.02; step /= 2) {
    const { tau, ratio } = best;
    for (const i of [-1, 0, 1]) {
      for (const j of [-1, 0, 1])
        look(clampTau(tau * Math.exp(i * step)), ratio * Math.exp(j * step));
    }
  }
  if (2 * (best.value - steady.value) < MATERIAL_GAIN) return undefined;
  return { correlation: Math.exp(-1 / best.tau), ratio: best.ratio, noise: best.noise };
}

const spanOf = (runs: readonly Run[]): number => runs[runs.length - 1].place - runs[0].place;

/** One step of the filter: what was expected, and how uncertain, in units of the noise. */
interface Expected {
  /** Correlation with the run before. */
  readonly kept: number;
  readonly mean: number;
  readonly variance: number;
}

// Kalman filter with noise 1: calls `seen` with what was expected of each run.
function filter(
  runs: readonly Run[],
  { correlation, ratio }: Pick<DriftLaw, "correlation" | "ratio">,
  seen: (expected: Expected, run: Run) => void,
): void {
  let [centre, variance] = [0, ratio];
  runs.forEach((run, i) => {
    const kept = i === 0 ? 0 : correlation ** (run.place - runs[i - 1].place);
    const expected = {
      kept,
      mean: kept * centre,
      variance: kept * kept * variance + ratio * (1 - kept * kept),
    };
    seen(expected, run);
    const gain = expected.variance / (expected.variance + 1);
    centre = expected.mean + gain * (run.deviation - expected.mean);
    variance = expected.variance * (1 - gain);
  });
}

/** Log likelihood at the best noise for a correlation and a ratio, and that noise. */
function likelihood(
  series: readonly (readonly Run[])[],
  correlation: number,
  ratio: number,
): { readonly value: number; readonly noise: number } {
  let [squares, logs, count] = [0, 0, 0];
  for (const runs of series) {
    filter(runs, { correlation, ratio }, ({ mean: centre, variance }, { deviation }) => {
      squares += (deviation - centre) ** 2 / (variance + 1);
      logs += Math.log(variance + 1);
      count++;
    });
  }
  const noise = squares / count;
  return { value: -0.5 * (count * Math.log(noise) + logs), noise };
}

/** The drift at each run, given all of them (Rauch, Tung and Striebel's smoother). */
function smooth(runs: readonly Run[], law: DriftLaw): number[] {
  const expected: Expected[] = [];
  const filtered: { mean: number; variance: number }[] = [];
  filter(runs, law, (before, { deviation }) => {
    const gain = before.variance / (before.variance + 1);
    expected.push(before);
    filtered.push({
      mean: before.mean + gain * (deviation - before.mean),
      variance: before.variance * (1 - gain),
    });
  });
  const result = filtered.map((state) => state.mean);
  for (let i = runs.length - 2; i >= 0; i--) {
    const next = expected[i + 1];
    const back = (filtered[i].variance * next.kept) / next.variance;
    result[i] += back * (result[i + 1] - next.mean);
  }
  return result;
}

function subtract(
  data: Float64Array,
  [, , time, observables]: readonly number[],
  row: number,
  observable: number,
  value: number,
): void {
  for (let t = 0; t < time; t++) data[(row * time + t) * observables + observable] -= value;
}
