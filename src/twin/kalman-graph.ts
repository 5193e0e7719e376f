import {
  add,
  addAll,
  affine,
  batchedMatmul,
  broadcast,
  concat,
  constant,
  exp,
  gradients,
  input,
  literal,
  matmul,
  mul,
  type Node,
  reshape,
  scan,
  slice,
  sliceRows,
  square,
  sub,
  sumAll,
} from "../engine/index.ts";
import { conditionGaussian, diagonalEach, outerProduct, transposeEach } from "../nn/index.ts";
import { createTwinGraph, type TwinGraph, type TwinTerms } from "./model.ts";
import type { Twin } from "./twin.ts";

// The map of METHOD 2.1 along a measured path y, everything in units of c, rows independent:
//   r_t = (y_{t+1} - y_t) / c - F(y_t)                                   what F leaves unexplained
//       = H h_t + W^T D xi + g_x zeta + e_{t+1},   h = (a, e_t ... e_{t-N_d}),   e = (y - x) / c
//   h_{t+1} = A h_t + (D xi, e_{t+1}, 0)         A: rho on a, one place down the line on e
//   H = (W^T, -(1 + dF/dx_t), -dF/dx_{t-1} ...), exact without observation noise (then h = a);
// with it, F is linear between the measured and the true state: exact for a linear device.

/** Sizes of a likelihood. */
export interface LikelihoodSize {
  readonly steps: number;
  readonly windows: number;
}

/** The likelihood of measured windows. */
export interface LikelihoodGraph {
  /** -log p per scored number, [1, 1], constants left out; what "scored" sums to counts as one. */
  readonly loss: Node;
  readonly driftParameters: readonly Node[];
  readonly noiseParameters: readonly Node[];
}

/** Whether anything is hidden once a path is measured; without it "reset" is not an input. */
export const hasHidden = (twin: Twin): boolean => twin.auxiliaries > 0 || twin.observationNoise;

/** Columns of h and how its parts lie in the matrices of a row. */
interface Layout {
  readonly auxiliaries: number;
  readonly observables: number;
  /** Columns of e_t ... e_{t-N_d}; 0 without observation noise. */
  readonly errors: number;
  /** Columns of h. */
  readonly hidden: number;
}

/**
 * -log p of measured paths by a Kalman filter over what is hidden.
 *
 * Inputs: "line" [steps, windows, line] measured states and "target" [steps, windows, observables]
 * the samples after them, both standardised; "drive" and "carrier"; "scored" [steps, windows, 1]
 * weights of the steps; "reset" [windows, 1], 1 where a window starts at a reset.
 *
 * F, G and R are evaluated at all measured states at once: no derivative passes through time but
 * that of the filter, whose state is small.
 *
 * @param twin  Method `map`.
 */
export function createLikelihood(twin: Twin, { steps, windows }: LikelihoodSize): LikelihoodGraph {
  const graph = createTwinGraph(twin);
  const { observables, driftParameters, noiseParameters } = graph;
  const errors = twin.observationNoise ? observables * (twin.delays + 1) : 0;
  const hidden = twin.auxiliaries + errors;
  const layout: Layout = { auxiliaries: twin.auxiliaries, observables, errors, hidden };
  const line = input("line", [windows, observables * (twin.delays + 1)], { steps });
  const target = input("target", [windows, observables], { steps });
  const drive = input("drive", [windows, graph.inputs], { steps });
  const carrier = graph.needsCarrier ? input("carrier", [windows, 2], { steps }) : undefined;
  const scored = input("scored", [windows, 1], { steps });
  const terms = graph.terms(line, { drive, carrier });
  const perUnit = literal(
    [1, observables],
    twin.scales.increments.map((c) => 1 / c),
  );
  const change = mul(sub(target, slice(line, 0, observables)), perUnit);
  const residual = sub(change, terms.drift);
  const spread = hasHidden(twin)
    ? filterDensity(twin, graph, layout, { steps, windows, line, terms, residual })
    : whiteDensity(residual, terms);
  const loss = affine(sumAll(mul(spread, scored)), 0.5 / observables);
  return { loss, driftParameters, noiseParameters };
}

/** log det + distance of independent residuals, [steps * windows, 1]. */
function whiteDensity(residual: Node, { white }: TwinTerms): Node {
  const [rows, observables] = residual.shape;
  const none = { mean: constant(0, [rows, 1]), covariance: constant(0, [rows, 1]) };
  const cross = constant(0, [rows, observables]);
  const observed = diagonalEach(square(white));
  const result = conditionGaussian({ ...none, cross, observed, innovation: residual });
  return add(result.logDeterminant, result.squaredDistance);
}

