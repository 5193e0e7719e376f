import type { Recording } from "../data/index.ts";
import { driveLevels } from "./drive-levels.ts";
import { countOf, type Figure, type FigureWords, finishFigure } from "./figure.ts";
import { noiseLevels } from "./noise-levels.ts";
import { armColour } from "./palette.ts";
import { halfPanel, type RecordingView, viewRecording } from "./recording-view.ts";
import { enoughForBands, repeatLines, timeColumn } from "./repeat-lines.ts";
import { checkIndex, type Selection } from "./samples.ts";
import { slowChanges } from "./slow-change.ts";

/** Options of {@link recordingOverview}. */
export interface RecordingOverviewOptions extends Selection, FigureWords {
  /** Repeats drawn as single lines (default 3). */
  readonly repeats?: number;
  /** Steps of them drawn (default 150). */
  readonly steps?: number;
}

const captionOf = ({ part }: RecordingView, sequence: number): string => {
  const repeats = part.response.shape[1];
  const bands = repeats >= enoughForBands ? ", with the central 50 % and 90 %" : "";
  const response = `(b) The same drive, repeated: sequence ${sequence} of ${part.name}${bands}.`;
  const noise =
    repeats > 1
      ? `${response} (c) Noise over repeats by the drive of the step; bars are the central 90 % of steps. (d) Mean of runs that followed one another against all runs of the same drive, with two standard errors and a straight line: a slope means that the device changed while it was measured.`
      : `(b) The response: sequence ${sequence} of ${part.name}. No drive was repeated, so the noise cannot be seen.`;
  return `(a) Levels of the drive, by part: the twin can be trusted only where it was driven. ${noise}`;
};

/**
 * A recording at a glance: levels of the drive, repeats with their mean, noise against drive, and
 * slow change over the repeats.
 *
 * The last three show the part with the most repeats; noise and slow change are left out where no
 * drive was repeated.
 *
 * @param recording  Of any device.
 * @param options    `sequence`, `observable`, `input` (default 0); `repeats` (3) and `steps` (150)
 *                   drawn.
 * @returns          The figure; its csv puts the columns of all panels side by side.
 * @throws           `shape-mismatch`; `out-of-range` if there is nothing to draw.
 */
export function recordingOverview(
  recording: Recording,
  options: RecordingOverviewOptions = {},
): Figure {
  const where = "report.recordingOverview";
  const { sequence = 0, observable = 0, input = 0 } = options;
  const view = viewRecording(where, recording);
  const [sequences, repeats, time] = view.part.response.shape;
  checkIndex(where, "sequence", sequence, sequences);
  checkIndex(where, "observable", observable, recording.observables.length);
  checkIndex(where, "input", input, recording.inputs.length);
  const stretch = { sequence, steps: Math.min(options.steps ?? 150, time) };
  const response = repeatLines(view, stretch, observable, {
    ...halfPanel,
    heading: repeats > 1 ? countOf(repeats, "repeat") : "Response",
    repeats: options.repeats ?? 3,
  });
  const pieces = [
    driveLevels(recording, input, { ...halfPanel, heading: "Levels of the drive" }),
    { ...response, columns: [timeColumn(view, stretch), ...response.columns] },
  ];
  if (repeats > 1) {
    const noise = { ...halfPanel, heading: "Noise against drive" };
    pieces.push(noiseLevels(view, observable, input, noise));
    pieces.push(slowChanges(view, observable, { ...halfPanel, heading: "Slow change" }));
  }
  const panels = pieces.map(({ panel }) => panel);
  return finishFigure(options, {
    name: "recording",
    title: "The recording",
    caption: captionOf(view, sequence),
    rows: [panels.slice(0, 2), ...(panels.length > 2 ? [panels.slice(2)] : [])],
    legend: recording.parts.map(({ name }, i) => ({
      label: name,
      colour: armColour(i),
      mark: "line",
    })),
    columns: pieces.flatMap(({ columns }) => columns),
  });
}
