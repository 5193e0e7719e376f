// A generator step, METHOD 2.3: noisy paths with gradient, F and D frozen, Adam on G, W and theta.
// The reference's three terms, all on; f the last hidden features of the critic, sd over the batch:
//   - mean D(fake) + mean_j (mean f_j(fake) - mean f_j(real))^2
//                  + mean_j (sd f_j(fake) - sd f_j(real))^2
import { addAll, affine, concat, input, meanAll, meanRows, square, sub } from "twinloom/engine";
import { standardDeviationRows } from "twinloom/nn";
import { createCritic, windowOf } from "./critic.js";
import { createNoisyPath } from "./nado.js";

/** @type {import("./step.js").BuildStep} */
export function buildGeneratorStep(configuration, rows) {
  const { horizon, observables, inputs } = configuration;
  const critic = createCritic(configuration);
  const { path, trained } = createNoisyPath(configuration, rows);
  const driveWindow = input("driveWindow", [rows, inputs * horizon]);
  const fake = critic.features(windowOf(configuration, path, driveWindow));
  const real = critic.features(concat([input("real", [rows, observables * horizon]), driveWindow]));
  const loss = addAll([
    affine(meanAll(critic.score(fake)), -1),
    meanAll(square(sub(meanRows(fake), meanRows(real)))),
    meanAll(square(sub(standardDeviationRows(fake), standardDeviationRows(real)))),
  ]);
  return { loss, trained };
}
