import {
  createGenerator,
  fault,
  type Generator,
  type HostArray,
  permutation,
  type Stream,
} from "../base/index.ts";
import type { Recording, RecordingPart } from "../data/index.ts";
import { carrierPhase, waveOf } from "./model.ts";
import type { DriveFeature, Scale, StartLaw, TwinBasis } from "./twin.ts";

/** Paths of one length, standardised; some of the sequences of one part of a recording. */
export interface PathSet {
  readonly name: string;
  readonly sequences: number;
  readonly repeats: number;
  /** Steps; a path has one sample more, its start. */
  readonly time: number;
  /** [sequences, time, inputs], device units. */
  readonly drive: Float32Array;
  /** [sequences, repeats, 1 + time, observables], standardised; sample 0 is the start. */
  readonly path: Float32Array;
  /** Valid steps of each sequence. */
  readonly length: Int32Array;
  /** Absolute number of the first step: the phase of a carrier. */
  readonly firstStep: number;
}

/** A recording made ready for a fit. */
export interface TwinDataset {
  readonly basis: TwinBasis;
  readonly training: readonly PathSet[];
  readonly validation: readonly PathSet[];
  /** How training and validation were told apart. */
  readonly split: "by sequence" | "by time";
  /** 16 hexadecimal digits that change with any number of the recording. */
  readonly fingerprint: string;
}

/** Options of {@link createDataset}. */
export interface DatasetOptions {
  /** Share of the sequences of each part kept for validation (default 0.1). */
  readonly validationShare?: number;
}

/**
 * Standardise a recording and split it.
 *
 * The split is by sequence within each part; a part with one sequence stays in training unless it
 * is all there is: then the last fifth of its time validates. Scales come from training paths alone.
 * Where no reset was recorded the first sample is the start.
 *
 * @param recording  Device units.
 * @param stream     Draws the split.
 * @throws           `bad-value` if a path has fewer than two steps.
 */
export function createDataset(
  recording: Recording,
  options: DatasetOptions,
  stream: Stream,
): TwinDataset {
  const { validationShare = 0.1 } = options;
  const raw = recording.parts.map((part) => toPathSet(part));
  const generator = createGenerator(stream);
  const isSingle = raw.reduce((sum, set) => sum + set.sequences, 0) === 1;
  const pieces = isSingle
    ? raw.map(splitByTime)
    : raw.map((set) => splitBySequence(set, validationShare, generator));
  const training = pieces.flatMap(([first]) => (first ? [first] : []));
  const validation = pieces.flatMap(([, second]) => (second ? [second] : []));
  const observables = recording.observables.map((_, i) =>
    scaleOf(training.map((set) => column(set.path, recording.observables.length, i))),
  );
  const sets = training.map((set) => standardise(set, observables));
  return {
    basis: createBasis(recording, sets, observables),
    training: sets,
    validation: validation.length > 0 ? validation.map((v) => standardise(v, observables)) : sets,
    split: isSingle ? "by time" : "by sequence",
    fingerprint: fingerprintOf(recording),
  };
}

/** The part with its start as sample 0 of every path, device units. */
function toPathSet(part: RecordingPart): PathSet {
  const [sequences, steps, inputs] = part.drive.shape;
  const [, repeats, , observables] = part.response.shape;
  const skipped = part.initial ? 0 : 1;
  const time = steps - skipped;
  if (time < 2) {
    throw fault("bad-value", {
      where: "createDataset",
      what: `the sequences of part '${part.name}' are too short`,
      got: `${steps} steps`,
      expected: "at least 3 steps",
      fix: "Record longer sequences, or leave the part out",
    });
  }
  const path = new Float32Array(sequences * repeats * (time + 1) * observables);
  for (let row = 0; row < sequences * repeats; row++) {
    const to = row * (time + 1) * observables;
    const from = row * steps * observables;
    const response = part.response.data.subarray(from, from + steps * observables);
    if (part.initial) {
      path.set(part.initial.data.subarray(row * observables, (row + 1) * observables), to);
    }
    path.set(response, to + (1 - skipped) * observables);
  }
  return {
    name: part.name,
    sequences,
    repeats,
    time,
    drive: dropSteps(part.drive, skipped, inputs),
    path,
    length: Int32Array.from({ length: sequences }, (_, n) => (part.length?.[n] ?? steps) - skipped),
    firstStep: skipped,
  };
}

