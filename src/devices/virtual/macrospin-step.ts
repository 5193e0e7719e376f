import type { Generator } from "../../base/index.ts";

// Landau-Lifshitz-Gilbert equation of one thermal magnetic moment m, |m| = 1:
//   dm/dt = -g' [m x B + alpha m x (m x B)],  g' = g / (1 + alpha^2)
//   B = Bk m_z z + B_in z + B_th,  sd of each component of B_th sqrt(2 alpha kT / (g Ms V dt))
// B in T, g in 1/(s T).

const gyromagneticRatio = 1.76086e11;
const thermalEnergy = 1.380649e-23 * 300;
/** Ms V, saturation magnetisation 1e6 A/m times volume 1e-24 m^3. */
const moment = 1e6 * 1e-24;

/** Constants of one macrospin. */
export interface MacrospinLaw {
  /** Damping. */
  readonly alpha: number;
  /** g', 1/(s T). */
  readonly rate: number;
  /** Bk, T. */
  readonly anisotropyField: number;
  /** Integration step, s. */
  readonly dt: number;
  /** Standard deviation of each component of the thermal field, T. */
  readonly thermalField: number;
}

/**
 * Constants of a macrospin of 1e6 A/m, 1e-24 m^3 at 300 K.
 *
 * @param barrier  Delta, kT; Bk = 2 Delta kT / (Ms V).
 * @param alpha    Damping.
 * @param dt       Integration step, s.
 */
export function macrospinLaw(barrier: number, alpha: number, dt: number): MacrospinLaw {
  return {
    alpha,
    rate: gyromagneticRatio / (1 + alpha * alpha),
    anisotropyField: (2 * barrier * thermalEnergy) / moment,
    dt,
    thermalField: Math.sqrt((2 * alpha * thermalEnergy) / (gyromagneticRatio * moment * dt)),
  };
}

/** h of the Boltzmann law exp(Delta m_z^2 + h m_z) at a field along the axis, T. */
export const zeemanEnergy = (field: number): number => (moment * field) / thermalEnergy;

/** Rate of diffusion g' alpha kT / (Ms V) over the sphere, 1/s. */
export const diffusionRate = (law: MacrospinLaw): number =>
  (law.rate * law.alpha * thermalEnergy) / moment;

/** Intermediate values of a step; make one and keep it. */
export interface MacrospinWork {
  readonly slope: Float64Array;
  readonly slopeThere: Float64Array;
}

/** Room for the intermediate values of {@link stepMacrospin}. */
export const createMacrospinWork = (): MacrospinWork => ({
  slope: new Float64Array(3),
  slopeThere: new Float64Array(3),
});

/**
 * Advance a macrospin by stochastic Heun (Stratonovich), back to |m| = 1 after each step.
 *
 * @param m      Direction, [3]; changed. The easy axis is z.
 * @param field  B_in along the easy axis, T.
 * @param steps  Integration steps.
 * @param law    Constants.
 * @param work   Room for intermediate values.
 * @param noise  Thermal noise, three normals a step.
 * @source       Garcia-Palacios and Lazaro, Phys. Rev. B 58, 14937 (1998), for law and scheme.
 */
export function stepMacrospin(
  m: Float64Array,
  field: number,
  steps: number,
  law: MacrospinLaw,
  work: MacrospinWork,
  noise: Generator,
): void {
  const { dt, thermalField, anisotropyField } = law;
  const { slope, slopeThere } = work;
  for (let i = 0; i < steps; i++) {
    const x = m[0];
    const y = m[1];
    const z = m[2];
    const bx = thermalField * noise.normal();
    const by = thermalField * noise.normal();
    const bz = thermalField * noise.normal() + field;
    precess(x, y, z, bx, by, bz + anisotropyField * z, law, slope);
    const pz = z + dt * slope[2];
    precess(
      x + dt * slope[0],
      y + dt * slope[1],
      pz,
      bx,
      by,
      bz + anisotropyField * pz,
      law,
      slopeThere,
    );
    const nx = x + (dt / 2) * (slope[0] + slopeThere[0]);
    const ny = y + (dt / 2) * (slope[1] + slopeThere[1]);
    const nz = z + (dt / 2) * (slope[2] + slopeThere[2]);
    const length = Math.sqrt(nx * nx + ny * ny + nz * nz);
    m[0] = nx / length;
    m[1] = ny / length;
    m[2] = nz / length;
  }
}

// -g' [c + alpha m x c], c = m x B, for m = (x, y, z) and B = (bx, by, bz).
function precess(
  x: number,
  y: number,
  z: number,
  bx: number,
  by: number,
  bz: number,
  law: MacrospinLaw,
  out: Float64Array,
): void {
  const { rate, alpha } = law;
  const cx = y * bz - z * by;
  const cy = z * bx - x * bz;
  const cz = x * by - y * bx;
  out[0] = -rate * (cx + alpha * (y * cz - z * cy));
  out[1] = -rate * (cy + alpha * (z * cx - x * cz));
  out[2] = -rate * (cz + alpha * (x * cy - y * cx));
}
