import { expect, test } from "vitest";
import { createArray, createGenerator, createStream } from "../base/index.ts";
import { fromHalf, toHalf } from "./half.ts";
import { formatNpy, type NpyType, parseNpy } from "./npy.ts";

const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));
const messageOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    return (error as Error).message;
  }
  return "no fault";
};

// NumPy 2.4.6: np.save(f, a); base64.b64encode(f.getvalue())
// a = np.asfortranarray(np.arange(6, dtype=">i2").reshape(2, 3))
const fortranBigEndian =
  "k05VTVBZAQB2AHsnZGVzY3InOiAnPmkyJywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAADAAEABAACAAU=";
// a = np.array([1.5, -2.25, 1e300, np.nan])
const floats =
  "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDQsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAD4PwAAAAAAAALAnHUAiDzkN34AAAAAAAD4fw==";
// np.lib.format.write_array(f, np.array([1, -2, 3], dtype="<i8"), version=(3, 0))
const versionThree =
  "k05VTVBZAwB0AAAAeydkZXNjcic6ICc8aTgnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMywpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAAAAAAAAP7/////////AwAAAAAAAAA=";

test("a Fortran-ordered big-endian array of NumPy is read in C order", () => {
  const { array, dtype, littleEndian, fortranOrder } = parseNpy(fromBase64(fortranBigEndian));
  expect({ dtype, littleEndian, fortranOrder }).toEqual({
    dtype: "i2",
    littleEndian: false,
    fortranOrder: true,
  });
  expect(array).toEqual(createArray([2, 3], [0, 1, 2, 3, 4, 5]));
});

test("a version 3.0 file of NumPy is read", () => {
  expect(parseNpy(fromBase64(versionThree)).array).toEqual(createArray([3], [1, -2, 3]));
});

test("our bytes are those of np.save, and NumPy's are read back bit for bit", () => {
  const values = createArray([4], [1.5, -2.25, 1e300, Number.NaN]);
  expect(Buffer.from(formatNpy(values)).toString("base64")).toBe(floats);
  expect(parseNpy(fromBase64(floats)).array).toEqual(values);
});

const samples: { readonly [T in NpyType]: readonly number[] } = {
  bool: [0, 1],
  i1: [-128, 0, 127],
  i2: [-32768, 0, 32767],
  i4: [-2147483648, 0, 2147483647],
  i8: [-(2 ** 53) + 1, 0, 2 ** 53 - 1],
  u1: [0, 255],
  u2: [0, 65535],
  u4: [0, 4294967295],
  u8: [0, 2 ** 53 - 1],
  f2: [-0, 1.5, -65504, 2 ** -24, Infinity],
  f4: [-0, 1.5, Math.fround(0.1), Math.fround(1e38), -Infinity],
  f8: [-0, Math.PI, 5e-324, Number.MAX_VALUE, Number.NaN],
};
const types = Object.keys(samples) as NpyType[];
const shapes = [[], [0], [1], [7], [3, 0, 2], [2, 3, 4], [1, 2, 3, 4]];

test.each(types)("arrays of type %s of every rank come back bit for bit", (dtype) => {
  for (const shape of shapes) {
    const size = shape.reduce((product, n) => product * n, 1);
    const values = Array.from(
      { length: size },
      (_, i) => samples[dtype][i % samples[dtype].length],
    );
    const array = createArray(shape, values);
    expect(parseNpy(formatNpy(array, dtype))).toEqual({
      ...{ array, dtype, littleEndian: true, fortranOrder: false },
    });
  }
});

test.each(types)("type %s is read alike in both byte orders", (dtype) => {
  const array = createArray([samples[dtype].length], samples[dtype]);
  const little = formatNpy(array, dtype);
  const bytes = dtype === "bool" ? 1 : Number(dtype.slice(1));
  const big = little.slice();
  big[big.indexOf(0x3c)] = bytes > 1 ? 0x3e : big[big.indexOf(0x3c)];
  for (let at = 128; at < big.length; at += bytes) big.subarray(at, at + bytes).reverse();
  expect(parseNpy(big).array).toEqual(array);
});

test("Fortran order of three axes is undone at every element", () => {
  const [I, J, K] = [2, 3, 4];
  const stored = new Float64Array(I * J * K);
  for (let i = 0; i < I; i++)
    for (let j = 0; j < J; j++)
      for (let k = 0; k < K; k++) stored[i + I * (j + J * k)] = 100 * i + 10 * j + k;
  const text = Buffer.from(formatNpy(createArray([I, J, K], stored))).toString("latin1");
  const bytes = Buffer.from(text.replace("False", "True "), "latin1");
  const { data } = parseNpy(bytes).array;
  const wanted = Array.from(data, (_, at) => {
    return 100 * Math.floor(at / (J * K)) + 10 * (Math.floor(at / K) % J) + (at % K);
  });
  expect([...data]).toEqual(wanted);
});

test("an array at an odd offset of a larger buffer is read", () => {
  const bytes = formatNpy(createArray([2], [1, 2]));
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  expect(parseNpy(shifted.subarray(3)).array).toEqual(createArray([2], [1, 2]));
});

test("every half-precision number survives, and rounding is to the nearest, ties to even", () => {
  for (let bits = 0; bits < 65536; bits++) {
    const value = fromHalf(bits);
    if (!Number.isNaN(value)) expect(toHalf(value)).toBe(bits);
  }
  const generator = createGenerator(createStream(1));
  for (let i = 0; i < 1000; i++) {
    const value = generator.normal() * 10 ** (8 * generator.uniform() - 5);
    const error = Math.abs(fromHalf(toHalf(value)) - value);
    expect(error).toBeLessThanOrEqual(Math.max(Math.abs(value) * 2 ** -11, 2 ** -25));
  }
  expect([1 + 2 ** -11, 1 + 3 * 2 ** -11, 65519, 65520].map((x) => fromHalf(toHalf(x)))).toEqual([
    1,
    1 + 2 ** -9,
    65504,
    Infinity,
  ]);
});

