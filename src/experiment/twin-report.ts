// What is said of a judged twin: sections of a page, and text for a terminal.
import {
  type Comparison,
  correlationMatrices,
  type DrawnMeasure,
  deviceAgainstTwin,
  errorAlongDrive,
  type Figure,
  formatNumber,
  formatTable,
  freeRunError,
  noiseAgainstDrive,
  noiseBudgetBars,
  noiseCorrelation,
  noiseSpectrum,
  type ReportSection,
  type ReportTable,
  rankHistogram,
  validationMeasures,
} from "../report/index.ts";
import {
  type NoiseBudget,
  type Twin,
  type TwinValidation,
  verdictThresholds,
} from "../twin/index.ts";

/** A twin beside its device, and what was found. */
export interface JudgedTwin {
  readonly twin: Pick<Twin, "carrierPeriod">;
  readonly validation: TwinValidation;
  readonly comparison: Comparison;
  /** Whether the fit had seen the drives, in words. */
  readonly drives: string;
}

/** Observables that figures and texts show one by one. */
const FEW = 6;

/** Every measure that has a floor, the reference's three first. */
function measuresOf(validation: TwinValidation): DrawnMeasure[] {
  const { mean, std, autocov, median, medianStdRelativeError } = validation;
  const { observableCorrelation, lagCorrelation, spectrum, crps } = validation;
  return [
    { name: "mean", ...mean },
    { name: "std", ...std },
    { name: "autocov", ...autocov },
    { name: "median of mean", ...median.mean },
    { name: "median of std", ...median.std },
    { name: "median of std, relative", ...medianStdRelativeError },
    ...(observableCorrelation
      ? [{ name: "correlation between observables", ...observableCorrelation }]
      : []),
    { name: "correlation of the noise in time", ...lagCorrelation },
    { name: "noise spectrum (dB)", ...spectrum },
    { name: "CRPS", ...crps },
  ];
}

const countText = ({ counts }: TwinValidation, drives: string): string =>
  `${counts.deviceRepeats} repeats of ${counts.sequences} drives against ${counts.twinRealisations} realisations, ${drives}`;

const measureRows = (validation: TwinValidation): (string | number)[][] =>
  measuresOf(validation).map(({ name, error, floor, ratio }) => [name, error, floor, ratio]);

/** The sections of a page that judge a twin. */
export function judgeSections(judged: JudgedTwin): ReportSection[] {
  const { validation, drives } = judged;
  const measures: ReportTable = {
    caption: `${countText(validation, drives)}; standardised units.`,
    columns: ["measure", "error", "sampling floor", "error / floor"],
    rows: measureRows(validation),
  };
  return [
    {
      heading: "The twin",
      paragraphs: [validation.verdict],
      tables: [measures],
      figures: meanFigures(judged),
    },
    {
      heading: "The noise of the twin",
      paragraphs: noiseWords(validation),
      tables: [observableTable(judged)],
      figures: noiseFigures(judged),
    },
  ];
}

function meanFigures({ validation, comparison }: JudgedTwin): Figure[] {
  const { indistinguishable, close } = verdictThresholds;
  const steps = comparison.drive.shape[1];
  return [
    validationMeasures(measuresOf(validation), [
      { name: "indistinguishable", ratio: indistinguishable },
      { name: "close", ratio: close },
    ]),
    deviceAgainstTwin(comparison, { steps: [0, Math.min(200, steps)] }),
    freeRunError(validation.freeRun, { dt: comparison.dt }),
    ...validation.driveRange.map((range, i) =>
      errorAlongDrive(range, i === 0 ? {} : { name: `error-along-drive-${i + 1}` }),
    ),
  ];
}

function noiseFigures({ twin, validation, comparison }: JudgedTwin): Figure[] {
  const { noiseBudget, observableCorrelation, spectrum, rankHistogram: ranks } = validation;
  const { dt, observables, drive } = comparison;
  const names = observables.map(({ name }) => name);
  const lags = twin.carrierPeriod === undefined ? 30 : 4 * twin.carrierPeriod;
  return [
    ...(noiseBudget ? [noiseBudgetBars(noiseBudget.observables.slice(0, FEW))] : []),
    noiseAgainstDrive(comparison),
    noiseCorrelation(comparison, { lags: Math.max(1, Math.min(lags, drive.shape[1] - 2)) }),
    noiseSpectrum(spectrum, { dt, observableName: names[0] }),
    ...(observableCorrelation ? [correlationMatrices(observableCorrelation, names)] : []),
    rankHistogram(ranks),
  ];
}