interface Measured extends LikelihoodSize {
  readonly line: Node;
  readonly terms: TwinTerms;
  readonly residual: Node;
}

/** log det + distance of every innovation of the filter, [steps * windows, 1]. */
function filterDensity(
  twin: Twin,
  { colour }: TwinGraph,
  layout: Layout,
  { steps, windows, line, terms, residual }: Measured,
): Node {
  const { hidden: n, observables: k } = layout;
  const model = createFilter(twin, colour, layout, terms, line);
  const sequences = [residual, model.fresh.hidden, model.fresh.cross, model.fresh.observed];
  const loadings = model.loading.shape[0] > 1 ? [model.loading] : [];
  const carry = [constant(0, [windows, n]), model.start(windows)];
  const { outputs } = scan(
    { steps, carry, sequences: [...sequences, ...loadings] },
    ([mean, covariance], [r, freshHidden, freshCross, freshObserved, own]) => {
      const loading = own ?? model.loading;
      const { transition } = model;
      const size = { m: k, n, k: n };
      const seen = batchedMatmul(loading, covariance, size);
      const moved = batchedMatmul(transition, covariance, { m: n, n, k: n });
      const result = conditionGaussian({
        mean: batchedMatmul(transition, mean, { m: n, n: 1, k: n }),
        covariance: add(batchedMatmul(moved, transition, { m: n, n, k: n }, "nt"), freshHidden),
        cross: add(batchedMatmul(seen, transition, size, "nt"), freshCross),
        observed: add(batchedMatmul(seen, loading, { m: k, n: k, k: n }, "nt"), freshObserved),
        innovation: sub(r, batchedMatmul(loading, mean, { m: k, n: 1, k: n })),
      });
      const { logDeterminant, squaredDistance } = result;
      return {
        carry: [result.mean, result.covariance],
        outputs: [add(logDeterminant, squaredDistance)],
      };
    },
  );
  return outputs[0];
}

/** The linear model of a filter; a matrix of a row lies row-major in its columns. */
interface FilterModel {
  /** A, [1, hidden hidden]. */
  readonly transition: Node;
  /** H, [observables hidden] columns; one row, or one per step and window. */
  readonly loading: Node;
  /** Covariances of what is new in a step: of h, of (r, h), of r; [steps * windows, ...]. */
  readonly fresh: { readonly hidden: Node; readonly cross: Node; readonly observed: Node };
  /** Covariance of h at the start of a window. */
  readonly start: (windows: number) => Node;
}

function createFilter(
  twin: Twin,
  colour: TwinGraph["colour"],
  layout: Layout,
  terms: TwinTerms,
  line: Node,
): FilterModel {
  const { observables: k, hidden: n, auxiliaries } = layout;
  const place = placements(layout);
  const rho = colour.rate && exp(affine(colour.rate, -1));
  const { mixing } = colour;
  const white = square(terms.white);
  const shift = literal([1, n * n], place.shift);
  const parts: { hidden: Node[]; cross: Node[]; observed: Node[] } = {
    hidden: [],
    cross: [],
    observed: [diagonalEach(white)],
  };
  const stationary = terms.auxiliary && square(terms.auxiliary);
  if (stationary && rho && mixing) {
    const force = mul(stationary, affine(square(rho), -1, 1));
    const pushed = batchedMatmul(
      reshape(mixing, [1, auxiliaries * k]),
      diagonalEach(force),
      { m: k, n: auxiliaries, k: auxiliaries },
      "tn",
    );
    parts.hidden.push(matmul(force, place.auxiliary));
    parts.cross.push(matmul(pushed, place.auxiliaryCross));
    parts.observed.push(matmul(force, outerProduct(mixing, mixing)));
  }
  const error = terms.observed && square(terms.observed);
  if (error) {
    parts.hidden.push(matmul(error, place.newest));
    parts.cross.push(matmul(error, place.newestCross));
    parts.observed.push(diagonalEach(error));
  }
  return {
    transition: rho ? add(matmul(rho, place.auxiliary), shift) : shift,
    loading: createLoading(twin, layout, mixing, terms, line),
    fresh: {
      hidden: addAll(parts.hidden),
      cross: addAll(parts.cross),
      observed: addAll(parts.observed),
    },
    start: (windows) => startCovariance(layout, windows, stationary, error),
  };
}

