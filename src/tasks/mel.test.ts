import { expect, test } from "vitest";
import { createArray, createGenerator, createStream } from "../base/index.ts";
import { planPowerSpectrum } from "./fft.ts";
import { createMelFilters, melFeatures, resampleFrames } from "./mel.ts";

test("the power spectrum agrees with the sum that defines it within 1e-11", () => {
  for (const size of [2, 8, 256]) {
    const generator = createGenerator(createStream(size));
    const frame = Float64Array.from({ length: size }, () => generator.normal());
    const power = new Float64Array(size / 2 + 1);
    planPowerSpectrum(size).run(frame.slice(), power);
    for (let k = 0; k <= size / 2; k++) {
      let [re, im] = [0, 0];
      for (let t = 0; t < size; t++) {
        const angle = (2 * Math.PI * k * t) / size;
        re += frame[t] * Math.cos(angle);
        im -= frame[t] * Math.sin(angle);
      }
      expect(Math.abs(power[k] - (re * re + im * im)) / size).toBeLessThan(1e-11);
    }
  }
});

// numpy 2.4, with t = arange(440)/8000:
//   x = .5*sin(2*pi*440*t) + .1*cos(2*pi*2500*t)*(t > .02);  y = append(x[0], x[1:] - .97*x[:-1])
//   fr = stack([y[i*80:i*80+200]*hamming(200) for i in range(4)]);  P = abs(rfft(fr, 256))**2
//   hz = 700*(10**(linspace(0, 2595*log10(1+4000/700), 28)/2595) - 1);  f = arange(129)*31.25
//   H = maximum(0, minimum((f-hz[:-2,None])/diff(hz)[:-1,None], (hz[2:,None]-f)/diff(hz)[1:,None]))
//   m = log(P@H.T + 1e-10);  m[0,[0,5,7,20,25]], m[3,[0,5,7,20,25]], m.sum()
test("mel features of two tones agree with numpy within 1e-9", () => {
  const samples = Float64Array.from({ length: 440 }, (_, i) => {
    const t = i / 8000;
    const late = t > 0.02 ? 0.1 * Math.cos(2 * Math.PI * 2500 * t) : 0;
    return 0.5 * Math.sin(2 * Math.PI * 440 * t) + late;
  });
  const features = melFeatures({ sampleRate: 8000, samples });
  expect(features.shape).toEqual([4, 26]);
  const golden = [
    [
      -7.847811791454607, 3.164949528277627, 2.315953695831182, -0.009122680572070382,
      -4.158228154663327,
    ],
    [
      -5.567308994312901, 3.164028444234734, 2.312671621627124, 4.132968143112437,
      -5.802603390234899,
    ],
  ];
  [0, 5, 7, 20, 25].forEach((band, i) => {
    expect(features.data[band]).toBeCloseTo(golden[0][i], 9);
    expect(features.data[3 * 26 + band]).toBeCloseTo(golden[1][i], 9);
  });
  expect(features.data.reduce((sum, value) => sum + value, 0)).toBeCloseTo(-357.9601498765079, 8);
});

test("silence is log(1e-10) in each band, and a short sound has one frame", () => {
  const features = melFeatures({ sampleRate: 8000, samples: new Float64Array(50) });
  expect(features.shape).toEqual([1, 26]);
  for (const value of features.data) expect(value).toBeCloseTo(Math.log(1e-10), 12);
});

test("a tone of 1 kHz is loudest in the band whose centre is nearest to it", () => {
  const samples = Float64Array.from({ length: 400 }, (_, i) => Math.sin((2 * Math.PI * i) / 8));
  const { data } = melFeatures({ sampleRate: 8000, samples });
  const frame = [...data.subarray(0, 26)];
  // 1000 Hz is 1000 mel; the centres are 2146.1/27 = 79.5 mel apart, the first at 79.5.
  expect(frame.indexOf(Math.max(...frame))).toBe(Math.round(1000 / 79.49) - 1);
});

test("every bin between the first and the last centre is shared so that its weights add to 1", () => {
  const { data } = createMelFilters(26, 256, 8000);
  // 79.5 mel is 51 Hz, bin 1.6; 2066.6 mel is 3680 Hz, bin 117.8.
  for (let k = 2; k <= 117; k++) {
    let sum = 0;
    for (let b = 0; b < 26; b++) sum += data[b * 129 + k];
    expect(sum).toBeCloseTo(1, 12);
  }
});

test("resampling keeps the ends and a straight line", () => {
  const line = createArray([5, 2], [0, 8, 1, 6, 2, 4, 3, 2, 4, 0]);
  const result = resampleFrames(line, 9);
  for (let f = 0; f < 9; f++) {
    expect(result.data[2 * f]).toBeCloseTo(f / 2, 12);
    expect(result.data[2 * f + 1]).toBeCloseTo(8 - f, 12);
  }
  expect([...resampleFrames(line, 1).data]).toEqual([2, 4]);
  expect([...resampleFrames(createArray([1, 1], [7]), 3).data]).toEqual([7, 7, 7]);
});
