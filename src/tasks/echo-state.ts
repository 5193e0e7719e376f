import { createArray, createGenerator, type HostArray, type Stream } from "../base/index.ts";
import { checkWhole } from "./check.ts";

/** Constants of {@link createEchoState}. */
export interface EchoStateOptions {
  /** Default 100. */
  readonly nodes?: number;
  /** Largest absolute eigenvalue of the recurrent weights. Default .9. */
  readonly spectralRadius?: number;
  /** Share of the new state in each step, from above 0 to 1. Default 1. */
  readonly leak?: number;
  /** Input weights are uniform within plus and minus this. Default .1. */
  readonly inputScale?: number;
  /** Biases are uniform within plus and minus this; they make the nodes differ in curvature. Default .2. */
  readonly biasScale?: number;
}

/** A network of tanh nodes with fixed random weights. */
export interface EchoState {
  readonly nodes: number;
  /** States [time, nodes] for an input [time, inputs], from rest. */
  readonly run: (input: HostArray) => HostArray;
  /** The state [nodes] after one more step, given u [inputs]; the state before is not changed. */
  readonly step: (state: Float64Array, u: ArrayLike<number>) => Float64Array;
}

/**
 * An echo-state network: x' = (1 - leak) x + leak tanh(W x + V u + b).
 *
 * W is dense and normal; V and b are uniform. It has no noise, so it says what a perfect network
 * of this size would do.
 *
 * @param inputs   Width of u.
 * @param options  `nodes`, `spectralRadius`, `leak`, `inputScale`, `biasScale`.
 * @param stream   Decides the weights.
 * @source         Jaeger 2001, GMD report 148.
 */
export function createEchoState(
  inputs: number,
  options: EchoStateOptions,
  stream: Stream,
): EchoState {
  const { nodes = 100, spectralRadius = 0.9, leak = 1 } = options;
  const { inputScale = 0.1, biasScale = 0.2 } = options;
  checkWhole("createEchoState", "nodes", nodes, 1);
  const generator = createGenerator(stream);
  const recurrent = Float64Array.from({ length: nodes * nodes }, () => generator.normal());
  const scale = spectralRadius / estimateSpectralRadius(recurrent, nodes);
  for (let i = 0; i < recurrent.length; i++) recurrent[i] *= scale;
  const within = (limit: number): number => limit * (2 * generator.uniform() - 1);
  const fromInput = Float64Array.from({ length: nodes * inputs }, () => within(inputScale));
  const bias = Float64Array.from({ length: nodes }, () => within(biasScale));
  /** From the state at `before` (rest if negative) to the one at `now`, given u at `at`. */
  const advance = (
    x: Float64Array,
    before: number,
    now: number,
    u: ArrayLike<number>,
    at: number,
  ): void => {
    for (let i = 0; i < nodes; i++) {
      let sum = bias[i];
      for (let j = 0; j < inputs; j++) sum += fromInput[i * inputs + j] * u[at + j];
      if (before >= 0) {
        for (let j = 0; j < nodes; j++) sum += recurrent[i * nodes + j] * x[before + j];
      }
      x[now + i] = leak * Math.tanh(sum) + (before >= 0 ? (1 - leak) * x[before + i] : 0);
    }
  };
  return {
    nodes,
    run(input) {
      const states = createArray([input.shape[0], nodes]);
      for (let t = 0; t < input.shape[0]; t++) {
        advance(states.data, (t - 1) * nodes, t * nodes, input.data, t * inputs);
      }
      return states;
    },
    step(state, u) {
      const both = new Float64Array(2 * nodes);
      both.set(state);
      advance(both, 0, nodes, u, 0);
      return both.slice(nodes);
    },
  };
}

/**
 * Largest absolute eigenvalue, as |W^k|^(1/k) with k = 2^14: the largest of a random matrix are
 * often a complex pair, on which power iteration does not settle.
 */
export function estimateSpectralRadius(matrix: Float64Array, n: number): number {
  let power = Float64Array.from(matrix);
  let logarithm = 0; // of |W^k|, divided by k
  for (let k = 1; k <= 2 ** 14; k *= 2) {
    let norm = 0;
    for (let i = 0; i < n * n; i++) norm += power[i] * power[i];
    norm = Math.sqrt(norm);
    if (norm === 0) return 0;
    logarithm += Math.log(norm) / k;
    power = square(
      power.map((value) => value / norm),
      n,
    );
  }
  return Math.exp(logarithm);
}

function square(a: Float64Array, n: number): Float64Array<ArrayBuffer> {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const value = a[i * n + k];
      for (let j = 0; j < n; j++) result[i * n + j] += value * a[k * n + j];
    }
  }
  return result;
}
