// A critic step of WGAN-GP, METHOD 2.3: paths without gradient, Adam on D. Minimises
//   mean D(fake) - mean D(real) + 10 mean (|dD/dw| - 1)^2 at w = mix real + (1 - mix) fake
import {
  add,
  addAll,
  affine,
  concat,
  concatRows,
  input,
  meanAll,
  mul,
  sliceRows,
  sub,
} from "twinloom/engine";
import { gradientPenalty } from "twinloom/nn";
import { penaltyWeight } from "./configurations.js";
import { createCritic, windowOf } from "./critic.js";
import { createNoisyPath } from "./nado.js";

/** @type {import("./step.js").BuildStep} */
export function buildCriticStep(configuration, rows) {
  const { horizon, observables, inputs } = configuration;
  const critic = createCritic(configuration);
  const driveWindow = input("driveWindow", [rows, inputs * horizon]);
  const fake = windowOf(configuration, createNoisyPath(configuration, rows).path, driveWindow);
  const real = concat([input("real", [rows, observables * horizon]), driveWindow]);
  const score = (/** @type {typeof fake} */ x) => critic.score(critic.features(x));
  const scores = score(concatRows([fake, real]));
  const mean = (/** @type {number} */ from) => meanAll(sliceRows(scores, from, rows));

  const mixed = add(fake, mul(sub(real, fake), input("mix", [rows, 1])));
  const penalty = affine(gradientPenalty(score, mixed), penaltyWeight);
  const loss = addAll([mean(0), affine(mean(rows), -1), penalty]);
  return { loss, trained: critic.parameters };
}
