import { fault } from "../base/index.ts";
import { type Channel, checkRecording, type Recording } from "./recording.ts";

/** How to make one recording of several files. */
export interface ImportOptions {
  /** Sampling step of files that do not hold one, s. */
  readonly dt?: number;
  /** Names and units of the inputs, in place of those in the files. */
  readonly inputs?: readonly Channel[];
  /** Names and units of the observables, in place of those in the files. */
  readonly observables?: readonly Channel[];
}

/** A recording and the name of the file it came from, without its ending. */
export interface NamedRecording {
  readonly name: string;
  readonly recording: Recording;
}

/**
 * Join recordings of one device into one, part after part.
 *
 * Device, protocol and seed are the first file's that states them.
 *
 * @param sources  In order. With several, a part whose name is not its file's is called
 *                 `<file>.<part>`.
 * @param options  `inputs` and `observables` replace the names in the files.
 * @throws         `bad-value` if there is no file, or sampling steps, carriers or channels differ;
 *                 what `checkRecording` throws.
 */
export function joinRecordings(
  sources: readonly NamedRecording[],
  options: ImportOptions = {},
): Recording {
  if (sources.length === 0) {
    throw fault("bad-value", {
      where: "importRecording",
      what: "there is nothing to import",
      got: "no files",
      expected: "at least one .npz or .h5 file",
      fix: "Name the files to import",
    });
  }
  const { name, recording: first } = sources[0];
  for (const other of sources.slice(1)) checkAlike({ name, recording: first }, other, options);
  const firstWith = (key: "device" | "protocol" | "seed"): Partial<Recording> => {
    const found = sources.find(({ recording }) => recording[key] !== undefined);
    return found ? { [key]: found.recording[key] } : {};
  };
  const joined: Recording = {
    dt: first.dt,
    inputs: options.inputs ?? first.inputs,
    observables: options.observables ?? first.observables,
    parts: sources.flatMap((source) => renamedParts(source, sources.length > 1)),
    ...(first.carrierPeriod === undefined ? {} : { carrierPeriod: first.carrierPeriod }),
    ...firstWith("device"),
    ...firstWith("protocol"),
    ...firstWith("seed"),
  };
  checkRecording(joined, "importRecording");
  return joined;
}

function renamedParts({ name, recording }: NamedRecording, several: boolean): Recording["parts"] {
  if (!several) return recording.parts;
  return recording.parts.map((part) => {
    return part.name === name ? part : { ...part, name: `${name}.${part.name}` };
  });
}

function checkAlike(first: NamedRecording, other: NamedRecording, options: ImportOptions): void {
  const names = (channels: readonly Channel[]): string =>
    channels.map((channel) => channel.name).join(", ");
  const facts: [string, (recording: Recording) => string][] = [
    ["sampling step dt", ({ dt }) => `${dt} s`],
    ["carrier period", ({ carrierPeriod }) => `${carrierPeriod ?? "none"}`],
    ["number of inputs", ({ inputs }) => `${inputs.length}`],
    ["number of observables", ({ observables }) => `${observables.length}`],
  ];
  if (!options.inputs) facts.push(["names of the inputs", ({ inputs }) => names(inputs)]);
  if (!options.observables) {
    facts.push(["names of the observables", ({ observables }) => names(observables)]);
  }
  for (const [fact, of] of facts) {
    const [expected, got] = [of(first.recording), of(other.recording)];
    if (got === expected) continue;
    throw fault("bad-value", {
      where: "importRecording",
      what: `the files '${first.name}' and '${other.name}' differ in the ${fact}`,
      got,
      expected,
      fix: fact.startsWith("names")
        ? "Give inputs and observables as options if the channels are the same"
        : "Import files of different devices or settings into separate recordings",
    });
  }
}
