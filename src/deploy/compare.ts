import { childStream, type Stream } from "../base/index.ts";
import type { KernelModule } from "../engine/index.ts";
import {
  compareScores,
  type Evaluation,
  evaluateOnTwin,
  type Network,
  type NodeTwins,
  type ScoreDifference,
  type ScoreSummary,
  sizesOf,
} from "../network/index.ts";
import { isHigherBetter, type Task, type TaskSequence } from "../tasks/index.ts";
import { createMoments, type NodeDistance, nodeDistances } from "./trajectory.ts";
import type { DeviceEvaluation } from "./transfer.ts";

/** The outcome of a transfer: what `transfer --json` prints. */
export interface TransferResult {
  readonly task: string;
  readonly split: string;
  /** Full name of the score, with its normalisation. */
  readonly score: Task["score"];
  /** Scores on the test part without any device, by name. */
  readonly baselines: Readonly<Record<string, number>>;
  readonly twinNoiseOff: ScoreSummary;
  readonly twinNoiseOn: ScoreSummary;
  readonly device: ScoreSummary;
  /** What the device lost against its noisy twin: positive is worse, whatever the score. */
  readonly gap: ScoreDifference;
  /** In words, with the numbers it rests on. */
  readonly verdict: string;
  readonly deviceSteps: number;
  readonly nodes: readonly NodeDistance[];
}

/** Options of {@link compareTransfer}. */
export interface CompareTransferOptions {
  /** Noisy runs on the twin (default as many as on the device, at least 2). */
  readonly runs?: number;
  /** From `computeBaselines`. */
  readonly baselines?: Readonly<Record<string, number>>;
  readonly stream: Stream;
}

/**
 * Set a transfer beside what the twins promised.
 *
 * @param twins      The twin of all nodes, or each by name.
 * @param sequences  Those that were run on the device.
 * @param device     From `transferNetwork`.
 */
export function compareTransfer(
  kernels: KernelModule,
  network: Network,
  twins: NodeTwins,
  task: Task,
  sequences: readonly TaskSequence[],
  device: DeviceEvaluation,
  options: CompareTransferOptions,
): TransferResult {
  const { stream, baselines = {}, runs = Math.max(2, device.n) } = options;
  const moments = createMoments();
  const noisy = evaluateOnTwin(kernels, network, twins, task, sequences, {
    noise: true,
    runs,
    stream: childStream(stream, "noise on"),
    onResponses: (_, sequence, responses) => moments.add(sequence, responses),
  });
  const quiet = evaluateOnTwin(kernels, network, twins, task, sequences, {
    noise: false,
    stream: childStream(stream, "noise off"),
  });
  const gap = lossOf(task, device, noisy, childStream(stream, "gap"));
  const layout = sizesOf(network).nodes;
  const named = network.nodes.map(({ name }, i) => ({ name, columns: layout[i].samples.count }));
  const nodes = nodeDistances(named, sequences.length, device.trajectories, moments);
  const summary = {
    task: task.name,
    split: task.split,
    score: task.score,
    baselines,
    twinNoiseOff: summaryOf(quiet),
    twinNoiseOn: summaryOf(noisy),
    device: summaryOf(device),
    gap,
    deviceSteps: device.deviceSteps,
    nodes,
  };
  return { ...summary, verdict: transferVerdict(summary) };
}

const summaryOf = ({ value, interval, n }: ScoreSummary): ScoreSummary => ({ value, interval, n });

/** Score of the first minus the second, turned so that positive means that the first is worse. */
function lossOf(
  task: Task,
  device: Pick<DeviceEvaluation, "results">,
  twin: Pick<Evaluation, "results">,
  stream: Stream,
): ScoreDifference {
  const isBetterHigh = isHigherBetter(task.score);
  const [first, second] = isBetterHigh ? [twin, device] : [device, twin];
  return compareScores(first.results, second.results, stream);
}

const strays = 3;

/** The comparison in a few plain sentences. */
export function transferVerdict(result: Omit<TransferResult, "verdict">): string {
  const { score, gap, device, twinNoiseOn, twinNoiseOff, nodes } = result;
  const [low, high] = gap.interval;
  // A gain is told as a positive number, and so is its interval.
  const [least, most] = high < 0 ? [-high, -low] : [low, high];
  const size = `${formatScore(Math.abs(gap.value))} ${score} (95 %: ${formatScore(least)} to ${formatScore(most)})`;
  const main =
    low > 0
      ? `The device falls short of its noisy twin by ${size}.`
      : high < 0
        ? `The device does better than its noisy twin by ${size}.`
        : `The device scores as its noisy twin promised: they differ by ${size}.`;
  const promise = isHigherBetter(score)
    ? twinNoiseOff.value - device.value
    : device.value - twinNoiseOff.value;
  const noiseFree = `Without noise the twin promised ${formatScore(twinNoiseOff.value)}, ${
    Math.abs(promise) < 5e-4
      ? "which the device reached"
      : `${formatScore(Math.abs(promise))} ${promise > 0 ? "better" : "worse"} than what the device reached`
  }.`;
  const outside = nodes.filter(({ ratio }) => ratio > strays);
  const worst = nodes.reduce((a, b) => (b.ratio > a.ratio ? b : a));
  const paths =
    outside.length === 0
      ? `All nodes keep within ${strays} times what noise explains.`
      : `${outside.length} of ${nodes.length} nodes stray more than ${strays} times what noise explains, '${worst.name}' the most (${worst.ratio.toFixed(1)} times).`;
  return [
    main,
    noiseFree,
    paths,
    `Scores: device ${formatScore(device.value)}, noisy twin ${formatScore(twinNoiseOn.value)}.`,
  ].join(" ");
}

const formatScore = (value: number): string => value.toFixed(3).replace("-", "\u2212");
