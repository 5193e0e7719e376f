import {
  childStream,
  createArray,
  fault,
  formatShape,
  type HostArray,
  type Stream,
} from "../base/index.ts";
import { compile, input, type KernelModule, normals, type Program, scan } from "../engine/index.ts";
import { carrierSequence, createTwinGraph, parametersOf, type TwinGraph } from "./model.ts";
import { initialState } from "./start.ts";
import type { Twin } from "./twin.ts";

/** Options of {@link simulateTwin}. */
export interface SimulateOptions {
  /** Realisations of each drive (default 1). */
  readonly repeats?: number;
  /** Draws starts and noise. */
  readonly stream: Stream;
  /** Process and observation noise, and the spread of the starts (default true). */
  readonly noise?: boolean;
  /** States to start from, [sequences * repeats, stateCols], instead of the start law. */
  readonly initial?: Float32Array;
  /** Absolute number of the first step, the phase of a carrier (default 0, at the reset). */
  readonly firstStep?: number;
  /** Steps per run of the program (default 50); the result does not depend on it. */
  readonly chunk?: number;
}

const largestBlock = 512;

/**
 * Realisations of a twin under given drives, free-running from the reset.
 *
 * The noise of a realisation depends on the stream, its sequence and repeat, and the step: not on
 * how many others are simulated with it nor on how time is cut.
 *
 * @param drive  [sequences, time, inputs], device units.
 * @returns      [sequences, repeats, time, observables], device units, measured at the end of a step.
 * @throws       `shape-mismatch` if drive or initial states do not fit the twin.
 */
export function simulateTwin(
  kernels: KernelModule,
  twin: Twin,
  drive: HostArray,
  options: SimulateOptions,
): HostArray {
  const { repeats = 1, noise = true, stream } = options;
  const graph = createTwinGraph(twin);
  checkDrive(drive, graph.inputs);
  const [sequences, time] = drive.shape;
  const total = sequences * repeats;
  const initial =
    options.initial ?? initialState(twin, total, noise ? childStream(stream, "start") : undefined);
  checkInitial(initial, total, graph.stateCols);
  const rows = Math.min(total, largestBlock);
  const chunk = Math.min(options.chunk ?? 50, time);
  const program = createProgram(kernels, twin, graph, { rows, chunk, noise });
  const response = createArray([sequences, repeats, time, graph.observables]);
  for (let first = 0; first < total; first += rows) {
    const block = { first, rows, chunk, repeats, total };
    simulateBlock(program, twin, graph, drive, { ...options, noise }, initial, block, response);
  }
  return response;
}

interface SimulateSize {
  readonly rows: number;
  readonly chunk: number;
  readonly noise: boolean;
}

function createProgram(
  kernels: KernelModule,
  twin: Twin,
  graph: TwinGraph,
  { rows, chunk, noise }: SimulateSize,
): Program {
  const steps = { steps: chunk };
  const drive = input("drive", [rows, graph.inputs], steps);
  const carrier = graph.needsCarrier ? [input("carrier", [1, 2], { ...steps, shared: true })] : [];
  const drawn = noise
    ? [normals("twin noise", input("ids", [rows, 1]), chunk, graph.normalCols)]
    : [];
  const path = scan(
    {
      steps: chunk,
      carry: [input("state", [rows, graph.stateCols])],
      sequences: [drive, ...carrier, ...drawn],
    },
    ([state], [held, ...others]) => {
      const phase = graph.needsCarrier ? others[0] : undefined;
      const eta = noise ? others[others.length - 1] : undefined;
      const next = graph.step({ state, drive: held, carrier: phase, normals: eta });
      return { carry: [next.state], outputs: [next.measured] };
    },
  );
  const outputs = {
    measured: { value: path.outputs[0], steps: chunk },
    state: { value: path.carry[0] },
  };
  const program = compile(kernels, { outputs });
  program.setParameters(parametersOf(twin));
  return program;
}

interface Block {
  readonly first: number;
  readonly rows: number;
  readonly chunk: number;
  readonly repeats: number;
  readonly total: number;
}

/** Walk some realisations from reset to end; rows past the last are copies that nobody reads. */
function simulateBlock(
  program: Program,
  twin: Twin,
  graph: TwinGraph,
  drive: HostArray,
  { stream, noise, firstStep = 0 }: SimulateOptions,
  initial: Float32Array,
  { first, rows, chunk, repeats, total }: Block,
  response: HostArray,
): void {
  const time = drive.shape[1];
  const { inputs, observables, stateCols } = graph;
  const realisations = Int32Array.from({ length: rows }, (_, i) => Math.min(first + i, total - 1));
  const state = new Float32Array(rows * stateCols);
  realisations.forEach((which, i) => {
    state.set(initial.subarray(which * stateCols, (which + 1) * stateCols), i * stateCols);
  });
  const held = new Float32Array(chunk * rows * inputs);
  if (noise) program.setInput("ids", Float32Array.from(realisations));
  for (let start = 0; start < time; start += chunk) {
    for (let t = 0; t < chunk; t++) {
      const at = Math.min(start + t, time - 1);
      for (let i = 0; i < rows; i++) {
        const from = (Math.floor(realisations[i] / repeats) * time + at) * inputs;
        for (let k = 0; k < inputs; k++) held[(t * rows + i) * inputs + k] = drive.data[from + k];
      }
    }
    program.setInput("drive", held);
    program.setInput("state", state);
    const carrier = carrierSequence(twin, chunk, firstStep + start);
    if (carrier) program.setInput("carrier", carrier);
    if (noise) program.setNoise({ stream, iteration: 0, firstStep: start });
    program.run();
    state.set(program.read("state"));
    const measured = program.read("measured");
    const count = Math.min(chunk, time - start);
    for (let i = 0; i < rows && first + i < total; i++) {
      for (let t = 0; t < count; t++) {
        for (let x = 0; x < observables; x++) {
          const { mean, sd } = twin.scales.observables[x];
          const to = ((first + i) * time + start + t) * observables + x;
          response.data[to] = mean + sd * measured[(t * rows + i) * observables + x];
        }
      }
    }
  }
}

function checkDrive(drive: HostArray, inputs: number): void {
  const { shape } = drive;
  if (shape.length === 3 && shape[0] > 0 && shape[1] > 0 && shape[2] === inputs) return;
  throw fault("shape-mismatch", {
    where: "simulateTwin",
    what: "the drive does not fit the twin",
    got: formatShape(shape),
    expected: `[*, *, ${inputs}] (sequences, time, inputs)`,
    fix: "Give one column for every input of the twin, in its order and units",
  });
}

function checkInitial(initial: Float32Array, rows: number, cols: number): void {
  if (initial.length === rows * cols) return;
  throw fault("shape-mismatch", {
    where: "simulateTwin",
    what: "the initial states do not fit the twin",
    got: `${initial.length} numbers`,
    expected: `${rows * cols} for [${rows}, ${cols}] (sequences * repeats, stateCols)`,
    fix: "Build them with initialState(twin, sequences * repeats)",
  });
}
