import { fault } from "../base/index.ts";
import { fromContents, type ParseOptions, type Sha256, toContents } from "./contents.ts";
import { formatNpz, parseNpz } from "./npz.ts";
import type { Recording } from "./recording.ts";

/**
 * Read a recording from the bytes of a .npz file.
 *
 * Either arrays `<part>/drive`, `<part>/response`, ... and `meta.json`; or a bare file with `drive`,
 * `response` and a scalar `dt`, whose missing axes are added with length 1.
 *
 * @param bytes    The whole file.
 * @param options  `sha256`; `where`; `partName` and `dt` for a bare file.
 * @throws         `unreadable-file`, `shape-mismatch`, `bad-value` or `not-finite`.
 */
export function parseNpzRecording(bytes: Uint8Array, options: ParseOptions): Recording {
  const { where = "parseNpzRecording" } = options;
  const { arrays, metaText = "{}" } = parseNpz(bytes, where);
  return fromContents({ arrays, meta: parseMeta(metaText, where) }, { ...options, where });
}

/** The bytes of a .npz file that holds the whole recording, exactly; equal ones, equal bytes. */
export function formatNpzRecording(recording: Recording, sha256: Sha256): Uint8Array {
  const { arrays, meta } = toContents(recording, sha256);
  const whole = [...arrays.keys()].filter((key) => /\/(length|order)$/.test(key));
  return formatNpz(arrays, {
    metaText: `${JSON.stringify(meta, undefined, 2)}\n`,
    dtypes: Object.fromEntries(whole.map((key) => [key, "i4"] as const)),
  });
}

function parseMeta(text: string, where: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw fault("unreadable-file", {
    where,
    what: "the entry meta.json is not readable",
    got: text.slice(0, 60),
    expected: "a JSON object with dt, inputs, observables and parts",
    fix: "Write valid JSON (no NaN, no comments), or leave meta.json out",
  });
}
