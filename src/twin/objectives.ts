import { closestName, fault } from "../base/index.ts";
import { type CriticOptions, createCriticPhase } from "./critic.ts";
import { createDriftPhase, type DriftOptions } from "./drift.ts";
import { createEnergyScorePhase, type EnergyScoreOptions } from "./energy-score.ts";
import { createKalmanPhase, type KalmanOptions } from "./kalman.ts";
import { createMomentsPhase, type MomentsOptions } from "./moments.ts";
import { createObservationPhase, type ObservationOptions } from "./observation.ts";
import type { Phase } from "./phase.ts";

/** What a fit can minimise. */
export type ObjectiveName =
  | "drift"
  | "observation"
  | "kalman"
  | "energy-score"
  | "moments"
  | "wgan-gp"
  | "critic-moments";

/** Options of each objective; only those that are fitted count. */
export interface ObjectiveOptions {
  readonly drift?: DriftOptions;
  readonly observation?: ObservationOptions;
  readonly kalman?: KalmanOptions;
  readonly energyScore?: EnergyScoreOptions;
  readonly moments?: MomentsOptions;
  /** Of `wgan-gp` and `critic-moments`. */
  readonly critic?: CriticOptions;
}

/** One way to fit a twin. */
export interface Objective {
  /** What it compares, in a line. */
  readonly about: string;
  readonly create: (options: ObjectiveOptions) => Phase;
}

/** Every objective. */
export const objectives: { readonly [N in ObjectiveName]: Objective } = {
  drift: {
    about: "the noise-free path with a measured one",
    create: ({ drift }) => createDriftPhase(drift),
  },
  observation: {
    about: "covariance of the noise of repeats, what process noise explains taken off; closed form",
    create: ({ observation }) => createObservationPhase(observation),
  },
  kalman: {
    about: "the likelihood of measured paths, by a filter over the auxiliaries",
    create: ({ kalman }) => createKalmanPhase(kalman),
  },
  "energy-score": {
    about: "free-running noisy paths with a measured one",
    create: ({ energyScore }) => createEnergyScorePhase(energyScore),
  },
  moments: {
    about:
      "mean, standard deviation and autocovariance of free-running paths with those of repeats",
    create: ({ moments }) => createMomentsPhase(moments),
  },
  "wgan-gp": {
    about: "windows of paths with measured ones, through the score of a critic",
    create: ({ critic }) => createCriticPhase("wgan-gp", critic),
  },
  "critic-moments": {
    about: "windows of paths with measured ones, through moments of a critic's features",
    create: ({ critic }) => createCriticPhase("critic-moments", critic),
  },
};

/**
 * Make the phases of a fit.
 *
 * @throws  `unknown-name` for an objective that does not exist; `bad-value` for none, or one twice.
 */
export function createPhases(names: readonly string[], options: ObjectiveOptions): Phase[] {
  const known = Object.keys(objectives);
  for (const name of names) {
    if (known.includes(name)) continue;
    const meant = closestName(name, known);
    throw fault("unknown-name", {
      where: "fitTwin",
      what: "there is no such objective",
      got: `'${name}'`,
      expected: `one of ${known.join(", ")}`,
      fix: meant ? `Write '${meant}'` : "Choose one of these",
    });
  }
  if (names.length === 0 || new Set(names).size < names.length) {
    throw fault("bad-value", {
      where: "fitTwin",
      what: "the objectives of a fit are none, or one of them twice",
      got: `[${names.join(", ")}]`,
      expected: `some of ${known.join(", ")}, each at most once`,
      fix: "Leave `objectives` out for the usual ones",
    });
  }
  return names.map((name) => objectives[name as ObjectiveName].create(options));
}
