// From a plan as it is written to drives, an order and resets: all that will be driven, before
// anything is.
import {
  childStream,
  createArray,
  createGenerator,
  createStream,
  findNonFinite,
  formatShape,
  type HostArray,
  type Stream,
  sliceFirst,
  unravel,
} from "../base/index.ts";
import { largestData } from "../data/index.ts";
import {
  type DeviceDescription,
  drawDrive,
  type Extent,
  keepsInitial,
  limitSlew,
  type PlannedPart,
  type RecordingPlan,
  runsOf,
  type SlewNote,
  type SweptInput,
  shuffleRounds,
} from "../devices/index.ts";
import {
  badPlan,
  type WarmUp,
  type WrittenPart,
  type WrittenPlan,
  type WrittenRange,
} from "./plan-file.ts";

/** A plan with everything drawn. */
export interface ResolvedPlan {
  readonly plan: RecordingPlan;
  /** Inputs that had to be slowed down, by part. */
  readonly slowed: Readonly<Record<string, readonly SlewNote[]>>;
  /** Bytes of the file's arrays. */
  readonly bytes: number;
}

/** What a plan is resolved for. */
export interface ResolveOptions {
  readonly description: DeviceDescription;
  readonly seed: number;
  /** The plan's file, for messages. */
  readonly where: string;
  /** Evidence of a sweep, where the plan says `range: find`; without it the safe range stands in. */
  readonly swept?: readonly SweptInput[];
  /** Reads a drive of the user's, [time], [time, inputs] or [sequences, time, inputs]. */
  readonly readDrive: (path: string) => Promise<HostArray>;
}

/** Whether a plan needs a sweep before its drives are known. */
export function needsSweep(written: WrittenPlan): boolean {
  const ranges = [written.range, ...Object.values(written.parts).map(({ range }) => range)];
  return ranges.includes("find");
}

/**
 * Draw the drives of a plan and the order of its runs.
 *
 * Drives follow from the seed and the part's name, the order from both too. Every part is in its
 * range and honours `maxSlew`.
 *
 * @throws  `bad-recipe` with everything that does not fit the device; what `readDrive` throws.
 */
export async function resolvePlan(
  written: WrittenPlan,
  options: ResolveOptions,
): Promise<ResolvedPlan> {
  const { description, seed, where, swept } = options;
  const problems = checkReset(written, description);
  const stream = childStream(createStream(seed), "drives");
  const parts: PlannedPart[] = [];
  const slowed: Record<string, readonly SlewNote[]> = {};
  for (const [name, part] of Object.entries(written.parts)) {
    const drawing = { name, part, written, options, stream, problems };
    const drawn = await drawPart(drawing);
    if (!drawn) continue;
    const notes = limitSlew(drawn.drive, description);
    if (notes.length > 0) slowed[name] = notes;
    parts.push(drawn);
  }
  const reset = written.reset === undefined ? {} : { reset: written.reset };
  const protocol = protocolOf(written, swept, slowed);
  const plan: RecordingPlan = { parts, ...reset, protocol, seed };
  const bytes = bytesOf(plan, description);
  if (bytes > largestData) {
    const size = `${(bytes / 2 ** 30).toFixed(2)} GiB`;
    problems.push(
      `parts: ${size} in all, and a file holds less than 2 GiB; make several recordings`,
    );
  }
  if (problems.length > 0) throw badPlan(where, problems);
  return { plan, slowed, bytes };
}

/** What the recording keeps of how it was planned: plain JSON that can be a plan again. */
function protocolOf(
  written: WrittenPlan,
  swept: readonly SweptInput[] | undefined,
  slowed: Readonly<Record<string, readonly SlewNote[]>>,
): Record<string, unknown> {
  return {
    plan: JSON.parse(JSON.stringify(written)),
    ...(swept ? { found: swept } : {}),
    ...(Object.keys(slowed).length > 0 ? { slowed } : {}),
  };
}

/** Bytes of the arrays of a file: all float64 but the order. */
export function bytesOf(plan: RecordingPlan, description: DeviceDescription): number {
  const observables = description.observables.length;
  return plan.parts.reduce((sum, part) => {
    const { drive } = part;
    const initial = keepsInitial(description, plan, part) ? 1 : 0;
    const run = 8 * (drive.shape[1] + initial) * observables + 4;
    return sum + 8 * drive.data.length + runsOf(part) * run;
  }, 0);
}

interface Drawing {
  readonly name: string;
  readonly part: WrittenPart;
  readonly written: WrittenPlan;
  readonly options: ResolveOptions;
  readonly stream: Stream;
  /** Receives what is wrong. */
  readonly problems: string[];
}

async function drawPart(drawing: Drawing): Promise<PlannedPart | undefined> {
  const { name, part, written, options, stream, problems } = drawing;
  const before = problems.length;
  const at = `parts.${name}`;
  const range = toRange(part.range ?? written.range, options, at, problems);
  const drive = part.drive.family === "file" ? await readPart(drawing) : drawOwn(drawing, range);
  const warmUp = part.warmUp ?? written.warmUp;
  if (!drive || problems.length > before) return undefined;
  checkCarrier(drive.shape[1], warmUp, drawing);
  const { repeats } = part;
  const generator = createGenerator(childStream(childStream(stream, "order"), name));
  const order = shuffleRounds(drive.shape[0], repeats, generator);
  return {
    name,
    drive: warmUp?.keep ? prolonged(drive, warmUp.steps) : drive,
    repeats,
    ...(warmUp && !warmUp.keep ? { warmUp: warmUp.steps } : {}),
    ...(written.order === "shuffled" ? { order } : {}),
  };
}

