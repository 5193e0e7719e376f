import { expect, test } from "vitest";
import { createArray, createGenerator, createStream, type HostArray } from "../base/index.ts";
import { autocovariance, repeatStatistics } from "./autocovariance.ts";
import {
  checkRepeats,
  deviationsOfRepeats,
  lagCorrelation,
  momentsOverRepeats,
  noiseKurtosis,
  noiseQuantiles,
  observableCorrelation,
} from "./noise-statistics.ts";

// (((7 i^2 + 3 i) mod 11) / 4).reshape(2, 5, 7, 3): the same numbers in numpy and here.
const wavy = (shape: number[], a: number, b: number, modulus: number): HostArray => {
  const array = createArray(shape);
  return createArray(
    shape,
    array.data.map((_, i) => ((a * i * i + b * i) % modulus) / 4),
  );
};

/** Repeats of x_t = phi x_{t-1} + sqrt(1 - phi^2) n_t, stationary, unit variance. */
const colouredNoise = (shape: readonly [number, number, number], phi: number): HostArray => {
  const generator = createGenerator(createStream(11));
  const [sequences, repeats, time] = shape;
  const array = createArray([sequences, repeats, time, 1]);
  for (let path = 0; path < sequences * repeats; path++) {
    let x = generator.normal();
    for (let t = 0; t < time; t++) {
      array.data[path * time + t] = x;
      x = phi * x + Math.sqrt(1 - phi * phi) * generator.normal();
    }
  }
  return array;
};

// d = y - y.mean(1); sd = y.std(1, ddof=1)[1, :, 2];
// einsum('rt,ru->tu', d[1, :, :, 2], d[1, :, :, 2]) / 5 / (outer(sd, sd) + .001)
test("the autocovariance agrees with numpy within 1e-12, for an odd number of times", () => {
  const c = autocovariance(repeatStatistics(wavy([2, 5, 7, 3], 7, 3, 11), 1, 2));
  expect(c.shape).toEqual([7, 7]);
  const row = [-0.28046455, 0.74204241, -0.61104854, 0.52140907, 0.49648825, -0.60762944];
  row.forEach((value, u) => {
    expect(c.data[6 * 7 + u]).toBeCloseTo(value, 7);
    expect(c.data[u * 7 + 6]).toBe(c.data[6 * 7 + u]);
  });
  expect(c.data[0]).toBeCloseTo(0.7989607, 7);
  expect(c.data[48]).toBeCloseTo(0.79922499, 7);
});

test("a scale gives the autocovariance of data divided by it, within 1e-12", () => {
  const data = wavy([2, 5, 7, 3], 7, 3, 11);
  const divided = createArray(
    data.shape,
    data.data.map((value) => value / 20),
  );
  const direct = autocovariance(repeatStatistics(divided, 0, 1)).data;
  const scaled = autocovariance(repeatStatistics(data, 0, 1), 20).data;
  direct.forEach((value, i) => {
    expect(scaled[i]).toBeCloseTo(value, 12);
  });
});

// Repeats 1, 3 of one drive and 2, 6 of another: means 2 and 4, sd sqrt(2) and 2 sqrt(2).
test("mean and standard deviation over repeats are those worked out by hand", () => {
  const { mean, sd } = momentsOverRepeats(createArray([2, 2, 1, 1], [1, 3, 2, 6]));
  expect([...mean.data]).toEqual([2, 4]);
  expect(sd.data[0]).toBeCloseTo(Math.SQRT2, 14);
  expect(sd.data[1]).toBeCloseTo(2 * Math.SQRT2, 14);
});

// corrcoef((y - y.mean(1, keepdims=True)).reshape(-1, 3).T) and quantile of the second column.
test("correlation between observables and quantiles agree with numpy", () => {
  const data = wavy([2, 5, 7, 3], 7, 3, 11);
  const correlation = observableCorrelation(data);
  [1, -0.75178463, 0.51973024, -0.75178463, 1, -0.74900922, 0.51973024, -0.74900922, 1].forEach(
    (value, i) => {
      expect(correlation.data[i]).toBeCloseTo(value, 7);
    },
  );
  const quantiles = noiseQuantiles(deviationsOfRepeats(data), [0.1, 0.5, 0.8])[1];
  [-0.9, -0.2, 0.55].forEach((value, i) => {
    expect(quantiles[i]).toBeCloseTo(value, 12);
  });
});

