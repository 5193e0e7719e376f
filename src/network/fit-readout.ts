import {
  childStream,
  createArray,
  factorCholesky,
  fault,
  type HostArray,
  isFault,
  type LinearMap,
  type Stream,
  solveCholesky,
} from "../base/index.ts";
import type { KernelModule } from "../engine/index.ts";
import { isHigherBetter, scorePredictions, type Task, type TaskSequence } from "../tasks/index.ts";
import { checkTask } from "./evaluate.ts";
import type { Network } from "./network.ts";
import { featuresOf, readOutputs, withReadout } from "./readout.ts";
import type { NodeTwins } from "./twins.ts";
import { createNetworkWalker } from "./walk.ts";

/** Options of {@link fitReadout}. */
export interface FitReadoutOptions {
  /** Whether the twins' noise is on (default true). */
  readonly noise?: boolean;
  /** Noisy paths of each training sequence (default 1). */
  readonly paths?: number;
  /** Penalties per sample that are tried, squared standardised units. */
  readonly ridges?: readonly number[];
  readonly stream: Stream;
}

/** A network with a fitted readout. */
export interface FittedReadout {
  readonly network: Network;
  /** The penalty that validated best, per sample. */
  readonly ridge: number;
  /** Its score on the validation part. */
  readonly validation: number;
}

const defaultRidges = [1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1];

/**
 * Fit the readout alone, by ridge regression on the responses of the twins.
 *
 * On a network with random masks this is the reservoir baseline; after training it is the refit.
 * Classes are regressed on as 0 and 1. The penalty is the one that scores best on the validation
 * part; the test part is not read.
 *
 * @throws  `bad-value` if the task does not fit, or no penalty gives a solution.
 */
export function fitReadout(
  kernels: KernelModule,
  network: Network,
  twins: NodeTwins,
  task: Task,
  { noise = true, paths = 1, ridges, stream }: FitReadoutOptions,
): FittedReadout {
  checkTask(network, task, "fitReadout");
  const walk = createNetworkWalker(kernels, network, twins, { noise });
  const fit = createReadoutFit(network, task, { ridges, where: "fitReadout" });
  const inputs = task.train.map(({ input }) => input);
  for (let run = 0; run < (noise ? paths : 1); run++) {
    const drawn = { stream: childStream(stream, "training"), run };
    walk(network.weights, inputs, drawn, fit.addTraining);
  }
  const judged = task.validation.map(({ input }) => input);
  const heard = { stream: childStream(stream, "validation"), run: 0 };
  walk(network.weights, judged, heard, fit.addValidation);
  return fit.solve();
}

/** A ridge regression that sees one sequence's responses at a time. */
export interface ReadoutFit {
  /** Responses [time, samples of all nodes] to a training sequence; any number of times. */
  readonly addTraining: (sequence: number, responses: HostArray) => void;
  /** Responses to a validation sequence. */
  readonly addValidation: (sequence: number, responses: HostArray) => void;
  /** The readout whose penalty per sample scores best on the validation part. */
  readonly solve: () => FittedReadout;
}

/** Options of {@link createReadoutFit}. */
export interface ReadoutFitOptions {
  /** Penalties per sample that are tried, squared standardised units. */
  readonly ridges?: readonly number[];
  /** Who fits, for messages. */
  readonly where: string;
}

/**
 * Begin the fit of a readout, whoever measures or simulates the responses.
 *
 * @throws  `bad-value` for penalties that are none; `solve` throws it if none gives a solution.
 */
export function createReadoutFit(
  network: Network,
  task: Task,
  { ridges = defaultRidges, where }: ReadoutFitOptions,
): ReadoutFit {
  checkRidges(ridges, where);
  const products = createProducts(network.weights.readout.shape[1], network.outputs);
  const validated = new Array<{ input: HostArray; responses: HostArray }>(task.validation.length);
  return {
    addTraining(sequence, responses) {
      const { input } = task.train[sequence];
      const features = featuresOf(network, responses, input, task.warmUp);
      addSequence(products, task, task.train[sequence], features);
    },
    addValidation(sequence, responses) {
      validated[sequence] = { input: task.validation[sequence].input, responses };
    },
    solve() {
      const best = chooseRidge(network, task, ridges, products, validated);
      if (best) return best;
      throw fault("bad-value", {
        where,
        what: "no penalty gives a readout",
        got: `penalties ${ridges.join(", ")} per sample`,
        expected: "at least one that is large enough",
        fix: "Add larger ridges",
      });
    },
  };
}

