import type { Node } from "../engine/index.ts";

/** The equations of one step, with the drive and the delays frozen in the closures. */
export interface StepModel {
  /** [rows, observables] -> F [rows, observables]: per unit of time, or the increment of a map. */
  readonly drift: (x: Node) => Node;
  /** [rows, observables] -> G of the observables and of the auxiliaries. */
  readonly diffusion: (x: Node) => Diffusion;
  /** W: [rows, auxiliaries] -> [rows, observables]. */
  readonly mix: (a: Node) => Node;
  /** theta [1, auxiliaries], per unit of time, positive; left out where there are no auxiliaries. */
  readonly rate?: Node;
}

/**
 * Amplitudes of the noise, each column driven by its own normal. Methods that honour `noiseColumns`
 * take that many columns of noise side by side, each for all states.
 */
export interface Diffusion {
  /** [rows, observables], white. */
  readonly white: Node;
  /** [rows, auxiliaries]; left out where there are none. */
  readonly auxiliary?: Node;
  /** White noise that several observables feel at once; left out where there is none. */
  readonly shared?: SharedDiffusion;
}

/** Noise of low rank: few normals, each with its amplitude, moving all observables by a pattern. */
export interface SharedDiffusion {
  /** s, [rows, shared]. */
  readonly amplitude: Node;
  /** V, [shared, observables], the same at every state. */
  readonly pattern: Node;
}

/** Observables x [rows, observables] and auxiliaries a [rows, auxiliaries]. */
export interface StepState {
  readonly x: Node;
  readonly a?: Node;
}

/** Sizes that decide how many normals a step needs. */
export interface StepSize {
  readonly observables: number;
  readonly auxiliaries: number;
  /** Normals of white noise that observables share (default 0); not for `nado-` methods. */
  readonly shared?: number;
  readonly substeps: number;
  /** Normals that act on each state: 2 in the reference's models, for `nado-` methods (default 1). */
  readonly noiseColumns?: number;
}

/** The length of a step and its pieces. */
export interface StepTime {
  readonly dt: number;
  readonly substeps: number;
}

/** Orders of convergence of a method; left out where none is claimed. */
export interface MethodOrders {
  /** Strong order where G depends on nothing that moves. */
  readonly strongAdditive?: number;
  /** Strong order where the noises commute, as a single one does. */
  readonly strongCommuting?: number;
  readonly strongGeneral?: number;
  /** Weak order where G does not depend on the state. */
  readonly weakAdditive?: number;
  readonly weakGeneral?: number;
}

/** One way to step; normals are an argument, so any two methods can walk the same path. */
export interface Method {
  readonly name: string;
  readonly calculus: "stratonovich" | "ito" | "neither" | "discrete";
  /**
   * c where, with small steps, dx = f dt + g dW is walked as the Ito equation with the drift
   * f + c g g': 0 for Ito, 1/2 for Stratonovich. Left out where steps are not small by definition.
   */
  readonly correction?: number;
  readonly orders: MethodOrders;
  readonly source: string;
  /** Whether a step may be cut into substeps. */
  readonly hasSubsteps: boolean;
  /** Whether auxiliaries and their force follow their exact law, whatever theta dt. */
  readonly hasExactAuxiliaries: boolean;
  /** Standard normals per row for one whole step. */
  readonly normalCols: (size: StepSize) => number;
  /**
   * One step.
   *
   * @param normals  [rows, normalCols]; left out, the noise is off.
   */
  readonly step: (model: StepModel, state: StepState, time: StepTime, normals?: Node) => StepState;
}
