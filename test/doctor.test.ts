import { expect, test } from "vitest";
import { createCommandLine } from "./command-line.test-support.ts";

test("doctor says how sums round, which tile is used, what it was chosen from, and the peak", async () => {
  const { run, remove } = createCommandLine();
  const { code, stdout } = await run(["doctor", "--json"]);
  remove();
  const facts = JSON.parse(stdout);
  expect(code).toBe(0);
  expect(facts).toMatchObject({
    kernels: expect.stringMatching(/^engine-(relaxed|simd)$/),
    "multiply-add": expect.stringMatching(/^rounded (once|twice)$/),
    tile: expect.stringMatching(/^(4x8|6x8|6x16)$/),
  });
  // The fastest comes first, and is used.
  expect(facts["tiles measured, GF/s"]).toMatch(
    new RegExp(`^${facts.tile} \\d+(, \\d+x\\d+ \\d+)*$`),
  );
  expect(facts["peak of one core at 128 bits, GF/s"]).toBeGreaterThan(0.5);
});