function dropSteps(drive: HostArray, skipped: number, inputs: number): Float32Array {
  const [sequences, steps] = drive.shape;
  const kept = steps - skipped;
  const out = new Float32Array(sequences * kept * inputs);
  for (let n = 0; n < sequences; n++) {
    const from = (n * steps + skipped) * inputs;
    out.set(drive.data.subarray(from, from + kept * inputs), n * kept * inputs);
  }
  return out;
}

type Split = readonly [training: PathSet | undefined, validation: PathSet | undefined];

function splitBySequence(set: PathSet, share: number, generator: Generator): Split {
  const order = permutation(generator, set.sequences);
  const wanted = Math.round(share * set.sequences);
  const kept =
    set.sequences < 2 || share <= 0 ? 0 : Math.min(Math.max(1, wanted), set.sequences - 1);
  return [
    chooseSequences(set, order.subarray(kept)),
    kept > 0 ? chooseSequences(set, order.subarray(0, kept)) : undefined,
  ];
}

function chooseSequences(set: PathSet, chosen: Int32Array): PathSet {
  const pick = (data: Float32Array): Float32Array => {
    const size = data.length / set.sequences;
    const out = new Float32Array(chosen.length * size);
    chosen.forEach((n, i) => {
      out.set(data.subarray(n * size, (n + 1) * size), i * size);
    });
    return out;
  };
  return {
    ...set,
    sequences: chosen.length,
    drive: pick(set.drive),
    path: pick(set.path),
    length: chosen.map((n) => set.length[n]),
  };
}

function splitByTime(set: PathSet): Split {
  const cut = Math.max(1, Math.floor(set.length[0] * 0.8));
  return [cutTime(set, 0, cut), cutTime(set, cut, set.length[0] - cut)];
}

/** Steps from .. from + count - 1 of a set with one sequence. */
function cutTime(set: PathSet, from: number, count: number): PathSet {
  const inputs = set.drive.length / set.time;
  const observables = set.path.length / (set.repeats * (set.time + 1));
  const path = new Float32Array(set.repeats * (count + 1) * observables);
  for (let r = 0; r < set.repeats; r++) {
    const start = (r * (set.time + 1) + from) * observables;
    path.set(
      set.path.subarray(start, start + (count + 1) * observables),
      r * (count + 1) * observables,
    );
  }
  return {
    ...set,
    time: count,
    drive: set.drive.slice(from * inputs, (from + count) * inputs),
    path,
    length: Int32Array.of(count),
    firstStep: set.firstStep + from,
  };
}

function column(data: Float32Array, cols: number, index: number): Float32Array {
  const out = new Float32Array(data.length / cols);
  for (let i = 0; i < out.length; i++) out[i] = data[i * cols + index];
  return out;
}

/** Mean and sd over several arrays; sd 1 for what never changes. */
function scaleOf(arrays: readonly ArrayLike<number>[]): Scale {
  let count = 0;
  let sum = 0;
  for (const a of arrays) {
    count += a.length;
    for (let i = 0; i < a.length; i++) sum += a[i];
  }
  const mean = sum / count;
  let squares = 0;
  for (const a of arrays) for (let i = 0; i < a.length; i++) squares += (a[i] - mean) ** 2;
  const sd = Math.sqrt(squares / count);
  return { mean, sd: sd > 0 ? sd : 1 };
}

