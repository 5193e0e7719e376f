import { expect, test } from "vitest";
import { createArray } from "./array.ts";
import { childStream, createGenerator, createStream } from "./random.ts";
import {
  autocorrelation,
  bootstrapInterval,
  mean,
  meanInterval,
  proportionInterval,
  quantile,
  standardDeviation,
  studentTQuantile,
  twoWayInterval,
} from "./statistics.ts";

// scipy 1.17: [(p, df, scipy.stats.t.ppf(p, df)) for df in (1, 2, 2.5, 7, 30, 1000, 1e6)
//              for p in (0.6, 0.975, 0.9995)] and t.ppf(1e-6, 3)
test("studentTQuantile agrees with scipy within 1e-10 from 1 to 1e6 degrees of freedom", () => {
  for (const [p, df, expected] of [
    [0.6, 1, 0.32491969623290634],
    [0.975, 1, 12.706204736174694],
    [0.9995, 1, 636.6192487687897],
    [0.6, 2, 0.2886751345948128],
    [0.975, 2, 4.302652729749462],
    [0.9995, 2, 31.599054576445365],
    [0.6, 2.5, 0.2814595127485477],
    [0.975, 2.5, 3.5746548420036817],
    [0.9995, 2.5, 18.277893528131457],
    [0.6, 7, 0.2631668613520229],
    [0.975, 7, 2.364624251592784],
    [0.9995, 7, 5.407882520861828],
    [0.6, 30, 0.2556053649519128],
    [0.975, 30, 2.0422724563012378],
    [0.9995, 30, 3.6459586350420627],
    [0.6, 1000, 0.25341451583949876],
    [0.975, 1000, 1.9623390808264083],
    [0.9995, 1000, 3.300282648423944],
    [0.6, 1000000.0, 0.25334717053784184],
    [0.975, 1000000.0, 1.959966356814107],
    [0.9995, 1000000.0, 3.2905364612487222],
    [1e-6, 3, -103.29946778041935],
  ]) {
    expect(Math.abs(studentTQuantile(p, df) / expected - 1)).toBeLessThan(1e-10);
  }
});

test("the t quantile of one degree of freedom is the tangent of a Cauchy variable", () => {
  for (const p of [0.501, 0.7, 0.99, 0.999999]) {
    expect(studentTQuantile(p, 1) / Math.tan(Math.PI * (p - 0.5))).toBeCloseTo(1, 9);
  }
  expect(studentTQuantile(0.5, 4)).toBe(0);
  expect(studentTQuantile(0.1, 4)).toBeCloseTo(-studentTQuantile(0.9, 4), 12);
});

// scipy 1.17: binomtest(k, n).proportion_ci(0.95, "exact") for (283, 300), (300, 300), (0, 8)
test("proportionInterval agrees with scipy's exact interval within 1e-10", () => {
  for (const [k, n, low, high] of [
    [283, 300, 0.9108195955658341, 0.9666466884833183],
    [300, 300, 0.9877790253057036, 1.0],
    [0, 8, 0.0, 0.3694166475528192],
  ]) {
    const interval = proportionInterval(k, n);
    expect(interval.low).toBeCloseTo(low, 10);
    expect(interval.high).toBeCloseTo(high, 10);
    expect(interval.mean).toBe(k / n);
  }
});

// numpy 2.4: v = [3., 1, 4, 1, 5, 9, 2, 6]; mean, std(ddof=1), std(), quantile(v, .1);
// scipy.stats.t.interval(.95, 7, v.mean(), v.std(ddof=1) / 8**.5)
test("mean, standard deviation, quantile and meanInterval agree with numpy within 1e-12", () => {
  const values = [3, 1, 4, 1, 5, 9, 2, 6];
  expect(mean(values)).toBe(3.875);
  expect(standardDeviation(values)).toBeCloseTo(2.748376143938713, 12);
  expect(standardDeviation(values, 0)).toBeCloseTo(2.5708704751503917, 12);
  expect(quantile(values, 0.1)).toBeCloseTo(1.0, 12);
  expect([quantile(values, 0), quantile(values, 1)]).toEqual([1, 9]);
  const interval = meanInterval(values);
  expect(interval.low).toBeCloseTo(1.5773000431592457, 10);
  expect(interval.high).toBeCloseTo(6.172699956840754, 10);
  expect(interval.n).toBe(8);
});

