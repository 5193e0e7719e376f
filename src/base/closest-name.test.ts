import { expect, test } from "vitest";
import { closestName, suggestName } from "./closest-name.ts";

const known = ["train", "twin", "transfer", "leaky-integrator"];

test("a swap of neighbours is one edit, so that trian means train and not twin", () => {
  expect(closestName("trian", known)).toBe("train");
});

test("case does not matter, and what is far from all is not guessed", () => {
  expect(closestName("Leaky-Integrater", known)).toBe("leaky-integrator");
  expect(closestName("memristor", known)).toBeUndefined();
  expect(suggestName("memristor", known, "Choose one")).toBe("Choose one");
  expect(suggestName("twinn", known, "Choose one")).toBe("Did you mean 'twin'? Choose one");
});
