// The figures of a recording's page, each with a panel per channel that it shows.

import type { ObservableSummary, PartSummary } from "../data/index.ts";
import { pageWidth } from "./chart.ts";
import { driveLevels } from "./drive-levels.ts";
import { countOf, type Figure, finishFigure } from "./figure.ts";
import { noiseLags } from "./noise-lags.ts";
import { noiseLevels } from "./noise-levels.ts";
import { armColour, colour } from "./palette.ts";
import { halfPanel, type PanelStyle, type Piece, type RecordingView } from "./recording-view.ts";
import { driveLine, enoughForBands, repeatLines, timeColumn } from "./repeat-lines.ts";
import { slowChanges } from "./slow-change.ts";
import type { Panel } from "./svg.ts";

const mostObservables = 6;
const mostInputs = 3;
const stepsDrawn = 150;
const repeatsDrawn = 3;

/** How well an observable answers the drive: signal against noise, or its spread alone. */
const answer = ({ sd, noiseSd }: ObservableSummary): number =>
  noiseSd === undefined ? sd : Math.sqrt(Math.max(0, sd * sd - noiseSd * noiseSd)) / noiseSd;

/**
 * Observables that stand for all: every one of a few; of many, the one that answers the drive best
 * in each sixth of them, in their order.
 *
 * @param isMeant  Which of them come into question (default all).
 */
export function chooseObservables(
  part: PartSummary,
  isMeant: (channel: ObservableSummary) => boolean = () => true,
): readonly number[] {
  const all = part.observables.map((_, i) => i).filter((i) => isMeant(part.observables[i]));
  const groups = Math.min(all.length, mostObservables);
  const edge = (group: number): number => Math.round((group * all.length) / groups);
  return Array.from({ length: groups }, (_, group) =>
    all
      .slice(edge(group), edge(group + 1))
      .reduce((best, i) =>
        answer(part.observables[i]) > answer(part.observables[best]) ? i : best,
      ),
  );
}

const inputsShown = ({ recording }: RecordingView): readonly number[] =>
  recording.inputs.map((_, i) => i).slice(0, mostInputs);

/** Two panels in a row; one alone fills it. */
const inRows = (panels: readonly Panel[]): Panel[][] =>
  panels.flatMap((_, i) => (i % 2 === 0 ? [panels.slice(i, i + 2)] : []));

const panelStyle = (heading: string, count: number): PanelStyle =>
  count === 1 ? { width: pageWidth, height: 220, heading } : { ...halfPanel, heading };

/** One panel for each observable shown, with its name above it. */
const drawEach = (
  view: RecordingView,
  observables: readonly number[],
  draw: (observable: number, style: PanelStyle) => Piece,
): readonly Piece[] =>
  observables.map((observable) =>
    draw(observable, panelStyle(view.recording.observables[observable].name, observables.length)),
  );

const someOf = (view: RecordingView, observables: readonly number[]): string => {
  const all = view.recording.observables.length;
  if (observables.length === all) return "";
  return observables.length === mostObservables
    ? ` Of ${all} observables ${mostObservables} are shown: of each sixth of them the one that answers the drive best.`
    : ` Observables without noise are left out.`;
};

/** Histograms of the levels of every input. */
export function drawDriveLevels({ recording }: RecordingView): Figure {
  const { inputs, parts } = recording;
  const pieces = inputs.map(({ name }, input) =>
    driveLevels(recording, input, panelStyle(name, inputs.length)),
  );
  return finishFigure(
    {},
    {
      name: "drive-levels",
      title: "Levels of the drive",
      caption:
        "Share of the steps at each level, by part. The twin can be trusted only at levels where the device was driven, and learns best where there are many steps.",
      rows: inRows(pieces.map(({ panel }) => panel)),
      legend: parts.map(({ name }, i) => ({ label: name, colour: armColour(i), mark: "line" })),
      columns: pieces.flatMap(({ columns }) => columns),
    },
  );
}

