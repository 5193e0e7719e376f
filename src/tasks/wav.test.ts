import { expect, test } from "vitest";
import { formatWav } from "./wav.test-support.ts";
import { parseWav } from "./wav.ts";

test("16-bit samples are read as shares of 32768, past chunks of odd length", () => {
  const sound = parseWav(formatWav([0, 16384, -32768, 32767], { extra: [1, 2, 3] }), "a.wav");
  expect(sound.sampleRate).toBe(8000);
  expect([...sound.samples]).toEqual([0, 0.5, -1, 32767 / 32768]);
});

test("8-bit samples are unsigned about 128, and two channels are averaged", () => {
  const sound = parseWav(formatWav([128, 0, 192, 64, 255, 255], { bits: 8, channels: 2 }), "a.wav");
  expect([...sound.samples]).toEqual([-0.5, 0, 127 / 128]);
});

test("bytes that are a window on a larger buffer are read from their own start", () => {
  const file = formatWav([100, 200]);
  const larger = new Uint8Array(file.length + 7);
  larger.set(file, 7);
  expect(parseWav(larger.subarray(7), "a.wav").samples[1]).toBe(200 / 32768);
});

test("a file that cannot be read is named, with what is wrong with it", () => {
  const file = formatWav([1, 2, 3]);
  const read = (bytes: Uint8Array) => () => parseWav(bytes, "7_jackson_3.wav");
  expect(read(new Uint8Array(3))).toThrowErrorMatchingInlineSnapshot(
    `[Fault: parseWav 7_jackson_3.wav: it does not begin as a wav file. Got 3 bytes, expected 'RIFF' and 'WAVE'. Fetch the file again, or save it as 16-bit PCM wav, or take it out of the folder.]`,
  );
  expect(read(file.subarray(0, file.length - 2))).toThrowErrorMatchingInlineSnapshot(
    `[Fault: parseWav 7_jackson_3.wav: its sound is cut off. Got 4 bytes of sound, expected 6 bytes. Fetch the file again, or save it as 16-bit PCM wav, or take it out of the folder.]`,
  );
  expect(read(formatWav([1], { code: 3, bits: 32 }))).toThrowErrorMatchingInlineSnapshot(
    `[Fault: parseWav 7_jackson_3.wav: its coding is not known. Got format 3, 32 bits, channels: 1, 8000 Hz, expected format 1 (PCM), 8 or 16 bits. Fetch the file again, or save it as 16-bit PCM wav, or take it out of the folder.]`,
  );
  expect(read(formatWav([]))).toThrowErrorMatchingInlineSnapshot(
    `[Fault: parseWav 7_jackson_3.wav: it holds no sound. Got 0 samples, expected at least 1. Fetch the file again, or save it as 16-bit PCM wav, or take it out of the folder.]`,
  );
  expect(read(file.subarray(0, 36))).toThrowErrorMatchingInlineSnapshot(
    `[Fault: parseWav 7_jackson_3.wav: it holds no sound. Got no 'data' chunk, expected one 'data' chunk. Fetch the file again, or save it as 16-bit PCM wav, or take it out of the folder.]`,
  );
});
