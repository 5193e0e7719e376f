// A verdict in words, with its thresholds: what a reader takes home must say how it was reached.
import type { Measure } from "./measure.ts";
import type { TwinValidation } from "./validation.ts";

/** The verdict in one word; the text says why. */
export type TwinGrade = "indistinguishable" | "close" | "different";

/** What a verdict rests on. */
export type VerdictMeasures = Pick<
  TwinValidation,
  | "counts"
  | "mean"
  | "std"
  | "autocov"
  | "meanShareOfSignal"
  | "observableCorrelation"
  | "coverage"
  | "driveRange"
  | "slowDrift"
>;

/** Largest ratios to the sampling floor of each grade, and what a mean may miss in any case. */
export const verdictThresholds: {
  readonly indistinguishable: number;
  readonly close: number;
  readonly meanShareOfSignal: number;
  readonly coverage: number;
} = { indistinguishable: 1.3, close: 2, meanShareOfSignal: 0.03, coverage: 0.05 };

/**
 * The grade: the worst of mean, std, autocov and the correlation between observables.
 *
 * An error that one in twenty samples of the device exceeds is no difference, whatever its ratio:
 * a mean over few drives, or one correlation, scatters widely about its floor. A mean error of up
 * to 3 % of the signal counts as close: with very many repeats every model is distinguishable.
 * Of 300 pairs of samples of one device (6 drives, 40 against 120 repeats, 2 observables) 266 were
 * called indistinguishable, 26 close and 8 different.
 */
export function gradeOf(measures: VerdictMeasures): TwinGrade {
  const { indistinguishable, close, meanShareOfSignal } = verdictThresholds;
  const gates = gatesOf(measures);
  const within = ({ ratio, error, high = -1 }: Measure, limit: number): boolean =>
    ratio <= limit || error <= (limit / indistinguishable) * high;
  if (gates.every(({ measure }) => within(measure, indistinguishable))) return "indistinguishable";
  const isClose = gates.every(
    ({ name, measure }) =>
      within(measure, close) ||
      (name === "mean" && measures.meanShareOfSignal <= meanShareOfSignal),
  );
  return isClose ? "close" : "different";
}

/** The verdict: counts, ratios, thresholds, and a warning where a good ratio may mislead. */
export function verdictOf(measures: VerdictMeasures): string {
  const { counts, coverage, std, autocov } = measures;
  const limits = verdictThresholds;
  const gates = gatesOf(measures);
  const list = gates.map(({ name, measure }) => `${name} ${measure.ratio.toFixed(2)}`).join(", ");
  const worst = gates.reduce((a, b) => (b.measure.ratio > a.measure.ratio ? b : a));
  const drives = counts.sequences === 1 ? "1 drive" : `${counts.sequences} drives`;
  const sentences = [
    `With ${counts.deviceRepeats} device repeats against ${counts.twinRealisations} twin realisations of ${drives}, errors in multiples of the sampling floor are ${list}`,
    `The twin is ${phrases[gradeOf(measures)]}; its largest ratio is that of ${worst.name}`,
    `The mean misses by ${percent(measures.meanShareOfSignal)} of the signal`,
    `The twin's 50 % and 90 % bands hold ${percent(coverage.band50)} and ${percent(coverage.band90)} of the repeats`,
  ];
  if (coverage.band90 > 0.9 + limits.coverage) sentences.push("The twin is too noisy");
  if (coverage.band90 < 0.9 - limits.coverage) {
    sentences.push("The twin is too sure of itself, or off centre");
  }
  if (std.ratio > limits.close && autocov.ratio <= limits.indistinguishable) {
    sentences.push("The good autocov says nothing while std is wrong");
  }
  sentences.push(...driveSentences(measures), ...driftSentences(measures));
  sentences.push(
    `Thresholds: indistinguishable up to ${limits.indistinguishable} floors in every measure, or up to what 1 in 20 samples of the device exceeds; close up to ${limits.close} floors, or a mean within ${percent(limits.meanShareOfSignal)} of the signal; 90 % bands within ${percent(limits.coverage)}`,
  );
  return `${sentences.join(". ")}.`;
}

// Where the drives went beyond what was recorded, and how the twin fared there.
function driveSentences({ driveRange }: VerdictMeasures): string[] {
  return driveRange.flatMap(({ input, outsideShare, bins }) => {
    if (outsideShare === 0) return [];
    const ratio = (isOutside: boolean): string => {
      const own = bins.filter((bin) => bin.isOutside === isOutside && bin.steps > 0);
      const sum = (key: "error" | "floor"): number =>
        own.reduce((total, { mean, steps }) => total + steps * (mean?.[key] ?? 0), 0);
      return (sum("error") / sum("floor")).toFixed(1);
    };
    return [
      `Of the steps ${percent(outsideShare)} were driven beyond the recorded range of ${input}, where the mean errs by ${ratio(true)} floors against ${ratio(false)} within`,
    ];
  });
}

function driftSentences({ slowDrift }: VerdictMeasures): string[] {
  const largest = Math.max(...slowDrift.map(({ share }) => share));
  if (largest === 0) return [];
  return [
    `Slow drift of the device from run to run, up to ${percent(largest)} of an observable's variance, was removed first`,
  ];
}

const phrases: { readonly [G in TwinGrade]: string } = {
  indistinguishable: "indistinguishable from the device by these measures at these counts",
  close: "close to the device, yet can be told from it",
  different: "different from the device",
};

function gatesOf(measures: VerdictMeasures): { name: string; measure: Measure }[] {
  const { mean, std, autocov, observableCorrelation } = measures;
  const gates = [
    { name: "mean", measure: mean },
    { name: "std", measure: std },
    { name: "autocov", measure: autocov },
  ];
  if (!observableCorrelation) return gates;
  return [...gates, { name: "correlation between observables", measure: observableCorrelation }];
}

const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;