function drawOwn(
  { name, part, options, stream, problems }: Drawing,
  range: readonly Extent[],
): HostArray | undefined {
  const { drive: family, sequences = 10, steps } = part;
  if (family.family === "file") return undefined;
  if (family.family === "sines" && family.periods[0] > family.periods[1]) {
    problems.push(`parts.${name}.drive.periods: the shortest comes first`);
  }
  const { samplesPerStep } = options.description;
  const size = { sequences, time: steps ?? 100 * samplesPerStep, range, samplesPerStep };
  return drawDrive(family, size, createGenerator(childStream(stream, name)));
}

async function readPart({
  name,
  part,
  options,
  problems,
}: Drawing): Promise<HostArray | undefined> {
  const { drive, sequences, steps, range } = part;
  if (drive.family !== "file") return undefined;
  const given = Object.entries({ sequences, steps, range }).filter(([, value]) => value);
  for (const [key] of given) problems.push(`parts.${name}.${key}: a drive from a file has its own`);
  const read = await options.readDrive(drive.path);
  const { inputs } = options.description;
  const shape = toThree(read.shape, inputs.length);
  const at = `parts.${name}.drive.path: ${drive.path}`;
  if (!shape || read.data.length === 0) {
    const forms = `[time, ${inputs.length}] or [sequences, time, ${inputs.length}]`;
    problems.push(`${at} is ${formatShape(read.shape)}, expected ${forms}`);
    return undefined;
  }
  const array = createArray(shape, read.data);
  const wrong = findOutside(array, options.description);
  if (wrong) problems.push(`${at} ${wrong}`);
  return array;
}

function toThree(shape: readonly number[], inputs: number): number[] | undefined {
  if (shape.length === 1 && inputs === 1) return [1, shape[0], 1];
  if (shape.length === 2 && shape[1] === inputs) return [1, ...shape];
  return shape.length === 3 && shape[2] === inputs ? [...shape] : undefined;
}

function findOutside(drive: HostArray, { inputs }: DeviceDescription): string | undefined {
  const nonFinite = findNonFinite(drive.data);
  const outside = drive.data.findIndex((value, i) => {
    const { min, max } = inputs[i % inputs.length];
    return value < min || value > max;
  });
  const at = nonFinite >= 0 ? nonFinite : outside;
  if (at < 0) return undefined;
  const [sequence, sample, input] = unravel(at, drive.shape);
  const { name, unit, min, max } = inputs[input];
  const place = `at sequence ${sequence}, sample ${sample}`;
  return `has ${drive.data[at]} ${unit} for '${name}' ${place}, outside ${min} to ${max} ${unit}`;
}

function toRange(
  written: WrittenRange | undefined,
  { description, swept }: ResolveOptions,
  at: string,
  problems: string[],
): readonly Extent[] {
  const { inputs } = description;
  const safe = inputs.map(({ min, max }): Extent => [min, max]);
  if (written === undefined) return safe;
  if (written === "find") return swept?.map(({ range }) => range) ?? safe;
  if (!Array.isArray(written)) {
    const [from, to] = written.fraction;
    if (from > to) problems.push(`${at}.range.fraction: the lower one comes first`);
    return inputs.map(({ min, max }) => [min + from * (max - min), min + to * (max - min)]);
  }
  if (written.length !== inputs.length) {
    const names = inputs.map(({ name }) => name).join(", ");
    problems.push(`${at}.range: ${written.length} ranges for ${inputs.length} inputs (${names})`);
    return safe;
  }
  written.forEach(([low, high], i) => {
    const { name, unit, min, max } = inputs[i];
    if (min <= low && low <= high && high <= max) return;
    const what = low > high ? "does not rise" : `leaves the safe range ${min} to ${max} ${unit}`;
    problems.push(`${at}.range: ${low} to ${high} ${unit} of '${name}' ${what}`);
  });
  return written;
}

function checkReset({ reset }: WrittenPlan, { canReset, identity }: DeviceDescription): string[] {
  if (canReset || reset === undefined || reset === "never") return [];
  return [`reset: ${identity} cannot be reset; leave it out, or say never`];
}

// A recording's carrier has phase 0 at the first sample of every sequence.
function checkCarrier(time: number, warmUp: WarmUp | undefined, drawing: Drawing): void {
  const { name, written, options, problems } = drawing;
  const { carrierPeriod, canReset } = options.description;
  if (carrierPeriod === undefined) return;
  const left = warmUp && !warmUp.keep ? warmUp.steps : 0;
  const period = `a multiple of the carrier's ${carrierPeriod} samples`;
  if (left % carrierPeriod !== 0) {
    problems.push(`parts.${name}.warmUp.steps: ${left} left out are not ${period}`);
  }
  const isEach = canReset && (written.reset ?? "before-every") === "before-every";
  const run = time + (warmUp?.steps ?? 0);
  if (!isEach && run % carrierPeriod !== 0) {
    problems.push(`parts.${name}.steps: without a reset before it, ${run} is not ${period}`);
  }
}

/** Sequences that begin with samples at their first value. */
function prolonged(drive: HostArray, steps: number): HostArray {
  const [sequences, time, inputs] = drive.shape;
  const longer = createArray([sequences, steps + time, inputs]);
  for (let n = 0; n < sequences; n++) {
    const from = sliceFirst(drive, n).data;
    const to = sliceFirst(longer, n).data;
    for (let t = 0; t < steps; t++) to.set(from.subarray(0, inputs), t * inputs);
    to.set(from, steps * inputs);
  }
  return longer;
}
