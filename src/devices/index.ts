/**
 * devices: the Device interface, virtual devices with known physics, playback of recordings, plans
 * and the recorder. Not for models of devices: a virtual device is the truth a twin is judged
 * against, so this room shares no integrator with any other.
 *
 * ```ts
 * const seeds = { disorder: 7, thermal: 1, instrument: 2 };
 * const device = createDevice({ kind: "nano-ring-array", L: 10, seeds });
 * const description = await device.describe();
 * const options = { sequences: 20, repeatSequences: 4, range: [[20, 34]] as const };
 * const plan = createStandardPlan(description, options, createStream(3));
 * const recording = await measureRecording(device, plan, {
 *   onProgress: ({ done, total }) => showProgress(done / total),
 * });
 * ```
 */
export {
  createDevice,
  type DeviceKind,
  type DeviceListing,
  type DeviceSpec,
  deviceKinds,
  listDevices,
} from "./catalogue.ts";
export type { Device, DeviceDescription, DeviceInput } from "./device.ts";
export type { OptionRule, OptionRules } from "./options.ts";
export {
  createStandardPlan,
  type PlannedPart,
  type RecordingPlan,
  type StandardPlanOptions,
} from "./plan.ts";
export { createPlaybackDevice, type PlaybackOptions } from "./playback.ts";
export {
  measureRecording,
  type RecorderOptions,
  type RecordingProgress,
} from "./recorder.ts";
export {
  createDuffingOscillator,
  type DuffingOscillatorOptions,
} from "./virtual/duffing-oscillator.ts";
export { createIkedaNode, type IkedaNodeOptions } from "./virtual/ikeda-node.ts";
export type { InstrumentOptions, PerObservable } from "./virtual/instrument.ts";
export { createLeakyIntegrator, type LeakyIntegratorOptions } from "./virtual/leaky-integrator.ts";
export { createMackeyGlassNode, type MackeyGlassNodeOptions } from "./virtual/mackey-glass-node.ts";
export {
  createNanoRingArray,
  type NanoRingArrayOptions,
  type RingObservable,
} from "./virtual/nano-ring-array.ts";
export { createNoisyLeakyNode, type NoisyLeakyNodeOptions } from "./virtual/noisy-leaky-node.ts";
export type { DeviceSeeds, Physics } from "./virtual/physics.ts";
export { createVirtualDevice, type VirtualDeviceParts } from "./virtual/virtual-device.ts";
export {
  createVolatileMemristor,
  type MemristorObservable,
  type VolatileMemristorOptions,
} from "./virtual/volatile-memristor.ts";
