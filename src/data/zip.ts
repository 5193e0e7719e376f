// Reading a .zip archive in memory. Source: PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12, 4.3.16.
// Nothing is ever written to disk under an entry's name.
import { type Fault, fault } from "../base/index.ts";
import { checkUnpacked, crc32, inflateWithin } from "./unpack.ts";

interface Entry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly start: number;
}

/**
 * Unpack entries of an archive, stored or deflated.
 *
 * @param wanted  Which entries, by name; the others are not looked at.
 * @returns       Their contents, in the order of the archive's directory.
 * @throws        `unreadable-file` if the archive is cut short, damaged, encrypted or packed by
 *                another method; if a name leads out of a folder or comes twice; or if the entries
 *                claim more than `unpackedLimit`.
 */
export function readZip(
  bytes: Uint8Array,
  wanted: (name: string) => boolean,
  where: string,
): ReadonlyMap<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = readDirectory(view, bytes, where).filter(({ name }) => wanted(name));
  const claimed = entries.reduce((sum, { size }) => sum + size, 0);
  checkUnpacked(claimed, bytes.length, "the archive", where);
  const contents = new Map<string, Uint8Array>();
  for (const entry of entries) {
    const { name } = entry;
    if (contents.has(name)) throw notZip(where, `two entries named ${JSON.stringify(name)}`);
    contents.set(name, readEntry(view, bytes, entry, where));
  }
  return contents;
}

function readDirectory(view: DataView, bytes: Uint8Array, where: string): Entry[] {
  const end = findEnd(view);
  if (end < 0) throw notZip(where, `${bytes.length} bytes without the end of an archive`);
  const count = view.getUint16(end + 10, true);
  const entries: Entry[] = [];
  let at = view.getUint32(end + 16, true);
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== 0x02014b50) {
      throw notZip(where, `a directory that breaks off after ${i} of ${count} entries`);
    }
    const lengths = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    entries.push({
      name: checkName(bytes.subarray(at + 46, at + 46 + lengths[0]), where),
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      start: view.getUint32(at + 42, true),
    });
    at += 46 + lengths[0] + lengths[1] + lengths[2];
  }
  return entries;
}

/** The end record is at the end, but for a comment of up to 64 KiB. */
function findEnd(view: DataView): number {
  const last = view.byteLength - 22;
  for (let at = last; at >= Math.max(0, last - 0xffff); at--) {
    if (view.getUint32(at, true) === 0x06054b50) return at;
  }
  return -1;
}

function checkName(bytes: Uint8Array, where: string): string {
  const name = new TextDecoder().decode(bytes);
  const hasControl = [...name].some((letter) => letter < " " || letter === "\x7f");
  const isAbsolute = /^(\/|[A-Za-z]:)/.test(name) || name.includes("\\");
  if (name !== "" && !hasControl && !isAbsolute && !name.split("/").includes("..")) return name;
  throw notZip(where, `an entry named ${JSON.stringify(name.slice(0, 60))}`);
}

function readEntry(view: DataView, bytes: Uint8Array, entry: Entry, where: string): Uint8Array {
  const { name, flags, method, packed, size, start } = entry;
  const inEntry = `${where}, entry ${name}`;
  if (flags & 1) throw notZip(inEntry, "an encrypted entry");
  if (method !== 0 && method !== 8) throw notZip(inEntry, `packing method ${method}`);
  if (start + 30 > bytes.length || view.getUint32(start, true) !== 0x04034b50) {
    throw notZip(inEntry, "no entry where the directory points");
  }
  const from = start + 30 + view.getUint16(start + 26, true) + view.getUint16(start + 28, true);
  if (from + packed > bytes.length) {
    throw notZip(inEntry, `${Math.max(0, bytes.length - from)} of ${packed} packed bytes`);
  }
  const stored = bytes.subarray(from, from + packed);
  const content = method === 0 ? stored : inflateWithin("raw", stored, size, inEntry);
  if (content.length !== size || crc32(content) !== entry.crc) {
    throw notZip(inEntry, "contents of another length or checksum than the directory says");
  }
  return content;
}

const notZip = (where: string, got: string): Fault =>
  fault("unreadable-file", {
    where,
    what: "this is not a readable .npz file",
    got,
    expected: "a complete zip archive of .npy entries, stored or deflated, named by plain paths",
    fix: "Copy the file again, or write it with np.savez",
  });
