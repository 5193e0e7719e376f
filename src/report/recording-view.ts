// What the figures of a recording are drawn from, and how large their panels are.

import { createArray, fault, type HostArray } from "../base/index.ts";
import type { Recording, RecordingPart } from "../data/index.ts";
import { pageWidth } from "./chart.ts";
import type { CsvColumn } from "./csv.ts";
import { checkAxes, responseAxes } from "./samples.ts";
import type { Panel } from "./svg.ts";

/** A panel with the columns behind it. */
export interface Piece {
  readonly panel: Panel;
  readonly columns: readonly CsvColumn[];
}

/** Size of a panel and what stands above it. */
export interface PanelStyle {
  readonly width: number;
  readonly height: number;
  readonly heading: string;
  readonly marginLeft?: number;
}

/** A panel of which two stand side by side. */
export const halfPanel: Omit<PanelStyle, "heading"> = {
  width: pageWidth / 2,
  height: 200,
  marginLeft: 66,
};

/** A recording, and the part of it that shows most of the noise. */
export interface RecordingView {
  readonly recording: Recording;
  /** The part with the most repeats. */
  readonly part: RecordingPart;
  /** Its response; steps past a sequence's end are NaN. */
  readonly response: HostArray;
}

/**
 * Choose what is drawn of a recording.
 *
 * @param where  Who draws, for messages.
 * @throws       `out-of-range` if it has no parts; `shape-mismatch` if a part does not fit its
 *               channels.
 */
export function viewRecording(where: string, recording: Recording): RecordingView {
  checkDrawable(where, recording);
  const part = recording.parts.reduce((best, part) =>
    part.response.shape[1] > best.response.shape[1] ? part : best,
  );
  return { recording, part, response: withoutPadding(part) };
}

const withoutPadding = ({ response, length }: RecordingPart): HostArray => {
  if (length === undefined) return response;
  const [, repeats, time, observables] = response.shape;
  const data = response.data.map((value, i) => {
    const t = Math.floor(i / observables) % time;
    return t < length[Math.floor(i / (observables * time * repeats))] ? value : Number.NaN;
  });
  return createArray(response.shape, data);
};

const checkDrawable = (where: string, recording: Recording): void => {
  if (recording.parts.length === 0) {
    throw fault("out-of-range", {
      where,
      what: "the recording is empty",
      got: "no parts",
      expected: "at least one part with drive and response",
      fix: "Record the device, or import its files, first",
    });
  }
  const [inputs, observables] = [recording.inputs.length, recording.observables.length];
  for (const { name, drive, response } of recording.parts) {
    const [sequences, time] = drive.shape;
    const driveAxes = ["sequences", "time", "inputs"];
    checkAxes(where, `drive of ${name}`, drive, driveAxes, [sequences, time, inputs]);
    const lengths = [sequences, undefined, time, observables];
    checkAxes(where, `response of ${name}`, response, responseAxes("repeats"), lengths);
  }
};
