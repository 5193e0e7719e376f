import { strToU8, type Zippable, zipSync } from "fflate";
import type { HostArray } from "../base/index.ts";
import { formatNpy, type NpyType, parseNpy } from "./npy.ts";
import { readZip } from "./zip.ts";

/** What a .npz file holds: arrays by key, and the text of `meta.json` where there is one. */
export interface NpzFile {
  readonly arrays: ReadonlyMap<string, HostArray>;
  readonly metaText?: string;
}

/** How to write a .npz file. */
export interface NpzOptions {
  /** Text of an entry `meta.json`; NumPy shows it as bytes. */
  readonly metaText?: string;
  /** Element types by key; "f8" where not named. */
  readonly dtypes?: Readonly<Record<string, NpyType>>;
  /** Deflate the entries (default false: noise hardly shrinks). */
  readonly compress?: boolean;
}

/**
 * Read the bytes of a .npz file, stored or deflated.
 *
 * @param bytes  The whole file.
 * @param where  The file's name, for messages.
 * @returns      Arrays by key, without the ending ".npy"; entries of other kinds are left out.
 * @throws       `unreadable-file` if it is no sound zip archive (see `readZip`), or one of its arrays
 *               cannot be read.
 */
export function parseNpz(bytes: Uint8Array, where = "parseNpz"): NpzFile {
  const entries = readZip(bytes, (name) => /\.npy$|^meta\.json$/.test(name), where);
  const arrays = new Map<string, HostArray>();
  for (const [name, content] of entries) {
    if (!name.endsWith(".npy")) continue;
    arrays.set(name.slice(0, -4), parseNpy(content, `${where}, entry ${name}`).array);
  }
  const meta = entries.get("meta.json");
  return meta === undefined ? { arrays } : { arrays, metaText: new TextDecoder().decode(meta) };
}

/**
 * The bytes of a .npz file. Equal arrays give equal bytes: every entry is dated 1 January 1980.
 *
 * @param arrays   By key; a key may hold slashes.
 * @param options  `metaText`; `dtypes`; `compress`.
 * @throws         `out-of-range` if a value does not fit the integer type asked for.
 */
export function formatNpz(
  arrays: ReadonlyMap<string, HostArray>,
  options: NpzOptions = {},
): Uint8Array {
  const entries: Zippable = {};
  for (const [name, array] of arrays) {
    entries[`${name}.npy`] = formatNpy(array, options.dtypes?.[name] ?? "f8");
  }
  if (options.metaText !== undefined) entries["meta.json"] = strToU8(options.metaText);
  // Without a zone the date is local, as the zip format wants it: the same bytes in every zone.
  return zipSync(entries, { level: options.compress ? 6 : 0, mtime: "1980-01-01T00:00:00" });
}
