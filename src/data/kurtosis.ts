import { type RecordingPart, sizeOfPart } from "./recording.ts";
import { stepsOf } from "./samples.ts";

/**
 * Kurtosis of the noise over repeats: fourth moment over squared variance, 3 for Gaussian noise.
 *
 * Pooled over sequences and valid steps, each weighted by its variance squared, from estimates of the
 * fourth cumulant and of the squared variance that are unbiased for any number of repeats.
 *
 * @param part  With at least 4 repeats.
 * @returns     NaN where there is no noise.
 * @source      Kendall and Stuart, The Advanced Theory of Statistics 1, 12.8 (k-statistics).
 */
export function noiseKurtosis(part: RecordingPart, observable: number): number {
  const { sequences, repeats: n, time, observables } = sizeOfPart(part);
  const { data } = part.response;
  const stride = time * observables;
  let [cumulants, squares, count] = [0, 0, 0];
  for (let sequence = 0; sequence < sequences; sequence++) {
    const steps = stepsOf(part, sequence);
    for (let t = 0; t < steps; t++) {
      const from = (sequence * n * time + t) * observables + observable;
      let [mean, second, fourth] = [0, 0, 0];
      for (let r = 0; r < n; r++) mean += data[from + r * stride] / n;
      for (let r = 0; r < n; r++) {
        const square = (data[from + r * stride] - mean) ** 2;
        second += square;
        fourth += square * square;
      }
      // k4 = n [(n + 1) sum d^4 - 3 (n - 1)/n (sum d^2)^2] / [(n - 1)(n - 2)(n - 3)]
      const cumulant = n * (n + 1) * fourth - 3 * (n - 1) * second * second;
      cumulants += cumulant / ((n - 1) * (n - 2) * (n - 3));
      squares += (second / (n - 1)) ** 2;
    }
    count += steps;
  }
  // E[s^4] = sigma^4 (n + 1)/(n - 1) + kappa4/n
  const fourthCumulant = cumulants / count;
  const squaredVariance = ((squares / count - fourthCumulant / n) * (n - 1)) / (n + 1);
  return squaredVariance > 0 ? 3 + fourthCumulant / squaredVariance : Number.NaN;
}
