import { childStream, createGenerator, createStream, type Generator } from "../../base/index.ts";
import type { InstrumentOptions } from "./instrument.ts";
import type { Physics } from "./physics.ts";

/** A nonlinear node with delayed feedback, before it is made into a device. */
export interface DelayNode {
  /** Kind and settings, without the sample. */
  readonly identity: string;
  /** Virtual nodes along the delay line. */
  readonly nodes: number;
  /** T, response time of the nonlinear node, s. */
  readonly responseTime: number;
  /** Standard deviation added to every virtual node. */
  readonly sigma: number;
  /** F(delayed x, masked input). */
  readonly feedback: (delayed: number, input: number) => number;
  readonly instrument?: InstrumentOptions;
}

/** Distance of virtual nodes in units of T. */
const spacing = 0.2;

/**
 * Make one nonlinear node with delayed feedback into a device with many observables.
 *
 *   T dx/dt = -x + F(x(t - tau), m(t) u)
 *
 * A sampling step is one turn of the delay line, tau = nodes * 0.2 T. During it the input `drive` u,
 * from -1 to 1, is held, and multiplied by a binary input mask m that changes every 0.2 T; the
 * virtual nodes are x at the ends of these pieces. F is held over a piece, so that x follows it
 * exponentially and exactly:
 *
 *   x_i = e^-0.2 x_(i-1) + (1 - e^-0.2) F(x_i one turn ago, m_i u) + sigma n_i
 *
 * It starts at 0. The mask is drawn by the disorder seed.
 *
 * @source  Appeltant et al. 2011, Nat. Commun. 2:468.
 */
export function createDelayNode(node: DelayNode, disorder: number): Physics {
  const { identity, nodes, responseTime, sigma, feedback, instrument } = node;
  const fabrication = createGenerator(childStream(createStream(disorder), "disorder"));
  const mask = Float64Array.from({ length: nodes }, () => (fabrication.uniform() < 0.5 ? -1 : 1));
  const line = new Float64Array(nodes);
  const decay = Math.exp(-spacing);
  let noise: Generator;
  return {
    description: {
      identity: `${identity}, ${nodes} virtual nodes, sigma ${sigma}, disorder ${disorder}`,
      inputs: [{ name: "drive", unit: "1", min: -1, max: 1 }],
      observables: Array.from({ length: nodes }, (_, i) => ({ name: `x${i + 1}`, unit: "1" })),
      dt: nodes * spacing * responseTime,
      samplesPerStep: 1,
      canReset: true,
      canStep: true,
      recordedOnly: false,
    },
    samplesPerPause: Math.ceil(200_000 / nodes),
    ...(instrument ? { instrument } : {}),
    reset(generator, out) {
      noise = generator;
      line.fill(0);
      out.set(line);
    },
    step(input, out) {
      let x = line[nodes - 1];
      for (let i = 0; i < nodes; i++) {
        const target = feedback(line[i], mask[i] * input[0]);
        x = decay * x + (1 - decay) * target + (sigma > 0 ? sigma * noise.normal() : 0);
        line[i] = x;
      }
      out.set(line);
    },
  };
}
