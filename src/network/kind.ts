import type { Twin } from "../twin/index.ts";
import type { Converters, NodeKind } from "./network.ts";

/**
 * The scales and limits that a network keeps of a twin.
 *
 * A standardised drive of 0 is the middle of the recorded range, and one of 1 is the deviation of
 * levels spread evenly over it, half the range / sqrt 3. Where the device's safe range is narrower
 * than the recorded one, it is the limit.
 *
 * @param converters  What the rig can give and read (default: any number).
 */
export function nodeKindOf(twin: Twin, converters?: Converters): NodeKind {
  const ranges = twin.limits.map(({ min, max }, i) => {
    const input = twin.inputs[i];
    return [
      Math.max(min, input.min ?? Number.NEGATIVE_INFINITY),
      Math.min(max, input.max ?? Number.POSITIVE_INFINITY),
    ] as const;
  });
  return {
    dt: twin.dt,
    drive: {
      mean: ranges.map(([low, high]) => (low + high) / 2),
      sd: ranges.map(([low, high]) => (high - low) / (2 * Math.sqrt(3))),
      min: ranges.map(([low]) => low),
      max: ranges.map(([, high]) => high),
    },
    response: {
      mean: twin.scales.observables.map(({ mean }) => mean),
      sd: twin.scales.observables.map(({ sd }) => sd),
    },
    units: {
      drive: twin.inputs.map(({ unit }) => unit),
      response: twin.observables.map(({ unit }) => unit),
    },
    ...(converters ? { converters } : {}),
  };
}