/** The drive, and the response of the observables shown: repeats, mean and bands. */
export function drawRepeats(view: RecordingView, observables: readonly number[]): Figure {
  const [, repeats, time] = view.part.response.shape;
  const stretch = { sequence: 0, steps: Math.min(stepsDrawn, time) };
  const wide = { width: pageWidth, marginLeft: halfPanel.marginLeft };
  const height = observables.length === 1 ? 220 : 120;
  const drives = inputsShown(view).map((input) =>
    driveLine(view, stretch, input, { ...wide, height: 90, heading: "Drive" }),
  );
  const responses = observables.map((observable, i) => {
    const bare = i < observables.length - 1;
    const heading = observables.length === 1 ? "Response" : "";
    const own = { ...wide, heading, height: bare ? height : height + 28, repeats: repeatsDrawn };
    return repeatLines(view, stretch, observable, { ...own, bare });
  });
  const drawn = stretch.steps < time ? `, ${stretch.steps} of ${time} steps` : "";
  const shown = Math.min(repeats, repeatsDrawn);
  const style =
    repeats === 1
      ? "No drive was repeated: what is noise here, and what is the device's answer, cannot be seen."
      : `Thin lines are ${countOf(shown, "single repeat")} of ${repeats}, the dark one the mean${repeats >= enoughForBands ? ", bands the central 50 % and 90 % of the repeats" : ""}.`;
  const pieces = [...drives, ...responses];
  return finishFigure(
    {},
    {
      name: "repeats",
      title: repeats > 1 ? "Repeats of one drive" : "Response to one drive",
      caption: `Sequence 0 of ${view.part.name}${drawn}. ${style}${someOf(view, observables)}`,
      rows: pieces.map(({ panel }) => [panel]),
      columns: [timeColumn(view, stretch), ...pieces.flatMap(({ columns }) => columns)],
    },
  );
}

/** Standard deviation over repeats against the level of each input. */
export function drawNoiseAgainstDrive(view: RecordingView, observables: readonly number[]): Figure {
  const inputs = inputsShown(view);
  const count = observables.length * inputs.length;
  const pieces = observables.flatMap((observable) =>
    inputs.map((input) => {
      const heading = view.recording.observables[observable].name;
      return noiseLevels(view, observable, input, panelStyle(heading, count));
    }),
  );
  return finishFigure(
    {},
    {
      name: "noise-against-drive",
      title: "Noise against drive",
      caption: `Standard deviation over ${view.part.response.shape[1]} repeats by the drive held in the same step. Points are root mean squares over the steps of a group, bars the central 90 % of its steps. Noise that changes with the drive needs a twin whose diffusion does.${someOf(view, observables)}`,
      rows: inRows(pieces.map(({ panel }) => panel)),
      columns: pieces.flatMap(({ columns }) => columns),
    },
  );
}

/** Autocorrelation of the noise. */
export function drawNoiseCorrelation(view: RecordingView, observables: readonly number[]): Figure {
  const pieces = drawEach(view, observables, (i, style) => noiseLags(view, i, style));
  const bands = view.part.response.shape[1] >= 16 ? "; bands are two standard errors" : "";
  return finishFigure(
    {},
    {
      name: "noise-correlation",
      title: "Correlation of the noise in time",
      caption: `Correlation between the deviations from the mean over repeats at two times, against their distance${bands}. A drop right after lag 0 is noise of the instrument, which the dynamics never feel; a slow decay is noise inside the device, or slow change.${someOf(view, observables)}`,
      rows: inRows(pieces.map(({ panel }) => panel)),
      columns: pieces.flatMap(({ columns }) => columns),
    },
  );
}

/** Slow change over the runs. */
export function drawSlowChange(view: RecordingView, observables: readonly number[]): Figure {
  const pieces = drawEach(view, observables, (i, style) => slowChanges(view, i, style));
  const order = view.part.order
    ? "in the order in which they were measured"
    : "in the order of the file, since none of acquisition was kept";
  return finishFigure(
    {},
    {
      name: "slow-change",
      title: "Slow change",
      caption: `Mean of runs that followed one another against all runs of the same drive, ${order}, with two standard errors; the line is the trend of the tables. A slope or a wave means that the device, or its readout, changed while it was measured: a twin takes that for noise.${someOf(view, observables)}`,
      rows: inRows(pieces.map(({ panel }) => panel)),
      legend: [
        { label: "mean of neighbouring runs", colour: colour("device"), mark: "dot" },
        { label: "trend", colour: "currentColor", mark: "line" },
      ],
      columns: pieces.flatMap(({ columns }) => columns),
    },
  );
}
