import { expect, test } from "vitest";
import { philox, philoxNormals } from "./philox.ts";
import { childStream, createGenerator, createStream, permutation } from "./random.ts";

const hex = (words: readonly number[]) => words.map((w) => w.toString(16).padStart(8, "0"));

// Known-answer vectors shipped with Random123 1.09 (file kat_vectors, philox4x32 10 rounds).
test("philox agrees with the known answers of Random123", () => {
  expect(hex(philox([0, 0, 0, 0], 0, 0))).toEqual(["6627e8d5", "e169c58d", "bc57ac4c", "9b00dbd8"]);
  const ones = 0xffffffff;
  expect(hex(philox([ones, ones, ones, ones], ones, ones))).toEqual([
    "408f276d",
    "41c83b0e",
    "a20bc7c6",
    "6d5451fd",
  ]);
  expect(
    hex(philox([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], 0xa4093822, 0x299f31d0)),
  ).toEqual(["d16cfe09", "94fdcceb", "5001e420", "24126ea1"]);
});

// A correct program fails each bound (5 standard errors) about once in 1.7 million seeds.
test("philox normals have mean 0, variance 1, kurtosis 3 within 5 standard errors", () => {
  const count = 40_000;
  let [s1, s2, s4] = [0, 0, 0];
  for (let i = 0; i < count / 4; i++) {
    for (const n of philoxNormals([i, 0, 0, 0], 1, 2)) {
      s1 += n;
      s2 += n * n;
      s4 += n ** 4;
    }
  }
  expect(Math.abs(s1 / count)).toBeLessThan(5 / Math.sqrt(count));
  expect(Math.abs(s2 / count - 1)).toBeLessThan(5 * Math.sqrt(2 / count));
  expect(Math.abs(s4 / count - 3)).toBeLessThan(5 * Math.sqrt(96 / count));
});

test("equal seeds give equal draws, and children with other names give other draws", () => {
  const draw = (name: string) => createGenerator(childStream(createStream(5), name)).uniform();
  expect(draw("thermal")).toBe(draw("thermal"));
  expect(draw("thermal")).not.toBe(draw("instrument"));
});

// A correct program fails each bound (5 standard errors) about once in 1.7 million seeds.
test("sequential uniforms and normals have their moments within 5 standard errors", () => {
  const generator = createGenerator(createStream(11));
  const count = 100_000;
  let [u1, n1, n2] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    u1 += generator.uniform();
    const n = generator.normal();
    n1 += n;
    n2 += n * n;
  }
  expect(Math.abs(u1 / count - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / count));
  expect(Math.abs(n1 / count)).toBeLessThan(5 / Math.sqrt(count));
  expect(Math.abs(n2 / count - 1)).toBeLessThan(5 * Math.sqrt(2 / count));
});

test("a permutation holds every index once", () => {
  const order = permutation(createGenerator(createStream(3)), 100);
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
});
