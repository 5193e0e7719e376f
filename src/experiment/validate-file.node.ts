import { childStream, createStream, fault } from "../base/index.ts";
import {
  hashRecording,
  type Recording,
  type RecordingPart,
  readRecording,
  writeAtomically,
} from "../data/index.ts";
import { loadKernelModule } from "../engine/index.ts";
import { formatReport } from "../report/index.ts";
import { readTwin, type StoredTwin, simulateTwin, type TwinValidation } from "../twin/index.ts";
import { programName } from "./host.node.ts";
import { checkFree, checkSameDevice, readInput } from "./input.node.ts";
import { judgeTwin } from "./judge-twin.ts";
import { holdOut } from "./loop-device.ts";
import { type JudgedTwin, judgeSections, judgeText } from "./twin-report.ts";
import { simulateWith } from "./twin-verbs.node.ts";

/** A judged twin: the keys of `twin validate --json`. */
export interface ValidatedFile extends TwinValidation {
  /** Whether the fit had seen the drives, in words. */
  readonly drives: string;
  /** The page that was written. */
  readonly report?: string;
  /** The judgement for a terminal; not part of the JSON. */
  readonly text: string;
}

/** How a twin is judged. */
export interface ValidateOptions {
  readonly twin: string;
  readonly recording: string;
  /** Realisations (default as many as the device's repeats). */
  readonly repeats?: number;
  /** A page to write: one file that loads nothing. */
  readonly report?: string;
  readonly seed: number;
}

/**
 * Compare realisations of a twin with repeats of its device.
 *
 * @throws  `bad-value` if nothing was repeated, or if the report is there already.
 */
export async function validateFile(options: ValidateOptions): Promise<ValidatedFile> {
  if (options.report !== undefined) checkFree(options.report);
  const kernels = await loadKernelModule();
  const stored = await readTwin(options.twin, { simulate: simulateWith(kernels) });
  const { twin } = stored;
  const recording = await readInput(readRecording(options.recording));
  checkSameDevice(twin, recording, options.recording);
  const { part, drives, recorded } = judgedPart(stored, recording, options.recording);
  const stream = childStream(createStream(options.seed), "validate");
  const realisations = simulateTwin(kernels, twin, part.drive, {
    repeats: options.repeats ?? part.response.shape[1],
    stream: childStream(stream, "realisations"),
  });
  const validation = judgeTwin(kernels, twin, { part, realisations, recorded }, stream);
  if (options.report !== undefined) {
    const { dt, observables } = recording;
    const comparison = { dt, inputs: twin.inputs, observables, drive: part.drive };
    const judged = {
      ...{ twin, validation, drives },
      comparison: { ...comparison, device: part.response, twin: realisations },
    };
    await writePage(options.report, judged, recording, options);
  }
  const page = options.report === undefined ? {} : { report: options.report };
  return { ...validation, drives, ...page, text: judgeText(validation, drives) };
}

/** Repeats to judge by, and the drives that the fit saw, where that is known. */
interface JudgedPart {
  readonly part: RecordingPart;
  readonly drives: string;
  readonly recorded?: readonly RecordingPart["drive"][];
}

function judgedPart(stored: StoredTwin, recording: Recording, where: string): JudgedPart {
  const { seen, unseen, isShared } = holdOut(recording);
  if (unseen.response.shape[1] < 4) {
    throw fault("bad-value", {
      where,
      what: "nothing in the recording was repeated often enough to judge noise",
      got: `at most ${unseen.response.shape[1]} repeats of a drive`,
      expected: "a part with at least 4 repeats of each drive",
      fix: "Record some drives many times, or import repeats as another part",
    });
  }
  if (!stored.datasets.includes(hashRecording(recording))) {
    const all = recording.parts.find(({ name }) => name === unseen.name) ?? unseen;
    return { part: all, drives: "another recording than the one of the fit" };
  }
  const recorded = seen.parts.map(({ drive }) => drive);
  const words = isShared
    ? "the one repeated drive, which the fit has seen"
    : "drives that the fit has not seen";
  return { part: unseen, drives: words, recorded };
}

async function writePage(
  path: string,
  judged: JudgedTwin,
  recording: Recording,
  { twin, recording: recordingPath, seed }: ValidateOptions,
): Promise<void> {
  const device = recording.device?.identity;
  const page = formatReport({
    title: `Validation of the twin ${twin}`,
    ...(typeof device === "string" ? { subtitle: device } : {}),
    verdict: judged.validation.verdict,
    sections: judgeSections(judged).map((section) => ({
      ...section,
      // The verdict stands at the top of this page.
      paragraphs: section.paragraphs?.filter((text) => text !== judged.validation.verdict),
    })),
    provenance: {
      program: await programName(),
      twin,
      recording: recordingPath,
      "recording, sha256": hashRecording(recording),
      seed: `${seed}`,
    },
  });
  await writeAtomically(path, page);
}
