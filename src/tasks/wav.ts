import { fault } from "../base/index.ts";

/** Sound of one channel. */
export interface Sound {
  /** Hz */
  readonly sampleRate: number;
  /** [time], in [-1, 1). */
  readonly samples: Float64Array;
}

const PCM = 1;
const EXTENSIBLE = 0xfffe;

interface WavFormat {
  readonly code: number;
  readonly channels: number;
  readonly sampleRate: number;
  readonly bits: number;
}

/**
 * Read a wav file of 8 or 16-bit PCM; several channels are averaged.
 *
 * @param bytes  The whole file.
 * @param name   File name, for messages.
 * @throws       `unreadable-file`, naming the file.
 * @source       IBM and Microsoft 1991, Multimedia Programming Interface 1.0, chapter 3.
 */
export function parseWav(bytes: Uint8Array, name: string): Sound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || word(view, 0) !== "RIFF" || word(view, 8) !== "WAVE") {
    const got = bytes.length < 12 ? `${bytes.length} bytes` : firstWords(view);
    throw unreadable(name, "it does not begin as a wav file", got, "'RIFF' and 'WAVE'");
  }
  let format: WavFormat | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const id = word(view, at);
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    if (id === "fmt ") format = readFormat(view, start, size, name);
    if (id === "data") {
      if (!format) throw unreadable(name, "its data come first", "'data'", "'fmt ' before 'data'");
      return readSamples(view, start, size, format, name);
    }
    at = start + size + (size % 2); // chunks start at even bytes
  }
  throw unreadable(name, "it holds no sound", "no 'data' chunk", "one 'data' chunk");
}

function readFormat(view: DataView, start: number, size: number, name: string): WavFormat {
  if (size < 16 || start + size > view.byteLength) {
    const left = Math.min(size, view.byteLength - start);
    throw unreadable(name, "its format is cut off", `${left} bytes`, "16 bytes or more");
  }
  const tag = view.getUint16(start, true);
  const format = {
    code: tag === EXTENSIBLE && size >= 26 ? view.getUint16(start + 24, true) : tag,
    channels: view.getUint16(start + 2, true),
    sampleRate: view.getUint32(start + 4, true),
    bits: view.getUint16(start + 14, true),
  };
  const known = format.code === PCM && (format.bits === 8 || format.bits === 16);
  if (!known || format.channels < 1 || format.sampleRate < 1) {
    const { code, bits, channels, sampleRate } = format;
    const got = `format ${code}, ${bits} bits, channels: ${channels}, ${sampleRate} Hz`;
    throw unreadable(name, "its coding is not known", got, "format 1 (PCM), 8 or 16 bits");
  }
  return format;
}

function readSamples(
  view: DataView,
  start: number,
  size: number,
  format: WavFormat,
  name: string,
): Sound {
  if (start + size > view.byteLength) {
    const left = view.byteLength - start;
    throw unreadable(name, "its sound is cut off", `${left} bytes of sound`, `${size} bytes`);
  }
  const { bits, channels, sampleRate } = format;
  const bytesEach = bits / 8;
  const time = Math.floor(size / (bytesEach * channels));
  if (time === 0) throw unreadable(name, "it holds no sound", "0 samples", "at least 1");
  const samples = new Float64Array(time);
  for (let i = 0; i < time * channels; i++) {
    const at = start + i * bytesEach;
    const value = bits === 8 ? (view.getUint8(at) - 128) / 128 : view.getInt16(at, true) / 32768;
    samples[Math.floor(i / channels)] += value / channels;
  }
  return { sampleRate, samples };
}

function word(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)));
}

/** What stands in place of RIFF and WAVE; a dot for what cannot be printed. */
function firstWords(view: DataView): string {
  const [riff, wave] = [0, 8].map((at) => word(view, at).replace(/[^ -~]/g, "."));
  return `'${riff}' and '${wave}'`;
}

function unreadable(name: string, what: string, got: string, expected: string): Error {
  return fault("unreadable-file", {
    where: `parseWav ${name}`,
    what,
    got,
    expected,
    fix: "Fetch the file again, or save it as 16-bit PCM wav, or take it out of the folder",
  });
}