function standardise(set: PathSet, scales: readonly Scale[]): PathSet {
  const path = set.path.map((value, i) => {
    const { mean, sd } = scales[i % scales.length];
    return (value - mean) / sd;
  });
  return { ...set, path };
}

function createBasis(
  recording: Recording,
  sets: readonly PathSet[],
  observables: readonly Scale[],
): TwinBasis {
  const { dt, inputs, carrierPeriod } = recording;
  const count = observables.length;
  const increments = observables.map((_, i) => {
    const changes = sets.map((set) => differences(column(set.path, count, i), set.time + 1));
    return scaleOf(changes).sd;
  });
  const drives = inputs.map((_, i) => sets.map((set) => column(set.drive, inputs.length, i)));
  return {
    dt,
    inputs,
    observables: recording.observables,
    ...(carrierPeriod === undefined ? {} : { carrierPeriod }),
    limits: drives.map((arrays) => ({
      min: arrays.reduce((low, a) => a.reduce((x, y) => Math.min(x, y), low), Infinity),
      max: arrays.reduce((high, a) => a.reduce((x, y) => Math.max(x, y), high), -Infinity),
    })),
    start: startLaw(sets, count),
    scales: { observables, increments },
    featureScales: (features) =>
      drives.flatMap((arrays) =>
        features.map((feature) =>
          scaleOf(
            arrays.map((values, k) => featureValues(values, feature, sets[k], carrierPeriod)),
          ),
        ),
      ),
  };
}

/** A feature of one input over a whole set, [sequences * time]. */
function featureValues(
  values: Float32Array,
  feature: DriveFeature,
  set: PathSet,
  period = 1,
): Float32Array {
  if (feature === "drive") return values;
  const wave = waveOf[feature];
  return values.map(
    (value, i) => value * wave(carrierPhase(set.firstStep + (i % set.time), period)),
  );
}

/** Changes between neighbouring samples of the same path. */
function differences(values: Float32Array, samples: number): Float32Array {
  const paths = values.length / samples;
  const out = new Float32Array(paths * (samples - 1));
  for (let p = 0; p < paths; p++) {
    for (let t = 1; t < samples; t++) {
      out[p * (samples - 1) + t - 1] = values[p * samples + t] - values[p * samples + t - 1];
    }
  }
  return out;
}

/** Mean and lower Cholesky factor of the covariance of the starts, zero for a sharp start. */
function startLaw(sets: readonly PathSet[], count: number): StartLaw {
  const starts = sets.flatMap((set) => {
    const size = (set.time + 1) * count;
    return Array.from({ length: set.sequences * set.repeats }, (_, row) =>
      set.path.subarray(row * size, row * size + count),
    );
  });
  const mean = Array.from(
    { length: count },
    (_, i) => starts.reduce((sum, x) => sum + x[i], 0) / starts.length,
  );
  const factor = mean.map(() => new Array<number>(count).fill(0));
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = starts.reduce((s, x) => s + (x[i] - mean[i]) * (x[j] - mean[j]), 0) / starts.length;
      for (let k = 0; k < j; k++) sum -= factor[i][k] * factor[j][k];
      if (i === j) factor[i][i] = Math.sqrt(Math.max(0, sum));
      else factor[i][j] = factor[j][j] > 1e-6 ? sum / factor[j][j] : 0;
    }
  }
  return { mean, factor };
}

/** FNV-1a over the bytes of every drive and response, two 32-bit lanes. */
function fingerprintOf(recording: Recording): string {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (const { drive, response } of recording.parts) {
    for (const { data } of [drive, response]) {
      const words = new Uint32Array(data.slice().buffer);
      for (let i = 0; i < words.length; i++) {
        a = Math.imul(a ^ words[i], 0x01000193);
        b = Math.imul(b ^ words[i] ^ (a >>> 15), 0x85ebca6b);
      }
    }
  }
  const text = (word: number): string => (word >>> 0).toString(16).padStart(8, "0");
  return text(a) + text(b);
}
