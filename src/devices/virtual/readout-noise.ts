import { fault, type Generator } from "../../base/index.ts";
import { formatValue } from "../options.ts";

/** How neighbouring observables share their readout noise. */
export interface NoiseSharing {
  /** Standard deviation of the Gaussian weights, in observables; 0 shares nothing. */
  readonly width: number;
  /** Sizes of groups of neighbours; nothing is shared between groups. Empty: all are one group. */
  readonly groups: readonly number[];
}

/**
 * Build a source of readout noise, white in time.
 *
 * eps_i = R_i sum_k w_k n_(i+k) / |w|, w_k = exp(-k^2 / (2 width^2)), over independent normals n.
 * Observables k apart in a group then correlate as exp(-k^2 / (4 width^2)).
 *
 * @param deviations  R, standard deviation of each observable.
 * @param sharing     Width and groups.
 * @param noise       The instrument's own randomness.
 * @returns           Fills an array [observables] with one draw.
 * @throws            `shape-mismatch` if the groups do not add up to the observables.
 */
export function createReadoutNoise(
  deviations: Float64Array,
  sharing: NoiseSharing,
  noise: Generator,
): (out: Float64Array) => void {
  const observables = deviations.length;
  const { width, groups } = sharing;
  checkGroups(groups, observables);
  if (width === 0) {
    return (out) => {
      for (let i = 0; i < observables; i++) {
        out[i] = deviations[i] > 0 ? deviations[i] * noise.normal() : 0;
      }
    };
  }
  const sizes = groups.length > 0 ? groups : [observables];
  const weights = gaussianWeights(width);
  const white = new Float64Array(Math.max(...sizes) + weights.length - 1);
  return (out) => {
    let first = 0;
    for (let g = 0; g < sizes.length; g++) {
      const draws = sizes[g] + weights.length - 1;
      for (let j = 0; j < draws; j++) white[j] = noise.normal();
      for (let i = 0; i < sizes[g]; i++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++) sum += weights[k] * white[i + k];
        out[first + i] = deviations[first + i] * sum;
      }
      first += sizes[g];
    }
  };
}

// Cut at four widths, where a weight is 3e-4 of the largest; the squares add up to 1.
function gaussianWeights(width: number): Float64Array {
  const reach = Math.ceil(4 * width);
  const raw = Float64Array.from({ length: 2 * reach + 1 }, (_, j) =>
    Math.exp(-((j - reach) ** 2) / (2 * width * width)),
  );
  const norm = Math.sqrt(raw.reduce((sum, weight) => sum + weight * weight, 0));
  return raw.map((weight) => weight / norm);
}

function checkGroups(groups: readonly number[], observables: number): void {
  const total = groups.reduce((sum, size) => sum + size, 0);
  if (groups.length === 0 || total === observables) return;
  throw fault("shape-mismatch", {
    where: "instrument",
    what: "the option 'noiseGroups' does not fit the observables",
    got: `groups of ${formatValue(groups)}, ${total} in all`,
    expected: `sizes that add up to ${observables}`,
    fix: "Give the size of each group, in the order of the observables",
  });
}
