import { expect, test } from "vitest";
import { createGenerator, createStream, mean, standardDeviation } from "../../base/index.ts";
import { createInstrument, type InstrumentOptions } from "./instrument.ts";

const measureWith = (options: InstrumentOptions, values: number[]): number[] => {
  const out = Float64Array.from(values);
  createInstrument(options, values.length, createGenerator(createStream(1))).measure(out);
  return [...out];
};

test("an instrument without options measures the true values", () => {
  expect(measureWith({}, [0.1, -3e9])).toEqual([0.1, -3e9]);
});

test("gain and offset act before the clip, and the clip before the converter", () => {
  expect(measureWith({ gain: 2, offset: [1, -1] }, [3, 3])).toEqual([7, 5]);
  expect(measureWith({ gain: 2, range: [-5, 5] }, [3, -1, -4])).toEqual([5, -2, -5]);
  // Two bits over 0 .. 3: levels 0, 1, 2, 3.
  expect(measureWith({ range: [0, 3], bits: 2 }, [-1, 0.4, 1.6, 9])).toEqual([0, 0, 2, 3]);
});

// A correct program fails each bound (5 standard errors) about once in 1.7 million seeds.
test("readout noise is white with its standard deviation within 5 standard errors", () => {
  const count = 20_000;
  const generator = createGenerator(createStream(2));
  const instrument = createInstrument({ readoutNoise: 0.3 }, 1, generator);
  const noise = Array.from({ length: count }, () => {
    const value = Float64Array.of(1);
    instrument.measure(value);
    return value[0] - 1;
  });
  expect(Math.abs(standardDeviation(noise) / 0.3 - 1)).toBeLessThan(5 / Math.sqrt(2 * count));
  const lagged = mean(noise.slice(1).map((value, i) => value * noise[i]));
  expect(Math.abs(lagged / 0.09)).toBeLessThan(5 / Math.sqrt(count));
});

// Over 1,000 independent instruments; 5 standard errors, once in 1.7 million seeds each.
test("slow change holds between resets and correlates as 0.98^resets within 5 standard errors", () => {
  const count = 1000;
  const pairs = Array.from({ length: count }, (_, seed) => {
    const instrument = createInstrument({ slowChange: 2 }, 1, createGenerator(createStream(seed)));
    const read = (): number => {
      const value = Float64Array.of(0);
      instrument.measure(value);
      return value[0];
    };
    const first = read();
    expect(read()).toBe(first);
    for (let i = 0; i < 20; i++) instrument.renew();
    return [first, read()];
  });
  const error = 5 * Math.sqrt(2 / count);
  for (const i of [0, 1]) {
    expect(Math.abs(mean(pairs.map((pair) => (pair[i] / 2) ** 2)) - 1)).toBeLessThan(error);
  }
  const correlation = mean(pairs.map(([a, b]) => (a * b) / 4));
  expect(Math.abs(correlation - 0.98 ** 20)).toBeLessThan(error);
});