// Over 40 seeds the estimates scattered by .002, .003 and .005 at lags 1, 2 and 5, and lay .001 to
// .002 low: .025 is more than four standard deviations.
test("coloured noise has the correlation phi^lag within 0.025, whatever the drive did", () => {
  const noise = colouredNoise([3, 500, 60], 0.7);
  const driven = createArray(
    noise.shape,
    noise.data.map((value, i) => (2 + Math.sin(i % 60)) * value + 5 * Math.cos(i % 60)),
  );
  const [rho] = lagCorrelation(deviationsOfRepeats(driven), [0, 1, 2, 5]);
  [1, 0.7, 0.49, 0.7 ** 5].forEach((expected, k) => {
    expect(Math.abs(rho[k] - expected)).toBeLessThan(0.025);
  });
});

// White noise on an offset that grows over acquisition: all repeats look correlated in time, each
// against its neighbours does not. Over 40 seeds the scatter
// was .006, the largest value .019: five standard deviations are allowed.
test("slow change over repeats leaves the correlation of white noise below 0.03", () => {
  const noise = colouredNoise([2, 200, 50], 0);
  const order = Array.from({ length: 400 }, (_, i) => ((i % 200) * 71) % 200);
  const ageing = createArray(
    noise.shape,
    noise.data.map((value, i) => value + 0.02 * order[Math.floor(i / 50)]),
  );
  const [ignored] = lagCorrelation(deviationsOfRepeats(ageing), [1]);
  const [removed] = lagCorrelation(deviationsOfRepeats(ageing, { neighbours: 4, order }), [1]);
  expect(ignored[0]).toBeGreaterThan(0.5);
  expect(Math.abs(removed[0])).toBeLessThan(0.03);
});

// For 20 uniform numbers G2 is -1.033 on average (numpy, 200,000 samples), -1.2 for very many.
// Over 20 seeds the scatter was .009 and .004: five standard deviations or more are allowed.
test("excess kurtosis of 20 repeats is 0 within 0.05 for Gaussian, -1.03 within 0.04 for uniform noise", () => {
  const gaussian = colouredNoise([100, 20, 100], 0);
  expect(Math.abs(noiseKurtosis(deviationsOfRepeats(gaussian))[0])).toBeLessThan(0.05);
  const generator = createGenerator(createStream(3));
  const flat = createArray(
    [100, 20, 100, 1],
    gaussian.data.map(() => generator.uniform()),
  );
  expect(Math.abs(noiseKurtosis(deviationsOfRepeats(flat))[0] + 1.033)).toBeLessThan(0.04);
});

test("a step without noise is left out, not turned into a number", () => {
  const data = createArray([1, 2, 3, 1], [5, 1, 2, 5, 3, 4]);
  const deviations = deviationsOfRepeats(data);
  expect(lagCorrelation(deviations, [1])[0][0]).toBeCloseTo(1, 12);
  expect(lagCorrelation(deviations, [2])[0][0]).toBeNaN();
});

test("a response without repeats, or with a NaN, is a fault that says where", () => {
  expect(() =>
    checkRepeats("referenceErrors", "device", createArray([3, 1, 4, 2]), 2),
  ).toThrowErrorMatchingInlineSnapshot(
    `[Fault: referenceErrors: the noise of the device cannot be seen in this response. Got [3, 1, 4, 2], expected [*, at least 2, *, *] (sequences, repeats, time, observables). Measure each drive several times from the same reset, and keep the repeats apart.]`,
  );
  const broken = createArray([1, 2, 3, 2]);
  broken.data[9] = Number.NaN;
  expect(() =>
    checkRepeats("referenceErrors", "twin", broken, 2),
  ).toThrowErrorMatchingInlineSnapshot(
    `[Fault: referenceErrors: the response of the twin is not finite at sequence 0, repeat 1, time 1, observable 1 (from 0). Got NaN, expected a finite number. Leave that repeat out, or look at what made it diverge.]`,
  );
});