/** H, observables x hidden: (W^T, -(1 + dF/dx_t), -dF/dx_{t-1} ...). */
function createLoading(
  twin: Twin,
  { observables: k, auxiliaries, errors }: Layout,
  mixing: Node | undefined,
  { drift }: TwinTerms,
  line: Node,
): Node {
  const forces = mixing && transposeEach(reshape(mixing, [1, auxiliaries * k]), auxiliaries, k);
  if (errors === 0) return forces as Node;
  const rows = line.shape[0];
  const { increments } = twin.scales;
  const minus = literal(
    [1, errors],
    Array.from({ length: errors }, (_, i) => -increments[i % k]),
  );
  return concat(
    increments.flatMap((_, j) => {
      const [slope] = gradients(sumAll(slice(drift, j, 1)), [line]);
      const unit = literal([1, errors], unitRow(errors, j));
      const error = sub(mul(slope, minus), unit);
      if (!forces) return [error];
      return [broadcast(slice(forces, j * auxiliaries, auxiliaries), [rows, auxiliaries]), error];
    }),
  );
}

/**
 * Covariance of h at a window's start: auxiliaries stationary, or zero at a reset; measured samples
 * with their errors, which at a reset are those of the one sample that fills the delay line.
 */
function startCovariance(
  layout: Layout,
  windows: number,
  stationary: Node | undefined,
  error: Node | undefined,
): Node {
  const reset = input("reset", [windows, 1]);
  const place = placements(layout);
  const parts: Node[] = [];
  if (stationary) {
    const first = sliceRows(stationary, 0, windows);
    parts.push(matmul(mul(first, affine(reset, -1, 1)), place.auxiliary));
  }
  if (error) {
    const first = sliceRows(error, 0, windows);
    parts.push(matmul(first, place.own), matmul(mul(first, reset), place.others));
  }
  return addAll(parts);
}

const unitRow = (length: number, at: number): Float64Array =>
  new Float64Array(length).fill(1, at, at + 1);

/** Where numbers go in the matrices of a row, as matrices that put them there. */
interface Placements {
  /** [auxiliaries, hidden hidden]: the diagonal of a. */
  readonly auxiliary: Node;
  /** [observables auxiliaries, observables hidden]: the columns of a. */
  readonly auxiliaryCross: Node;
  /** [observables, hidden hidden]: the diagonal of e_t. */
  readonly newest: Node;
  /** [observables, observables hidden]: the diagonal of the columns of e_t. */
  readonly newestCross: Node;
  /** [observables, hidden hidden]: the diagonal of all of e. */
  readonly own: Node;
  /** [observables, hidden hidden]: a channel's errors at different times. */
  readonly others: Node;
  /** [hidden hidden] numbers: e moves down the line. */
  readonly shift: Float64Array;
}

function placements({ auxiliaries, observables: k, errors, hidden: n }: Layout): Placements {
  /** 1 in row i at (row, column) of a matrix with `width` columns. */
  const put = (rows: number, height: number, width: number, at: readonly Place[]): Node => {
    const data = new Float64Array(rows * height * width);
    for (const [i, row, col] of at) data[i * height * width + row * width + col] = 1;
    return literal([rows, height * width], data);
  };
  const a = range(auxiliaries);
  const e = range(errors);
  const slots = (same: boolean): Place[] =>
    e.flatMap((i) =>
      e
        .filter((j) => i % k === j % k && (i === j) === same)
        .map((j): Place => [i % k, auxiliaries + i, auxiliaries + j]),
    );
  const shift = new Float64Array(n * n);
  for (const i of e.slice(k)) shift[(auxiliaries + i) * n + auxiliaries + i - k] = 1;
  const newest = errors > 0 ? range(k) : [];
  return {
    auxiliary: put(
      auxiliaries,
      n,
      n,
      a.map((i) => [i, i, i]),
    ),
    auxiliaryCross: put(
      auxiliaries * k,
      k,
      n,
      range(k).flatMap((j) => a.map((i): Place => [j * auxiliaries + i, j, i])),
    ),
    newest: put(
      k,
      n,
      n,
      newest.map((j) => [j, auxiliaries + j, auxiliaries + j]),
    ),
    newestCross: put(
      k,
      k,
      n,
      newest.map((j) => [j, j, auxiliaries + j]),
    ),
    own: put(k, n, n, slots(true)),
    others: put(k, n, n, slots(false)),
    shift,
  };
}

type Place = readonly [index: number, row: number, column: number];

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
