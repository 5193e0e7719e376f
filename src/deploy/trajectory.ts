import { createArray, type HostArray } from "../base/index.ts";

/** Mean and variance over runs of every response, without keeping the runs. */
export interface TrajectoryMoments {
  readonly add: (sequence: number, responses: HostArray) => void;
  /** Runs that were added of one sequence. */
  readonly runs: (sequence: number) => number;
  readonly mean: (sequence: number) => HostArray;
  /** With ddof 1; zeros for a single run. */
  readonly variance: (sequence: number) => HostArray;
}

/** Begin with no runs. @source Welford 1962, Technometrics 4:419. */
export function createMoments(): TrajectoryMoments {
  const kept = new Map<number, { count: number; mean: HostArray; squares: HostArray }>();
  const of = (sequence: number): { count: number; mean: HostArray; squares: HostArray } =>
    kept.get(sequence) ?? { count: 0, mean: createArray([0, 0]), squares: createArray([0, 0]) };
  return {
    add(sequence, { shape, data }) {
      const entry = kept.get(sequence) ?? {
        count: 0,
        mean: createArray(shape),
        squares: createArray(shape),
      };
      kept.set(sequence, entry);
      entry.count++;
      for (let i = 0; i < data.length; i++) {
        const before = data[i] - entry.mean.data[i];
        entry.mean.data[i] += before / entry.count;
        entry.squares.data[i] += before * (data[i] - entry.mean.data[i]);
      }
    },
    runs: (sequence) => of(sequence).count,
    mean: (sequence) => of(sequence).mean,
    variance: (sequence) => {
      const { count, squares } = of(sequence);
      return createArray(
        squares.shape,
        squares.data.map((value) => (count > 1 ? value / (count - 1) : 0)),
      );
    },
  };
}

/** How far a node's device strays from its twin inside the network, standardised units. */
export interface NodeDistance {
  readonly name: string;
  /** Root mean square difference of the mean trajectories. */
  readonly distance: number;
  /** The twin's own spread over runs, root mean square. */
  readonly spread: number;
  /** The device's spread over runs. */
  readonly deviceSpread: number;
  /**
   * Distance divided by what two samples of the twin would show at these numbers of runs: about 1 if
   * the device behaves as its twin.
   */
  readonly ratio: number;
}

/**
 * Distances of all nodes.
 *
 * @param nodes      In the order of the columns, each with how many columns it has.
 * @param sequences  How many were run.
 */
export function nodeDistances(
  nodes: readonly { readonly name: string; readonly columns: number }[],
  sequences: number,
  device: TrajectoryMoments,
  twin: TrajectoryMoments,
): readonly NodeDistance[] {
  const nodeOf = nodes.flatMap(({ columns }, i) => new Array<number>(columns).fill(i));
  const squares = nodes.map(() => ({ distance: 0, expected: 0, spread: 0, device: 0, count: 0 }));
  for (let sequence = 0; sequence < sequences; sequence++) {
    const [a, b] = [device.mean(sequence), twin.mean(sequence)];
    const [va, vb] = [device.variance(sequence), twin.variance(sequence)];
    const factor = 1 / device.runs(sequence) + 1 / twin.runs(sequence);
    for (let i = 0; i < a.data.length; i++) {
      const sum = squares[nodeOf[i % nodeOf.length]];
      sum.distance += (a.data[i] - b.data[i]) ** 2;
      sum.spread += vb.data[i];
      sum.device += va.data[i];
      sum.expected += factor * vb.data[i];
      sum.count++;
    }
  }
  return squares.map((sum, i) => ({
    name: nodes[i].name,
    distance: Math.sqrt(sum.distance / sum.count),
    spread: Math.sqrt(sum.spread / sum.count),
    deviceSpread: Math.sqrt(sum.device / sum.count),
    ratio: Math.sqrt(sum.distance / sum.expected),
  }));
}
