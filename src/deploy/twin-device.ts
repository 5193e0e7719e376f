import {
  childStream,
  createArray,
  fault,
  formatShape,
  type HostArray,
  type Stream,
} from "../base/index.ts";
import type { Device, DeviceDescription } from "../devices/index.ts";
import { compile, input, type KernelModule, normals, type Program } from "../engine/index.ts";
import {
  carrierSequence,
  createTwinGraph,
  initialState,
  parametersOf,
  type Twin,
  type TwinGraph,
} from "../twin/index.ts";

/** Options of {@link createTwinDevice}. */
export interface TwinDeviceOptions {
  /** Decides starts and noise; each reset draws anew. */
  readonly stream: Stream;
  /** Default true. */
  readonly noise?: boolean;
}

/**
 * A twin behind the Device interface: for rehearsing a transfer, and for tests of it.
 *
 * It steps sample by sample and is slow; use `evaluateOnTwin` to score a network on its twins.
 */
export function createTwinDevice(
  kernels: KernelModule,
  twin: Twin,
  { stream, noise = true }: TwinDeviceOptions,
): Device {
  const graph = createTwinGraph(twin);
  const program = createStep(kernels, twin, graph, noise);
  const description = describeTwin(twin);
  const draws = { starts: childStream(stream, "starts"), noise: childStream(stream, "noise") };
  let state = initialState(twin, 1);
  let resets = 0;
  let sample = 0;
  const step = (drive: ArrayLike<number>): Float64Array => {
    program.setInput("drive", drive);
    program.setInput("state", state);
    const carrier = carrierSequence(twin, 1, sample);
    if (carrier) program.setInput("carrier", carrier);
    if (noise) program.setNoise({ stream: draws.noise, iteration: resets, firstStep: sample });
    program.run();
    sample++;
    state = program.read("state").slice();
    return toDeviceUnits(twin, program.read("measured"));
  };
  return {
    describe: async () => description,
    async reset() {
      resets++;
      sample = 0;
      state = initialState(twin, 1, noise ? childStream(draws.starts, resets) : undefined);
      return toDeviceUnits(twin, state);
    },
    async run(drive, signal) {
      checkDrive(drive, graph.inputs);
      const response = createArray([drive.shape[0], graph.observables]);
      for (let t = 0; t < drive.shape[0]; t++) {
        if (signal?.aborted) throw stopped(t, drive.shape[0]);
        const held = drive.data.subarray(t * graph.inputs, (t + 1) * graph.inputs);
        response.data.set(step(held), t * graph.observables);
      }
      return response;
    },
    step: async (values) => step(values),
    stop: async () => undefined,
  };
}

function createStep(kernels: KernelModule, twin: Twin, graph: TwinGraph, noise: boolean): Program {
  const next = graph.step({
    state: input("state", [1, graph.stateCols]),
    drive: input("drive", [1, graph.inputs]),
    carrier: graph.needsCarrier ? input("carrier", [1, 2], { shared: true }) : undefined,
    normals: noise ? normals("twin noise", input("ids", [1, 1]), 1, graph.normalCols) : undefined,
  });
  const outputs = { state: { value: next.state }, measured: { value: next.measured } };
  const program = compile(kernels, { outputs });
  program.setParameters(parametersOf(twin));
  if (noise) program.setInput("ids", [0]);
  return program;
}

function describeTwin(twin: Twin): DeviceDescription {
  return {
    identity: "twin",
    inputs: twin.inputs.map((channel, i) => ({ ...channel, ...twin.limits[i] })),
    observables: twin.observables,
    dt: twin.dt,
    samplesPerStep: 1,
    ...(twin.carrierPeriod === undefined ? {} : { carrierPeriod: twin.carrierPeriod }),
    canReset: true,
    canStep: true,
    recordedOnly: false,
  };
}

/** The first values of a standardised row, [observables]. */
function toDeviceUnits(twin: Twin, values: ArrayLike<number>): Float64Array {
  return Float64Array.from(twin.scales.observables, ({ mean, sd }, i) => mean + sd * values[i]);
}

function checkDrive({ shape }: HostArray, inputs: number): void {
  if (shape.length === 2 && shape[1] === inputs) return;
  throw fault("shape-mismatch", {
    where: "twin, run",
    what: "the drive does not fit the twin",
    got: formatShape(shape),
    expected: `[*, ${inputs}] (time, inputs)`,
    fix: "Give one column for each input",
  });
}

function stopped(done: number, total: number): Error {
  return fault("interrupted", {
    where: "twin, run",
    what: "the run was given up",
    got: `an abort after ${done} of ${total} samples`,
    expected: "to go on to the end",
    fix: "Reset the device before the next run",
  });
}
