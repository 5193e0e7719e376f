import { domainOf, drawChart, pageWidth, zeroLine } from "./chart.ts";
import { type Figure, type FigureWords, finishFigure } from "./figure.ts";
import { correlationBand, correlationMarks, lagLabel } from "./noise-lags.ts";
import { type LagCorrelation, lagCorrelation } from "./noise-statistics.ts";
import { colour } from "./palette.ts";
import { type Comparison, checkComparison, checkNoise, type Selection } from "./samples.ts";

/** Options of {@link noiseCorrelation}. */
export interface NoiseCorrelationOptions extends Pick<Selection, "observable">, FigureWords {
  /** Largest lag in steps (default 30, or a third of the sequence). */
  readonly lags?: number;
}

const bounds = (found: LagCorrelation): (readonly number[])[] => {
  const { low, high } = correlationBand(found);
  return [found.value, low, high];
};

const caption =
  "Correlation between the deviations from the mean over repeats at two times, against their distance; bands are two standard errors. A drop right after lag 0 is noise of the instrument, which the dynamics never feel; a slow decay is noise inside the device. Look for the same drop and the same decay.";

/**
 * Autocorrelation in time of the noise, of device and twin.
 *
 * @param comparison  Device and twin with at least two repeats each.
 * @param options     `observable` (default 0); `lags` in steps (default 30, or a third of the
 *                    sequence).
 * @returns           The figure; its csv holds correlation and standard error at each lag.
 * @throws            `shape-mismatch`; `out-of-range` if either has a single repeat.
 */
export function noiseCorrelation(
  comparison: Comparison,
  options: NoiseCorrelationOptions = {},
): Figure {
  const where = "report.noiseCorrelation";
  checkComparison(where, comparison, options);
  checkNoise(where, comparison);
  const { observable = 0 } = options;
  const { dt, drive } = comparison;
  const lags = Math.min(options.lags ?? 30, Math.max(1, Math.floor(drive.shape[1] / 3)));
  const each = Array.from({ length: lags + 1 }, (_, lag) => lag);
  const device = lagCorrelation(comparison.device, observable, lags);
  const twin = lagCorrelation(comparison.twin, observable, lags);
  const panel = drawChart({
    width: pageWidth,
    height: 240,
    x: { domain: domainOf([each]), label: lagLabel(dt) },
    y: {
      domain: domainOf([device, twin].flatMap(bounds), { include: [0, 1] }),
      label: "noise autocorrelation",
      grid: true,
    },
    marks: [
      zeroLine(),
      ...correlationMarks(each, device, colour("device")),
      ...correlationMarks(each, twin, colour("twin")),
    ],
  });
  return finishFigure(options, {
    name: "noise-correlation",
    title: `Noise correlation: ${comparison.observables[observable].name}`,
    caption,
    rows: [[panel]],
    legend: [
      { label: "device", colour: colour("device"), mark: "line and band" },
      { label: "twin", colour: colour("twin"), mark: "line and band" },
    ],
    columns: [
      { heading: "lag (steps)", values: each },
      { heading: "device autocorrelation", values: device.value },
      { heading: "device standard error", values: device.standardError },
      { heading: "twin autocorrelation", values: twin.value },
      { heading: "twin standard error", values: twin.standardError },
    ],
  });
}