test("one value has an infinite interval", () => {
  expect(meanInterval([2])).toEqual({ mean: 2, low: -Infinity, high: Infinity, n: 1 });
});

const coverage = (runs: number, holdsTruth: (run: number) => boolean): number => {
  let held = 0;
  for (let run = 0; run < runs; run++) if (holdsTruth(run)) held += 1;
  return held / runs;
};

// 2000 runs: the standard error of a coverage of .95 is .005; a correct program leaves a bound of
// 4 standard errors about once in 16,000 seeds.
test("meanInterval of 5 normal values covers the truth 95 ± 2 %", () => {
  const covered = coverage(2000, (run) => {
    const generator = createGenerator(childStream(createStream(21), run));
    const interval = meanInterval([1, 2, 3, 4, 5].map(() => 3 + generator.normal()));
    return interval.low < 3 && interval.high > 3;
  });
  expect(Math.abs(covered - 0.95)).toBeLessThan(0.02);
});

// As above; measured .965. The same draws pooled cover .52, with a standard error of .022.
test("twoWayInterval covers 96 ± 2.5 % where seeds, devices and cells all vary", () => {
  const covered = coverage(2000, (run) => {
    const generator = createGenerator(childStream(createStream(22), run));
    const seeds = Array.from({ length: 8 }, () => generator.normal());
    const devices = Array.from({ length: 8 }, () => 2 * generator.normal());
    const cells = seeds.flatMap((s) => devices.map((d) => s + d + 0.5 * generator.normal()));
    const interval = twoWayInterval(createArray([8, 8], cells));
    return interval.low < 0 && interval.high > 0;
  });
  expect(covered).toBeGreaterThan(0.935);
  expect(covered).toBeLessThan(0.985);
});

test("pooling 64 cells of 8 seeds and 8 devices as independent covers less than 60 %", () => {
  const covered = coverage(500, (run) => {
    const generator = createGenerator(childStream(createStream(22), run));
    const seeds = Array.from({ length: 8 }, () => generator.normal());
    const devices = Array.from({ length: 8 }, () => 2 * generator.normal());
    const cells = seeds.flatMap((s) => devices.map((d) => s + d + 0.5 * generator.normal()));
    const interval = meanInterval(cells);
    return interval.low < 0 && interval.high > 0;
  });
  expect(covered).toBeLessThan(0.6);
});

// The bootstrap's half width for 300 items of accuracy .9 is 1.96 sqrt(.09/300) = .0339; 2000
// resamples know it to 3 %.
test("bootstrapInterval of 300 items has the width of a normal interval within 10 %", () => {
  const items = Array.from({ length: 300 }, (_, i) => (i < 270 ? 1 : 0));
  const interval = bootstrapInterval(items, createStream(5));
  expect(interval.mean).toBe(0.9);
  expect(Math.abs((interval.high - interval.low) / 2 / 0.0339 - 1)).toBeLessThan(0.1);
  expect(bootstrapInterval(items, createStream(5))).toEqual(interval);
});

// Standard error of a lag of 20,000 steps is below .012; bound of 5 of them: once in 1.7 million.
test("x' = .8 x + w has autocorrelation .8^lag within 0.06", () => {
  const generator = createGenerator(createStream(9));
  const series = new Float64Array(20_000);
  for (let t = 1; t < series.length; t++) series[t] = 0.8 * series[t - 1] + generator.normal();
  const correlation = autocorrelation(series, 10);
  expect(correlation[0]).toBe(1);
  for (let lag = 1; lag <= 10; lag++) {
    expect(Math.abs(correlation[lag] - 0.8 ** lag)).toBeLessThan(0.06);
  }
});

test("a constant series has no autocorrelation, and no values have no mean", () => {
  expect(() => autocorrelation([2, 2, 2], 1)).toThrowErrorMatchingInlineSnapshot(
    `[Fault: autocorrelation: the series does not vary. Got 3 times 2, expected a series with a spread. Look at a channel that responds.]`,
  );
  expect(() => mean([])).toThrowErrorMatchingInlineSnapshot(
    `[Fault: mean: there are too few values. Got 0, expected at least 1. Check that the selection before this is not empty.]`,
  );
  expect(() => studentTQuantile(1, 4)).toThrowErrorMatchingInlineSnapshot(
    `[Fault: studentTQuantile: probability is outside its range. Got 1, expected between 0 and 1. Choose probability between 0 and 1.]`,
  );
});
