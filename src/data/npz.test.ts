import { expect, test } from "vitest";
import { createArray } from "../base/index.ts";
import { formatNpz, parseNpz } from "./npz.ts";

const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));

// NumPy 2.4.6: np.savez(f, drive=np.array([1.0, 2.0, 3.0]),
//   response=np.array([[1.0], [2.0], [3.0]], dtype="f4"), dt=0.5)
const stored =
  "UEsDBC0AAAAAAAAAIQAqwR1E//////////8JABQAZHJpdmUubnB5AQAQAJgAAAAAAAAAmAAAAAAAAACTTlVNUFkBAHYAeydkZXNjcic6ICc8ZjgnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMywpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgCgAAAAAAAPA/AAAAAAAAAEAAAAAAAAAIQFBLAwQtAAAAAAAAACEAg4KtZf//////////DAAUAHJlc3BvbnNlLm5weQEAEACMAAAAAAAAAIwAAAAAAAAAk05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsIDEpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAIA/AAAAQAAAQEBQSwMELQAAAAAAAAAhAHDukmn//////////wYAFABkdC5ucHkBABAAiAAAAAAAAACIAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJzxmOCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAAAAAAAA4D9QSwECLQMtAAAAAAAAACEAKsEdRJgAAACYAAAACQAAAAAAAAAAAAAAgAEAAAAAZHJpdmUubnB5UEsBAi0DLQAAAAAAAAAhAIOCrWWMAAAAjAAAAAwAAAAAAAAAAAAAAIAB0wAAAHJlc3BvbnNlLm5weVBLAQItAy0AAAAAAAAAIQBw7pJpiAAAAIgAAAAGAAAAAAAAAAAAAACAAZ0BAABkdC5ucHlQSwUGAAAAAAMAAwClAAAAXQIAAAAA";
// The same with np.savez_compressed.
const deflated =
  "UEsDBC0AAAAIAAAAIQAqwR1E//////////8JABQAZHJpdmUubnB5AQAQAJgAAAAAAAAAUAAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBuk2ahrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RrGOpo6CrUKFAAuBjD4YA+hGRwgFIcDAFBLAwQtAAAACAAAACEAg4KtZf//////////DAAUAHJlc3BvbnNlLm5weQEAEACMAAAAAAAAAFEAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpNmoq6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkaxjoKhpo6CrUKZAMuBoYGewYGBgcgcgAAUEsDBC0AAAAIAAAAIQBw7pJp//////////8GABQAZHQubnB5AQAQAIgAAAAAAAAARwAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBuk2ahrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RqaOgq1ChQBLgYweGAPAFBLAQItAy0AAAAIAAAAIQAqwR1EUAAAAJgAAAAJAAAAAAAAAAAAAACAAQAAAABkcml2ZS5ucHlQSwECLQMtAAAACAAAACEAg4KtZVEAAACMAAAADAAAAAAAAAAAAAAAgAGLAAAAcmVzcG9uc2UubnB5UEsBAi0DLQAAAAgAAAAhAHDukmlHAAAAiAAAAAYAAAAAAAAAAAAAAIABGgEAAGR0Lm5weVBLBQYAAAAAAwADAKUAAACZAQAAAAA=";

test.each([
  ["savez", stored],
  ["savez_compressed", deflated],
])("a file of np.%s is read", (_, text) => {
  expect(parseNpz(fromBase64(text)).arrays).toEqual(
    new Map([
      ["drive", createArray([3], [1, 2, 3])],
      ["response", createArray([3, 1], [1, 2, 3])],
      ["dt", createArray([], [0.5])],
    ]),
  );
});

test.each([false, true])("arrays and text come back exactly, compressed: %s", (compress) => {
  const arrays = new Map([
    ["ladder/drive", createArray([2, 2], [0.1, -0.2, Math.PI, 5e-324])],
    ["count", createArray([3], [1, 2, 3])],
  ]);
  const options = { metaText: '{"unit":"µT"}', dtypes: { count: "u1" as const }, compress };
  const bytes = formatNpz(arrays, options);
  expect(parseNpz(bytes)).toEqual({ arrays, metaText: options.metaText });
  expect(formatNpz(arrays, options)).toEqual(bytes);
});

test("the bytes of a .npz file do not depend on the day it is written", () => {
  const bytes = formatNpz(new Map([["x", createArray([1], [1])]]));
  // Date of the first entry: 0x0021 is 1 January 1980, time 0.
  expect([...bytes.subarray(10, 14)]).toEqual([0, 0, 0x21, 0]);
});

test("a file that is no complete archive is refused, and a bad entry is named", () => {
  const messageOf = (bytes: Uint8Array): string => {
    try {
      parseNpz(bytes, "a.npz");
    } catch (error) {
      return (error as Error).message;
    }
    return "no fault";
  };
  expect(messageOf(fromBase64(stored).subarray(0, 500))).toMatchInlineSnapshot(
    `"a.npz: this is not a readable .npz file. Got 500 bytes without the end of an archive, expected a complete zip archive of .npy entries, stored or deflated, named by plain paths. Copy the file again, or write it with np.savez."`,
  );
  const bytes = fromBase64(stored);
  bytes[bytes.indexOf(0x93)] = 0x20;
  expect(messageOf(bytes)).toMatchInlineSnapshot(
    `"a.npz, entry drive.npy: this is not a readable .npz file. Got contents of another length or checksum than the directory says, expected a complete zip archive of .npy entries, stored or deflated, named by plain paths. Copy the file again, or write it with np.savez."`,
  );
});
