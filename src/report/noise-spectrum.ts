import * as Plot from "@observablehq/plot";
import { domainOf, drawChart, pageWidth } from "./chart.ts";
import { type Figure, type FigureWords, finishFigure } from "./figure.ts";
import { axisLabel, formatQuantity } from "./number.ts";
import { colour } from "./palette.ts";

/** The spectra of the noise of a device and its twin. */
export interface DrawnSpectrum {
  /** Cycles per step. */
  readonly frequencies: readonly number[];
  /** [observables][frequencies], per cycle per step. */
  readonly device: readonly (readonly number[])[];
  readonly twin: readonly (readonly number[])[];
}

/** Options of {@link noiseSpectrum}. */
export interface NoiseSpectrumOptions extends FigureWords {
  /** Which is drawn (default 0), and its name. */
  readonly observable?: number;
  readonly observableName: string;
  /** Sampling step, s. */
  readonly dt: number;
}

/**
 * Spectrum of the noise, of device and twin.
 *
 * @param spectrum  In squared standard deviations per cycle per step.
 * @returns         The figure; its csv holds both spectra.
 */
export function noiseSpectrum(spectrum: DrawnSpectrum, options: NoiseSpectrumOptions): Figure {
  const { observable = 0, observableName, dt } = options;
  const { frequencies } = spectrum;
  const [device, twin] = [spectrum.device[observable], spectrum.twin[observable]];
  const positive = (values: readonly number[]): number[] =>
    values.map((value) => (value > 0 ? value : Number.NaN));
  const [drawnDevice, drawnTwin] = [positive(device), positive(twin)];
  const line = (y: number[], stroke: string, width: number): Plot.Markish =>
    Plot.lineY({ length: y.length }, { x: [...frequencies], y, stroke, strokeWidth: width });
  const frequency = `frequency (cycles per step of ${formatQuantity(dt, "s")})`;
  const density = axisLabel("noise per cycle per step", "squared sd of the signal");
  const panel = drawChart({
    width: pageWidth,
    height: 240,
    x: { domain: domainOf([frequencies], { exact: true }), label: frequency },
    y: {
      domain: domainOf([drawnDevice, drawnTwin], { logarithmic: true }),
      label: density,
      logarithmic: true,
      grid: true,
    },
    marks: [line(drawnDevice, colour("device"), 2.4), line(drawnTwin, colour("twin"), 1.3)],
  });
  return finishFigure(options, {
    name: "noise-spectrum",
    title: `Noise spectrum: ${observableName}`,
    caption:
      "A flat spectrum is noise that is white in time, as an instrument makes it; a fall to the right is noise with a memory. Look for the same height at every frequency: a twin that makes white noise smooth falls below the device at the right.",
    rows: [[panel]],
    legend: [
      { label: "device", colour: colour("device"), mark: "line" },
      { label: "twin", colour: colour("twin"), mark: "line" },
    ],
    columns: [
      { heading: frequency, values: frequencies },
      { heading: `device ${density}`, values: device },
      { heading: `twin ${density}`, values: twin },
    ],
  });
}
