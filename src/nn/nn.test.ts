import { describe, expect, it } from "vitest";
import { createStream } from "../base/index.ts";
import { gradients, input, interpret } from "../engine/index.ts";
import {
  cosineRate,
  createPerceptron,
  crossEntropy,
  initialWeights,
  meanSquaredError,
} from "./index.ts";

const sizes = [3, 400, 200, 1];

describe("createPerceptron", () => {
  it("is W2 tanh(W1 x + b1) + b2, weights [out, in]", () => {
    const network = createPerceptron("f", [2, 1, 1], "tanh");
    const values = {
      x: [1, 2],
      "f.0.weight": [0.3, -0.2],
      "f.0.bias": [0.5],
      "f.1.weight": [2],
      "f.1.bias": [-1],
    };
    const [y] = interpret([network.apply(input("x", [1, 2]))], { values });
    expect(y[0]).toBeCloseTo(2 * Math.tanh(0.3 - 0.4 + 0.5) - 1, 12);
  });

  it("shares its weights between calls", () => {
    const network = createPerceptron("f", [1, 1], "relu");
    const loss = network.apply(network.apply(input("x", [1, 1])));
    const [slope] = gradients(loss, [network.parameters[0]]);
    const values = { x: [3], "f.0.weight": [2], "f.0.bias": [1] };
    // y = w (w x + b) + b, dy/dw = 2 w x + b
    expect(interpret([slope], { values })[0][0]).toBeCloseTo(13, 12);
  });
});

describe("initialWeights", () => {
  // 80,000 draws: the sd of a sample sd is 0.25 %, 2 % is 8 of them.
  it.each([
    ["relu", Math.sqrt(2 / 400)],
    ["silu", Math.sqrt(2 / 400)],
    ["tanh", Math.sqrt(2 / 600)],
  ] as const)("gives hidden %s weights the sd of their papers within 2 %%", (activation, sd) => {
    const weights = initialWeights("f", sizes, { activation }, createStream(1));
    const { data } = weights["f.1.weight"];
    const sample = Math.sqrt(data.reduce((sum, w) => sum + w * w, 0) / data.length);
    expect(sample / sd).toBeGreaterThan(0.98);
    expect(sample / sd).toBeLessThan(1.02);
  });

  it("draws each layer from its own name, so that a deeper network keeps its first layers", () => {
    const shallow = initialWeights("f", [3, 8, 8], { activation: "relu" }, createStream(5));
    const deep = initialWeights("f", [3, 8, 8, 2], { activation: "relu" }, createStream(5));
    expect(deep["f.0.weight"]).toEqual(shallow["f.0.weight"]);
    expect(deep["f.0.weight"].data.slice(0, 4)).not.toEqual(deep["f.1.weight"].data.slice(0, 4));
  });
});

describe("losses", () => {
  it("cross-entropy of even scores is log(classes)", () => {
    const loss = crossEntropy(input("z", [2, 4]), input("t", [2, 4]));
    const values = { z: new Float64Array(8).fill(3), t: [1, 0, 0, 0, 0, 0, 1, 0] };
    expect(interpret([loss], { values })[0][0]).toBeCloseTo(Math.log(4), 12);
  });

  it("the squared error is a mean over all elements", () => {
    const loss = meanSquaredError(input("a", [2, 2]), input("b", [2, 2]));
    const values = { a: [1, 2, 3, 4], b: [1, 2, 3, 0] };
    expect(interpret([loss], { values })[0][0]).toBe(4);
  });
});

describe("cosineRate", () => {
  it("starts at the first rate, is half-way at half time and ends at its last share", () => {
    const options = { first: 1, lastShare: 0 };
    expect(cosineRate(0, 101, options)).toBe(1);
    expect(cosineRate(50, 101, options)).toBeCloseTo(0.5, 12);
    expect(cosineRate(100, 101, options)).toBeCloseTo(0, 12);
  });

  it("rises in equal parts first if asked", () => {
    expect(cosineRate(0, 100, { first: 2, rise: 4 })).toBe(0.5);
    expect(cosineRate(4, 100, { first: 2, rise: 4 })).toBe(2);
  });
});
