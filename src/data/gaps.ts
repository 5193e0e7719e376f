// Samples that were not measured. A recording has no mask, for nothing that learns from one could
// use it: masking means to cut sequences at their gaps.
import { fault, type HostArray } from "../base/index.ts";
import type { Block } from "./layout.ts";
import { checkUnpacked } from "./unpack.ts";

/** What to do with samples that are missing (NaN). */
export type MissingRule = "refuse" | "mask";

/** Steps below which a piece teaches nothing of the dynamics. */
const shortestPiece = 5;

interface Piece {
  readonly sequence: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Refuse missing samples, or cut sequences where they are.
 *
 * A step is missing if any input, or any observable of any repeat, is NaN there: repeats share one
 * time axis. Each stretch without missing steps becomes a sequence; stretches of fewer than 5 steps
 * are left out. A stretch after a gap starts in mid-run, not at a reset.
 *
 * @returns  The block and a note that says what was cut; the block itself if nothing is missing.
 * @throws   `not-finite` if a sample is missing and the rule is to refuse, or nothing is left.
 */
export function handleMissing(
  block: Block,
  rule: MissingRule,
  where: string,
): { readonly block: Block; readonly notes: readonly string[] } {
  const { drive, response } = block;
  const [sequences, time] = drive.shape;
  const lengths = block.length ?? new Int32Array(sequences).fill(time);
  const missing = missingSteps(block);
  const first = firstMissing(missing, lengths, time);
  if (first === undefined) return { block, notes: [] };
  const lost = lengths.reduce((sum, length, n) => sum + countIn(missing, n * time, length), 0);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const pieces = piecesOf(missing, lengths, time);
  const kept = pieces.filter(({ from, to }) => to - from >= shortestPiece);
  if (rule === "refuse" || kept.length === 0) {
    throw fault("not-finite", {
      where,
      what: `samples are missing, first at step ${first.step} of sequence ${first.sequence} (from 0)`,
      got: `${lost} of ${total} steps with NaN in the drive or the response of a repeat`,
      expected: `numbers, or gaps that leave at least ${shortestPiece} steps`,
      fix: "Repair the samples, or cut sequences at their gaps with --missing mask",
    });
  }
  const steps = Int32Array.from(kept, ({ from, to }) => to - from).sort();
  const dropped = total - lost - steps.reduce((sum, count) => sum + count, 0);
  const rest = dropped > 0 ? `; ${dropped} steps in shorter pieces were left out` : "";
  const range = `${steps[0]} to ${steps[steps.length - 1]} steps`;
  const was = sequences === 1 ? "1 sequence was" : `${sequences} sequences were`;
  const note = `${where}: ${lost} of ${total} steps are missing; ${was} cut at the gaps into ${kept.length} of ${range}, of which those after a gap start in mid-run${rest}`;
  return { block: { ...block, ...cut(drive, response, kept, where) }, notes: [note] };
}

/** 1 where a step is missing, [sequences, time]. */
function missingSteps({ drive, response }: Block): Uint8Array {
  const [sequences, time, inputs] = drive.shape;
  const [, repeats, , observables] = response.shape;
  const missing = new Uint8Array(sequences * time);
  const mark = ({ data }: HostArray, runs: number, width: number): void => {
    for (let i = 0; i < data.length; i++) {
      if (!Number.isNaN(data[i])) continue;
      const row = Math.floor(i / width);
      missing[Math.floor(row / (runs * time)) * time + (row % time)] = 1;
    }
  };
  mark(drive, 1, inputs);
  mark(response, repeats, observables);
  return missing;
}

function firstMissing(
  missing: Uint8Array,
  lengths: Int32Array,
  time: number,
): { sequence: number; step: number } | undefined {
  for (let n = 0; n < lengths.length; n++) {
    const step = missing.subarray(n * time, n * time + lengths[n]).indexOf(1);
    if (step >= 0) return { sequence: n, step };
  }
  return undefined;
}

const countIn = (missing: Uint8Array, from: number, length: number): number =>
  missing.subarray(from, from + length).reduce((sum, flag) => sum + flag, 0);

function piecesOf(missing: Uint8Array, lengths: Int32Array, time: number): Piece[] {
  const pieces: Piece[] = [];
  lengths.forEach((length, sequence) => {
    let from = 0;
    for (let t = 0; t <= length; t++) {
      if (t < length && missing[sequence * time + t] === 0) continue;
      if (t > from) pieces.push({ sequence, from, to: t });
      from = t + 1;
    }
  });
  return pieces;
}

function cut(
  drive: HostArray,
  response: HostArray,
  pieces: readonly Piece[],
  where: string,
): Pick<Block, "drive" | "response" | "length"> {
  const length = Int32Array.from(pieces, ({ from, to }) => to - from);
  const time = length.reduce((a, b) => Math.max(a, b));
  const [sequences, columns] = drive.shape;
  const present = 8 * (drive.data.length + response.data.length);
  const growth = (pieces.length * time) / (sequences * columns);
  checkUnpacked(growth * present, present, "the recording, cut and padded,", where);
  const pick = ({ shape, data }: HostArray, runs: number): HostArray => {
    const [steps, width] = shape.slice(-2);
    const picked = new Float64Array(pieces.length * runs * time * width);
    pieces.forEach(({ sequence, from, to }, p) => {
      for (let run = 0; run < runs; run++) {
        for (let t = 0; t < time; t++) {
          const at = ((sequence * runs + run) * steps + Math.min(from + t, to - 1)) * width;
          picked.set(data.subarray(at, at + width), ((p * runs + run) * time + t) * width);
        }
      }
    });
    return { shape: [pieces.length, ...shape.slice(1, -2), time, width], data: picked };
  };
  return {
    drive: pick(drive, 1),
    response: pick(response, response.shape[1]),
    length: length.some((steps) => steps !== time) ? length : undefined,
  };
}
