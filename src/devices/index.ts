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
export { type CheckOptions, type CheckResult, checkDevice, createBench } from "./check.ts";
export type { Device, DeviceDescription, DeviceInput } from "./device.ts";
export { type CheckBench, type DeviceCheck, deviceChecks } from "./device-checks.ts";
export { type DriverProcess, type StartOptions, startDriver } from "./driver/child.node.ts";
export {
  type DriverDevice,
  type DriverOptions,
  openDriverDevice,
} from "./driver/driver-device.node.ts";
export { faultKinds, type InjectedFault, parseFault } from "./driver/injected-faults.ts";
export { formatLimits, type InputLimit, intersectLimits, type LimitSet } from "./driver/limits.ts";
export { type ServeOptions, serveDevice } from "./driver/serve.node.ts";
export {
  type DriveFamily,
  type DriveSize,
  drawDrive,
  type Extent,
  limitSlew,
  type SlewNote,
} from "./drives.ts";
export { type FindRangeOptions, findRange, type SweptInput, sizeOfSweep } from "./find-range.ts";
export type { OptionRule, OptionRules } from "./options.ts";
export {
  createStandardPlan,
  type PlannedPart,
  type RecordingPlan,
  type ResetPolicy,
  type StandardPlanOptions,
} from "./plan.ts";
export { createPlaybackDevice, type PlaybackOptions } from "./playback.ts";
export {
  errorsOfRepeats,
  gaussianKurtosis,
  type RepeatErrors,
  repeatsForError,
} from "./precision.ts";
export {
  keepsInitial,
  type MeasuredRun,
  measureRecording,
  measureRuns,
  type RecorderOptions,
  type RecordingProgress,
  type RunsOptions,
  recordingFacts,
  resetPolicy,
} from "./recorder.ts";
export { countRuns, isReset, lastStart, runsOf, shuffleRounds } from "./schedule.ts";
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
export { createSpinVortexIce, type SpinVortexIceOptions } from "./virtual/spin-vortex-ice.ts";
export {
  createSuperparamagneticEnsemble,
  type SuperparamagneticEnsembleOptions,
} from "./virtual/superparamagnetic-ensemble.ts";
export {
  createSuperparamagneticJunction,
  type SuperparamagneticJunctionOptions,
} from "./virtual/superparamagnetic-junction.ts";
export {
  createThermalMacrospin,
  type MacrospinObservable,
  type ThermalMacrospinOptions,
} from "./virtual/thermal-macrospin.ts";
export { createVirtualDevice, type VirtualDeviceParts } from "./virtual/virtual-device.ts";
export {
  createVolatileMemristor,
  type MemristorObservable,
  type VolatileMemristorOptions,
} from "./virtual/volatile-memristor.ts";
export {
  createVortexOscillator,
  type VortexOscillatorOptions,
} from "./virtual/vortex-oscillator.ts";
