// The law of m_z of a macrospin in its Fokker-Planck equation along the easy axis,
//   dP/dt = k d/dz[(1 - z^2) (dP/dz + P dU/dz)],  U = -Delta z^2 - h z,  k = g' alpha kT / (Ms V)
// solved by quadrature and on a grid, without the path that the device walks.

const cells = 2000;
const width = 2 / cells;
const centre = (cell: number): number => -1 + (cell + 0.5) * width;
const weightAt = (z: number, barrier: number, h = 0): number => Math.exp(barrier * z * z + h * z);

/** <m_z> and <m_z^2> of the Boltzmann law. */
export function boltzmannMoments(barrier: number, h: number): { mean: number; square: number } {
  let [total, first, second] = [0, 0, 0];
  for (let cell = 0; cell < cells; cell++) {
    const z = centre(cell);
    const weight = weightAt(z, barrier, h);
    total += weight;
    first += z * weight;
    second += z * z * weight;
  }
  return { mean: first / total, square: second / total };
}

/**
 * Flips per time, in units of k, when one is counted as m_z crosses from beyond +level to beyond
 * -level or back: the inverse of the mean first passage time,
 *   T = integral from -level to level dz e^U / (1 - z^2) integral from z to 1 e^-U.
 */
export function passageRate(barrier: number, level: number): number {
  let [beyond, time] = [0, 0];
  for (let cell = cells - 1; centre(cell) > -level; cell--) {
    const z = centre(cell);
    const weight = weightAt(z, barrier);
    beyond += (weight * width) / 2;
    if (z < level) time += (width * beyond) / ((1 - z * z) * weight);
    beyond += (weight * width) / 2;
  }
  return 1 / time;
}

/** Lowest eigenvalue above 0, in units of k, without field: twice the rate of flips of a well. */
export function slowestEigenvalue(barrier: number): number {
  // The flux between neighbours; A u = lambda W u with W the weights and A symmetric, tridiagonal.
  const flux = Float64Array.from({ length: cells + 1 }, (_, face) => {
    const z = -1 + face * width;
    return face % cells === 0 ? 0 : ((1 - z * z) * weightAt(z, barrier)) / (width * width);
  });
  const weights = Float64Array.from({ length: cells }, (_, cell) =>
    weightAt(centre(cell), barrier),
  );
  // Inverse iteration from an odd function stays odd, and so clear of the eigenvalue 0.
  let u = Float64Array.from({ length: cells }, (_, cell) => centre(cell));
  let eigenvalue = 0;
  for (let iteration = 0; iteration < 20; iteration++) {
    const norm = Math.sqrt(u.reduce((sum, value, cell) => sum + weights[cell] * value * value, 0));
    u = u.map((value) => value / norm);
    eigenvalue = 0;
    for (let face = 1; face < cells; face++)
      eigenvalue += flux[face] * (u[face] - u[face - 1]) ** 2;
    u = solveFlux(
      flux,
      u.map((value, cell) => weights[cell] * value),
    );
  }
  return eigenvalue;
}

// Solve A u = source for an odd source: u is 0 in the middle, so each half stands alone.
function solveFlux(flux: Float64Array, source: Float64Array): Float64Array<ArrayBuffer> {
  const u = new Float64Array(cells);
  const middle = cells / 2;
  let current = 0;
  const currents = new Float64Array(cells + 1);
  for (let cell = cells - 1; cell >= middle; cell--) {
    current += source[cell];
    currents[cell] = current;
  }
  u[middle] = currents[middle] / (2 * flux[middle]);
  for (let cell = middle + 1; cell < cells; cell++) {
    u[cell] = u[cell - 1] + currents[cell] / flux[cell];
  }
  for (let cell = 0; cell < middle; cell++) u[cell] = -u[cells - 1 - cell];
  return u;
}
