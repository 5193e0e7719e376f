// Phase 1, METHOD 2.3: squared error of the noise-free path, Adam on F.
import { input } from "twinloom/engine";
import { meanSquaredError } from "twinloom/nn";
import { createDriftPath } from "./nado.js";

/** @type {import("./step.js").BuildStep} */
export function buildDriftStep(configuration, rows) {
  const { path, trained } = createDriftPath(configuration, rows);
  const { states, horizon } = configuration;
  const target = input("target", [rows, states], { steps: horizon });
  return { loss: meanSquaredError(path, target), trained };
}
