import { beforeAll, describe, expect, test } from "vitest";
import { createArray, createStream } from "../base/index.ts";
import type { Device } from "../devices/index.ts";
import { type KernelModule, loadKernelModule } from "../engine/index.ts";
import {
  createChainNetwork,
  createLayeredNetwork,
  evaluateOnTwin,
  fitReadout,
  type Network,
  nodeKindOf,
} from "../network/index.ts";
import type { Twin } from "../twin/index.ts";
import { fitReadoutOnDevices } from "./readout-on-devices.ts";
import {
  createDelayTask,
  createLinearDevice,
  createToyTwin,
  linearKind,
} from "./toy.test-support.ts";
import { createTwinDevice } from "./twin-device.ts";

const twin = createToyTwin();
const task = createDelayTask();
const options = { taskInputs: 1, outputs: 1, hold: 3, readout: { seesInput: true } } as const;
const toy = { ...options, twin: { name: "toy", kind: nodeKindOf(twin) } } as const;
const linear = { ...options, twin: { name: "linear", kind: linearKind } } as const;

let kernels: KernelModule;
beforeAll(async () => {
  kernels = await loadKernelModule();
});

const quiet = () => createTwinDevice(kernels, twin, { stream: createStream(1), noise: false });
const noisy = (of: Twin, seed: number) => (node: number) =>
  createTwinDevice(kernels, of, { stream: createStream(100 * seed + node) });
const layered = (recurrent = false) =>
  createLayeredNetwork({ ...toy, layers: [3, 2], recurrent }, createStream(2));

/** |a - b| / |b| over the weights of two readouts. */
const distance = (a: Network, b: Network): number => {
  const [x, y] = [a, b].map(({ weights }) => [
    ...weights.readout.data,
    ...weights.readoutBias.data,
  ]);
  return Math.hypot(...x.map((value, i) => value - y[i])) / Math.hypot(...y);
};

test.each([
  ["stepped live, with loops", () => layered(true), () => quiet],
  ["layer after layer", () => layered(), () => quiet],
  [
    "on one device in time multiplex",
    () => createChainNetwork({ ...toy, stages: 3 }, createStream(2)),
    () => quiet(),
  ],
] as const)(
  "twins that stand for devices, %s, give the readout that the network of twins gives within 2e-4 without noise",
  async (_, create, devices) => {
    const network = create();
    const measured = await fitReadoutOnDevices(network, devices(), task);
    const options = { noise: false, stream: createStream(3) };
    const expected = fitReadout(kernels, network, twin, task, options);
    expect(measured.ridge).toBe(expected.ridge);
    expect(measured.validation).toBeCloseTo(expected.validation, 5);
    expect(distance(measured.network, expected.network)).toBeLessThan(2e-4);
  },
);

test("fitted on noisy devices, a readout scores as one fitted on noisy twins within 20 %, where one fitted without noise is useless", async () => {
  const network = layered();
  const stream = createStream(4);
  const onDevices = await fitReadoutOnDevices(network, noisy(twin, 5), task);
  const onTwins = fitReadout(kernels, network, twin, task, { stream });
  const without = fitReadout(kernels, network, twin, task, { stream, noise: false });
  const score = ({ network: which }: { readonly network: Network }): number =>
    evaluateOnTwin(kernels, which, twin, task, task.test, { noise: true, runs: 20, stream }).value;
  // Over 20 seeds the first ratio lay between 0.92 and 1.04, the second between 266 and 290.
  expect(Math.abs(Math.log(score(onDevices) / score(onTwins)))).toBeLessThan(0.2);
  expect(score(without)).toBeGreaterThan(50 * score(onDevices));
});

test("eight repeats of every training sequence bring fits on noisy devices closer together, 1.3 times or more", async () => {
  const scales = { ...twin.scales, diffusion: twin.scales.diffusion.map((sd) => sd / 10) };
  const factor = twin.start.factor.map((row) => row.map((sd) => sd / 10));
  const faint = { ...twin, scales, start: { ...twin.start, factor } };
  const network = layered();
  const fitOnce = async (repeats: number, seed: number): Promise<Network> => {
    const train = Array.from({ length: repeats }, () => task.train).flat();
    const options = { ridges: [0.1] };
    const devices = noisy(faint, seed);
    return (await fitReadoutOnDevices(network, devices, { ...task, train }, options)).network;
  };
  const spread = async (repeats: number): Promise<number> => {
    let sum = 0;
    for (const seed of [6, 8, 10, 12]) {
      sum += distance(await fitOnce(repeats, seed), await fitOnce(repeats, seed + 1));
    }
    return sum;
  };
  // Over 20 sets of seeds between 1.4 and 2.2 times; independent noise alone would give 2.8.
  expect((await spread(1)) / (await spread(8))).toBeGreaterThan(1.3);
});

