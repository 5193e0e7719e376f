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

/** Amplitudes of the noise, each column driven by its own normal. */
export interface Diffusion {
  /** [rows, observables], white. */
  readonly white: Node;
  /** [rows, auxiliaries]; left out where there are none. */
  readonly auxiliary?: Node;
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
  readonly substeps: number;
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
  readonly strongGeneral?: number;
  /** Weak order where G does not depend on the state. */
  readonly weakAdditive?: number;
}

/** One way to step; normals are an argument, so any two methods can walk the same path. */
export interface Method {
  readonly name: string;
  readonly calculus: "stratonovich" | "ito" | "discrete";
  readonly orders: MethodOrders;
  readonly source: string;
  /** Whether a step may be cut into substeps. */
  readonly hasSubsteps: boolean;
  /** Standard normals per row for one whole step. */
  readonly normalCols: (size: StepSize) => number;
  /**
   * One step.
   *
   * @param normals  [rows, normalCols]; left out, the noise is off.
   */
  readonly step: (model: StepModel, state: StepState, time: StepTime, normals?: Node) => StepState;
}