// NumPy 2.4.6: np.save(f, np.array([{}], dtype=object), allow_pickle=True), header only
const objects =
  "k05VTVBZAQB2AHsnZGVzY3InOiAnfE8nLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMSwpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo=";

test("files that hold no plain numbers are refused with a reason", () => {
  expect(messageOf(() => parseNpy(fromBase64(objects), "a.npy"))).toMatchInlineSnapshot(
    `"a.npy: the array holds pickled Python objects, which are never opened. Got the NumPy type |O, expected one of bool, i1 to i8, u1 to u8, f2, f4, f8. Save the array again with dtype=float; split complex numbers and fields into columns."`,
  );
  const header = (from: string, to: string): Uint8Array =>
    Buffer.from(Buffer.from(floats, "base64").toString("latin1").replace(from, to), "latin1");
  expect(messageOf(() => parseNpy(header("<f8", "<c8"), "a.npy"))).toMatchInlineSnapshot(
    `"a.npy: the elements are not plain real numbers. Got the NumPy type <c8, expected one of bool, i1 to i8, u1 to u8, f2, f4, f8. Save the array again with dtype=float; split complex numbers and fields into columns."`,
  );
  expect(
    messageOf(() => parseNpy(header("'<f8'", "[('x', '<f8')]"), "a.npy")),
  ).toMatchInlineSnapshot(
    `"a.npy: the elements are not plain real numbers. Got the NumPy type [('x', '<f8')], expected one of bool, i1 to i8, u1 to u8, f2, f4, f8. Save the array again with dtype=float; split complex numbers and fields into columns."`,
  );
  expect(messageOf(() => parseNpy(header("shape", "sharp"), "a.npy").array)).toMatchInlineSnapshot(
    `"a.npy: the header states no shape. Got {'descr': '<f8', 'fortran_order': False, 'sharp': (4,), }, expected a dictionary with 'descr', 'fortran_order' and 'shape'. Write the array with np.save."`,
  );
});

test("files that are cut short, too long or of another kind are refused with a reason", () => {
  const bytes = fromBase64(floats);
  expect(messageOf(() => parseNpy(bytes.subarray(0, -5), "a.npy"))).toMatchInlineSnapshot(
    `"a.npy: the file is cut short. Got 27 bytes of data, expected 32 bytes for [4] of type f8. Copy the file again from where it was written."`,
  );
  expect(messageOf(() => parseNpy(Buffer.concat([bytes, bytes]), "a.npy"))).toMatchInlineSnapshot(
    `"a.npy: data follow the end of the array. Got 192 bytes of data, expected 32 bytes for [4] of type f8. Save one array per file, or several with np.savez."`,
  );
  expect(messageOf(() => parseNpy(bytes.subarray(0, 60), "a.npy"))).toMatchInlineSnapshot(
    `"a.npy: the file is cut short inside its header. Got 60 bytes, expected at least 128 bytes. Copy the file again from where it was written."`,
  );
  expect(messageOf(() => parseNpy(bytes.subarray(0, 8), "a.npy"))).toMatchInlineSnapshot(
    `"a.npy: the file is cut short inside its header. Got 8 bytes, expected at least 10 bytes. Copy the file again from where it was written."`,
  );
  expect(messageOf(() => parseNpy(new Uint8Array(0), "a.npy"))).toMatchInlineSnapshot(
    `"a.npy: this is not a .npy file. Got an empty file, expected the six bytes \\x93NUMPY, then version 1.0, 2.0 or 3.0. Write the array with np.save."`,
  );
  expect(messageOf(() => parseNpy(Buffer.from("time,current"), "a.npy"))).toMatchInlineSnapshot(
    `"a.npy: this is not a .npy file. Got a file that starts with the bytes 74 69 6d 65 2c 63, expected the six bytes \\x93NUMPY, then version 1.0, 2.0 or 3.0. Write the array with np.save."`,
  );
  const later = bytes.slice();
  later[6] = 9;
  expect(messageOf(() => parseNpy(later, "a.npy"))).toMatchInlineSnapshot(
    `"a.npy: this is not a .npy file. Got version 9.0, expected the six bytes \\x93NUMPY, then version 1.0, 2.0 or 3.0. Write the array with np.save."`,
  );
});

test("integers that float64 or the wanted type cannot hold are refused", () => {
  const bytes = formatNpy(createArray([2], [0, 1]), "i8");
  bytes[bytes.length - 1] = 1;
  expect(messageOf(() => parseNpy(bytes, "a.npy"))).toMatchInlineSnapshot(
    `"a.npy: an integer of type i8 has no exact float64 value. Got about 72057594037927940 at element 1, expected a magnitude below 2^53. Save the array with dtype=float if rounding is acceptable."`,
  );
  const array = createArray([3], [0, 127, 128]);
  expect(messageOf(() => formatNpy(array, "i1"))).toMatchInlineSnapshot(
    `"formatNpy: a value does not fit the type i1. Got 128 at element 2, expected an integer from -128 to 127. Write the array as f8."`,
  );
  expect(messageOf(() => formatNpy(createArray([1], [0.5]), "u8"))).toMatchInlineSnapshot(
    `"formatNpy: a value does not fit the type u8. Got 0.5 at element 0, expected an integer from 0 to 9007199254740991. Write the array as f8."`,
  );
});