test("every sequence for training and validation is run once after a reset, and none of the test", async () => {
  const network = createChainNetwork({ ...linear, stages: 2 }, createStream(8));
  const device = createLinearDevice();
  let resets = 0;
  const counted: Device = {
    ...device,
    reset: (signal) => {
      resets++;
      return device.reset(signal);
    },
  };
  const reports: number[] = [];
  const { deviceSteps } = await fitReadoutOnDevices(network, counted, task, {
    onProgress: ({ done, total }) => reports.push(done / total),
  });
  const sequences = task.train.length + task.validation.length;
  expect(resets).toBe(2 * sequences);
  expect(deviceSteps).toBe(2 * sequences * 12 * 3);
  expect(device.told).toHaveLength(deviceSteps);
  expect(reports).toEqual(Array.from({ length: sequences }, (_, i) => (i + 1) / sequences));
});

describe("what cannot be fitted is refused in whole words", () => {
  const chain = createChainNetwork({ ...linear, stages: 2 }, createStream(9));

  test("penalties that are none, before a device is asked", async () => {
    const device = createLinearDevice();
    await expect(
      fitReadoutOnDevices(chain, device, task, { ridges: [] }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[Fault: fitReadoutOnDevices: these are no penalties of a ridge regression. Got [], expected one or more finite numbers from 0. Correct \`ridges\`, or leave them out for the default.]`,
    );
    await expect(
      fitReadoutOnDevices(chain, device, task, { ridges: [1, -1, Number.NaN] }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[Fault: fitReadoutOnDevices: these are no penalties of a ridge regression. Got [1, -1, NaN], expected one or more finite numbers from 0. Correct \`ridges\`, or leave them out for the default.]`,
    );
    expect(device.told).toEqual([]);
  });

  test("penalties too small for nodes that all say the same", async () => {
    const data = new Float32Array(chain.weights.inputMask.data.length);
    const inputMask = { ...chain.weights.inputMask, data };
    const deaf = { ...chain, weights: { ...chain.weights, inputMask } };
    const same = { ...createLinearDevice(), run: async () => createArray([36, 1]) };
    await expect(
      fitReadoutOnDevices(deaf, same, task, { ridges: [0] }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[Fault: fitReadoutOnDevices: no penalty gives a readout. Got penalties 0 per sample, expected at least one that is large enough. Add larger ridges.]`,
    );
  });

  test("a task of another form", async () => {
    const other = { ...task, name: "letters", scored: "sequence", outputs: 26 } as const;
    await expect(
      fitReadoutOnDevices(chain, createLinearDevice(), other),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[Fault: fitReadoutOnDevices: the network does not fit the task 'letters'. Got 1 inputs, 1 outputs, read over each-step, expected 1 inputs, 26 outputs, read over sequence. Create the network with the task's numbers and a readout over what it scores.]`,
    );
  });

  test("devices that cannot play the nodes, or that fall silent", async () => {
    await expect(
      fitReadoutOnDevices(chain, createLinearDevice({ dt: 2 }), task),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[Fault: fitReadoutOnDevices, node 'stage 1': the device 'linear toy' cannot play this node. Got its sampling step is 2 s, not 1 s, expected a device like the one that its twin was fitted to. Choose another device, or fit a twin to this one.]`,
    );
    const loop = createLayeredNetwork(
      { ...linear, layers: [2], recurrent: true },
      createStream(10),
    );
    const device = createLinearDevice();
    await expect(
      fitReadoutOnDevices(loop, device, task),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[Fault: fitReadoutOnDevices: one device in time multiplex cannot form a loop. Got couplings that lead back to the node they come from, expected nodes that can run one after another. Give a device for every node, or use a chain network.]`,
    );
    await expect(
      fitReadoutOnDevices(loop, () => device, task),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[Fault: fitReadoutOnDevices: a device stands for several nodes. Got 1 devices for 2 nodes, expected one device for each, so that none is driven by two nodes. Create a device for every node, or pass a single device instead of a function.]`,
    );
    const silent = {
      ...device,
      run: async () => createArray([36, 1], new Float64Array(36).fill(Number.NaN)),
    };
    await expect(
      fitReadoutOnDevices(chain, silent, task),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[Fault: fitReadoutOnDevices, node 'stage 1': the device 'linear toy' answered with no number. Got NaN for observable 0 at task step 0, sample 0, expected finite observables. Look at the instrument, then start again.]`,
    );
  });

  test("an abort, where the device ends it", async () => {
    const running = fitReadoutOnDevices(layered(), () => quiet(), task, {
      signal: AbortSignal.abort(),
    });
    await expect(running).rejects.toThrowErrorMatchingInlineSnapshot(
      `[Fault: twin, run: the run was given up. Got an abort after 0 of 36 samples, expected to go on to the end. Reset the device before the next run.]`,
    );
  });
});
