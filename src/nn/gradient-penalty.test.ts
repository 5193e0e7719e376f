import { describe, expect, it } from "vitest";
import {
  add,
  affine,
  concat,
  gradients,
  interpret,
  mul,
  type Node,
  negate,
  parameter,
  sub,
  sumAll,
} from "../engine/index.ts";
import { compiledError, derivativeError, draw } from "./agreement.test-support.ts";
import { type Activation, createPerceptron, gradientPenalty } from "./index.ts";

// A WGAN-GP critic step in small: paths of 3 observables and 2 drives, real and simulated, the
// penalty at a random point between the two in every row.
const [rows, inputs] = [6, 5];
const shapes: readonly (readonly [number, number])[] = [
  [9, inputs],
  [1, 9],
  [7, 9],
  [1, 7],
  [1, 7],
  [1, 1],
];

function criticLoss(activation: Activation): {
  readonly loss: Node;
  readonly weights: readonly Node[];
} {
  const critic = createPerceptron("critic", [inputs, 9, 7, 1], activation);
  const drive = parameter("drive", [rows, 2]);
  const real = concat([parameter("real", [rows, 3]), drive]);
  const fake = concat([parameter("fake", [rows, 3]), drive]);
  const share = parameter("share", [rows, 1]);
  const between = add(mul(real, share), mul(fake, affine(share, -1, 1)));
  const penalty = gradientPenalty(critic.apply, between);
  const wasserstein = sumAll(sub(critic.apply(fake), critic.apply(real)));
  // The last bias drops out of the difference and of every slope.
  const weights = critic.parameters.slice(0, -1);
  return { loss: add(wasserstein, affine(penalty, 10)), weights };
}

const values = {
  drive: draw(rows * 2, 1),
  real: draw(rows * 3, 2),
  fake: draw(rows * 3, 3),
  share: draw(rows, 4).map((x) => 1 / (1 + Math.exp(-x))),
  ...Object.fromEntries(
    shapes.map(([r, c], i) => {
      const name = `critic.${i >> 1}.${i % 2 === 0 ? "weight" : "bias"}`;
      return [name, draw(r * c, 10 + i, 0.6)];
    }),
  ),
};

describe.each(["relu", "tanh", "silu"] as const)(
  "the critic's loss with %s layers",
  (activation) => {
    const { loss, weights } = criticLoss(activation);

    it("has derivatives by the weights within 1e-6 of central differences", () => {
      expect(derivativeError(loss, weights, values)).toBeLessThan(1e-6);
    });

    it("agrees compiled with float64 to 5e-6, derivatives included", async () => {
      expect(await compiledError(loss, weights, values)).toBeLessThan(5e-6);
    });
  },
);

describe("gradientPenalty", () => {
  it("is (|w| - 1)^2 for a linear critic w x, with derivative 2 (|w| - 1) w / |w|", () => {
    const w = parameter("w", [1, 2]);
    const x = parameter("x", [3, 2]);
    const penalty = gradientPenalty((point) => mul(point, w), x);
    const fed = { w: [3, 4], x: [1, 2, 3, 4, 5, 6] };
    const [value, slope] = interpret([penalty, ...gradients(penalty, [w])], { values: fed });
    expect(value[0]).toBeCloseTo(16, 12);
    expect(slope[0]).toBeCloseTo((8 * 3) / 5, 12);
    expect(slope[1]).toBeCloseTo((8 * 4) / 5, 12);
  });

  it("stays finite for a critic that ignores its input, whose slope is zero", () => {
    const w = parameter("w", [1, 2]);
    const penalty = gradientPenalty((point) => negate(mul(point, w)), parameter("x", [3, 2]));
    const fed = { w: [0, 0], x: [1, 2, 3, 4, 5, 6] };
    const [value, slope] = interpret([penalty, ...gradients(penalty, [w])], { values: fed });
    expect(value[0]).toBeCloseTo(1, 9);
    expect(Array.from(slope).map(Math.abs)).toEqual([0, 0]);
  });
});
