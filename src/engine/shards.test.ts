import { expect, test } from "vitest";
import { shardsFor } from "./shards.ts";

test("a batch is cut into a power of two of equal pieces with 12 rows or more", () => {
  expect([1, 7, 24, 32, 48, 50, 100, 256, 1000].map((n) => shardsFor(n))).toEqual([
    1, 1, 2, 2, 4, 2, 4, 8, 8,
  ]);
  expect(shardsFor(4, 64)).toBe(4);
  expect(shardsFor(0)).toBe(1);
});