/** Each observable's noise in a row, the first ones where there are many. */
function observableTable({ validation, comparison }: JudgedTwin): ReportTable {
  const { kurtosis, lagCorrelation, slowDrift, noiseQuantiles } = validation;
  const outer = noiseQuantiles.probabilities.length - 1;
  const rows = comparison.observables
    .slice(0, FEW)
    .map(({ name }, x) => [
      name,
      lagCorrelation.device[x][0],
      lagCorrelation.twin[x][0],
      kurtosis.device[x],
      kurtosis.twin[x],
      noiseQuantiles.error[x][0],
      noiseQuantiles.error[x][outer],
      slowDrift[x].share,
    ]);
  const [first, last] = [noiseQuantiles.probabilities[0], noiseQuantiles.probabilities[outer]];
  const more = comparison.observables.length - FEW;
  return {
    caption: `Noise by observable${more > 0 ? `; ${more} more are in the JSON` : ""}. Correlation after ${lagCorrelation.lags[0]} step; excess kurtosis, 0 for Gaussian noise; quantiles of the noise, twin minus device, in standard deviations of the signal; share of the slow drift in the device's variance.`,
    columns: [
      ...["observable", "correlation, device", "twin", "kurtosis, device", "twin"],
      ...[`${100 * first} % quantile`, `${100 * last} % quantile`, "slow drift"],
    ],
    rows,
  };
}

const percent = (share: number): string => `${formatNumber(100 * share, 2)} %`;

/** What the noise figures show, in sentences. */
function noiseWords(validation: TwinValidation): string[] {
  const drifting = validation.slowDrift.filter(({ found }) => found);
  const largest = Math.max(0, ...drifting.map(({ share }) => share));
  const drift =
    drifting.length === 0
      ? "No slow drift of the device from run to run was found."
      : `The device drifted slowly from run to run in ${drifting.length} of ${validation.slowDrift.length} observables, by up to ${percent(largest)} of the variance over repeats. This was removed before the noise was judged: a twin cannot follow it.`;
  return [drift, ...budgetWords(validation.noiseBudget)];
}

function budgetWords(budget: NoiseBudget | undefined): string[] {
  if (!budget) return [];
  const { observables, auxiliaries } = budget;
  const open = observables.filter(({ isSeparable }) => !isSeparable);
  const separable =
    open.length === 0
      ? "The sources of the device's noise can be told apart."
      : `The sources of the device's noise cannot be told apart in ${open.length} of ${observables.length} observables: ${open[0].observable}: ${open[0].reason}.`;
  const times = auxiliaries.map(({ steps }) => formatNumber(steps, 2)).join(", ");
  const colours =
    auxiliaries.length === 0
      ? "The twin has no coloured noise."
      : `Time constants of the twin's coloured noise: ${times} steps.`;
  return [separable, colours];
}

/** The judgement of a twin for a terminal. */
export function judgeText(validation: TwinValidation, drives: string): string {
  const { coverage, freeRun, rankHistogram: ranks, noiseBudget, counts } = validation;
  const columns = ["measure", "error", "sampling floor", "ratio"];
  const never = freeRun.lostAfter.filter((steps) => steps === null).length;
  const horizon =
    freeRun.horizon === null ? `longer than ${counts.time}` : formatNumber(freeRun.horizon);
  const facts = [
    `bands: 50 % holds ${percent(coverage.band50)}, 90 % holds ${percent(coverage.band90)} of the repeats`,
    `ranks in tenths (%): ${ranks.map((share) => formatNumber(100 * share, 2)).join(" ")}`,
    `free run: median horizon ${horizon} steps, ${never} of ${counts.sequences} drives never lost`,
    ...noiseWords(validation),
  ];
  const parts = [
    countText(validation, drives),
    formatTable(measureRows(validation), { columns }).trimEnd(),
    facts.join("\n"),
    ...(noiseBudget ? [budgetTable(noiseBudget)] : []),
    validation.verdict,
  ];
  return parts.join("\n\n");
}

/** Shares of the noise, each with half the width of its interval where that says something. */
function budgetTable({ observables }: NoiseBudget): string {
  const keys = ["observation", "white", "coloured", "start"] as const;
  const rows = observables.slice(0, FEW).flatMap(({ observable, device, twin, slowDrift }) => {
    const show = (shares: typeof twin): string[] =>
      keys.map((key) => {
        const { mean, low, high } = shares[key];
        return `${percent(mean)} ± ${formatNumber(50 * (high - low), 2)}`;
      });
    const ofTwin = [observable, "twin", ...show(twin), ""];
    return device
      ? [[observable, "device", ...show(device), percent(slowDrift)], ofTwin]
      : [ofTwin];
  });
  const heading = ["observable", "noise of", ...keys, "slow drift"];
  const more = observables.length - FEW;
  const rest = more > 0 ? `\n${more} more observables with --json` : "";
  return `${formatTable(rows, { columns: heading }).trimEnd()}${rest}`;
}