function checkRidges(ridges: readonly number[], where: string): void {
  if (ridges.length > 0 && ridges.every((ridge) => ridge >= 0 && Number.isFinite(ridge))) return;
  throw fault("bad-value", {
    where,
    what: "these are no penalties of a ridge regression",
    got: `[${ridges.join(", ")}]`,
    expected: "one or more finite numbers from 0",
    fix: "Correct `ridges`, or leave them out for the default",
  });
}

function chooseRidge(
  network: Network,
  task: Task,
  ridges: readonly number[],
  products: Products,
  validated: readonly { readonly input: HostArray; readonly responses: HostArray }[],
): FittedReadout | undefined {
  let best: FittedReadout | undefined;
  for (const ridge of ridges) {
    const map = solveProducts(products, ridge * products.count());
    if (!map) continue;
    const candidate = withReadout(network, map);
    const outputs = validated.map(({ input, responses }) =>
      readOutputs(candidate, responses, input, task.warmUp),
    );
    const validation = scorePredictions(task, task.validation, outputs).value;
    if (!best || isBetter(task, validation, best.validation)) {
      best = { network: candidate, ridge, validation };
    }
  }
  return best;
}

/** Whether a score is better than another, by the task's own sense of better. */
export function isBetter(task: Pick<Task, "score">, score: number, than: number): boolean {
  return isHigherBetter(task.score) ? score > than : score < than;
}

/** Sums from which a ridge regression of any penalty follows. */
interface Products {
  readonly features: number;
  readonly outputs: number;
  /** [features + 1 + outputs] squared: products of (features, 1, targets), lower half. */
  readonly sums: Float64Array;
  readonly count: () => number;
}

function createProducts(features: number, outputs: number): Products {
  const width = features + 1 + outputs;
  const sums = new Float64Array(width * width);
  return { features, outputs, sums, count: () => sums[features * width + features] };
}

function addSequence(
  products: Products,
  task: Task,
  sequence: TaskSequence,
  features: HostArray,
): void {
  const { sums } = products;
  const width = products.features + 1 + products.outputs;
  const row = new Float64Array(width);
  row[products.features] = 1;
  const first = task.scored === "each-step" ? task.warmUp : 0;
  for (let t = first; t < features.shape[0]; t++) {
    const from = t * products.features;
    row.set(features.data.subarray(from, from + products.features));
    for (let o = 0; o < products.outputs; o++) {
      row[products.features + 1 + o] =
        task.kind === "regression"
          ? (sequence.target as HostArray).data[t * products.outputs + o]
          : sequence.labels?.[task.scored === "sequence" ? 0 : t] === o
            ? 1
            : 0;
    }
    for (let i = 0; i < width; i++) {
      const value = row[i];
      if (value === 0) continue;
      const at = i * width;
      for (let j = 0; j <= i && j <= products.features; j++) sums[at + j] += value * row[j];
    }
  }
}

/** Centred normal equations; undefined if the penalty is too small for them. */
function solveProducts(products: Products, ridge: number): LinearMap | undefined {
  const { features, outputs, sums } = products;
  const width = features + 1 + outputs;
  const count = products.count();
  const meanOf = (i: number): number =>
    i < features ? sums[features * width + i] / count : sums[i * width + features] / count;
  const centred = (i: number, j: number): number =>
    sums[i * width + j] - count * meanOf(i) * meanOf(j);
  const gram = createArray([features, features]);
  const moment = createArray([features, outputs]);
  for (let i = 0; i < features; i++) {
    for (let j = 0; j <= i; j++) gram.data[i * features + j] = centred(i, j);
    gram.data[i * features + i] += ridge;
    for (let o = 0; o < outputs; o++) {
      moment.data[i * outputs + o] = centred(features + 1 + o, i);
    }
  }
  let weights: HostArray;
  try {
    weights = solveCholesky(factorCholesky(gram), moment);
  } catch (error) {
    if (isFault(error)) return undefined; // Not positive definite: a larger penalty is tried.
    throw error;
  }
  const intercept = createArray([outputs]);
  for (let o = 0; o < outputs; o++) {
    intercept.data[o] = meanOf(features + 1 + o);
    for (let i = 0; i < features; i++) {
      intercept.data[o] -= weights.data[i * outputs + o] * meanOf(i);
    }
  }
  return { weights, intercept };
}
