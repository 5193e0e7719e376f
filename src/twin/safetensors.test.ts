import { expect, test } from "vitest";
import { formatSafetensors, parseSafetensors, type Tensor } from "./safetensors.ts";

// Written by safetensors 0.8.0 with numpy 2:
//   save({"drift.0.weight": array([[1.5, -2.25, .1], [3e-8, 0, 65504]], "f4"),
//         "scale": array([.1, -1e300]), "steps": array([2**53 - 1, -7]),
//         "order": array([[1], [-2147483648]], "i4"), "flag": array(True),
//         "empty": zeros((0, 3), "f4")}, metadata={"program": "twinloom"})
const golden = [
  "mAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJwcm9ncmFtIjoidHdpbmxvb20ifSwic3RlcHMiOnsiZHR5cGUiOiJJNjQi",
  "LCJzaGFwZSI6WzJdLCJkYXRhX29mZnNldHMiOlswLDE2XX0sInNjYWxlIjp7ImR0eXBlIjoiRjY0Iiwic2hhcGUiOlsy",
  "XSwiZGF0YV9vZmZzZXRzIjpbMTYsMzJdfSwiZHJpZnQuMC53ZWlnaHQiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzIs",
  "M10sImRhdGFfb2Zmc2V0cyI6WzMyLDU2XX0sImVtcHR5Ijp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlswLDNdLCJkYXRh",
  "X29mZnNldHMiOls1Niw1Nl19LCJvcmRlciI6eyJkdHlwZSI6IkkzMiIsInNoYXBlIjpbMiwxXSwiZGF0YV9vZmZzZXRz",
  "IjpbNTYsNjRdfSwiZmxhZyI6eyJkdHlwZSI6IkJPT0wiLCJzaGFwZSI6W10sImRhdGFfb2Zmc2V0cyI6WzY0LDY1XX19",
  "ICD///////8fAPn/////////mpmZmZmZuT+cdQCIPOQ3/gAAwD8AABDAzczMPVnZADMAAAAAAOB/RwEAAAAAAACAAQ==",
].join("");
const goldenBytes = (): Uint8Array => Uint8Array.from(Buffer.from(golden, "base64"));

const tensors = (): Map<string, Tensor> =>
  new Map<string, Tensor>([
    [
      "drift.0.weight",
      { dtype: "F32", shape: [2, 3], data: Float32Array.of(1.5, -2.25, 0.1, 3e-8, 0, 65504) },
    ],
    ["scale", { dtype: "F64", shape: [2], data: Float64Array.of(0.1, -1e300) }],
    ["steps", { dtype: "I64", shape: [2], data: Float64Array.of(2 ** 53 - 1, -7) }],
    ["order", { dtype: "I32", shape: [2, 1], data: Float64Array.of(1, -2147483648) }],
    ["flag", { dtype: "BOOL", shape: [], data: Float64Array.of(1) }],
    ["empty", { dtype: "F32", shape: [0, 3], data: new Float32Array(0) }],
  ]);

test("a file of the Python package is read to the last bit", () => {
  const { tensors: found, metadata } = parseSafetensors(goldenBytes());
  expect(metadata).toEqual({ program: "twinloom" });
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(tensors()));
});

test("the same tensors are written as the same bytes as by the Python package, in any order", () => {
  const metadata = { program: "twinloom" };
  expect(formatSafetensors(tensors(), metadata)).toEqual(goldenBytes());
  expect(formatSafetensors(new Map([...tensors()].reverse()), metadata)).toEqual(goldenBytes());
});

test("small integers of every type come back", () => {
  for (const dtype of ["BOOL", "U8", "I8", "I16", "U16", "I32", "U32"] as const) {
    const tensor: Tensor = { dtype, shape: [3, 1], data: Float64Array.of(0, 1, 1) };
    const file = parseSafetensors(formatSafetensors(new Map([["x", tensor]])));
    expect(file.tensors.get("x")).toEqual(tensor);
  }
});

test("values and shapes that do not fit are refused when written", () => {
  const write = (tensor: Tensor) => () => formatSafetensors(new Map([["x", tensor]]));
  expect(
    write({ dtype: "U8", shape: [2], data: Float64Array.of(1, 256) }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[Fault: formatSafetensors: a value of tensor 'x' does not fit the type U8. Got 256 at element 1, expected an integer from 0 to 255. Write the tensor as F32 or F64.]`,
  );
  expect(
    write({ dtype: "F32", shape: [2, 2], data: new Float32Array(3) }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[Fault: formatSafetensors: the data of tensor 'x' do not fill its shape. Got 3 elements, expected 4 elements for [2, 2]. Give as many elements as the product of the axis lengths.]`,
  );
});

const withHeader = (header: unknown, data: number[] = []): Uint8Array => {
  const text = typeof header === "string" ? header : JSON.stringify(header);
  const length = [text.length & 255, text.length >> 8, 0, 0, 0, 0, 0, 0];
  return Uint8Array.from([...length, ...new TextEncoder().encode(text), ...data]);
};

test("damaged files are faults that say what is wrong", () => {
  const messageOf = (bytes: Uint8Array): string => {
    try {
      parseSafetensors(bytes, "w.safetensors");
    } catch (error) {
      return (error as Error).message;
    }
    return "no fault";
  };
  const entry = { dtype: "F32", shape: [1], data_offsets: [0, 4] };
  expect([
    messageOf(new Uint8Array(3)),
    messageOf(goldenBytes().subarray(0, 100)),
    messageOf(goldenBytes().subarray(0, 480)),
    messageOf(withHeader("[1]")),
    messageOf(withHeader({ x: { ...entry, dtype: "BF16" } }, [0, 0, 0, 0])),
    messageOf(withHeader({ x: { ...entry, shape: [2] } }, [0, 0, 0, 0])),
    messageOf(withHeader({ x: { ...entry, shape: [-1] } }, [0, 0, 0, 0])),
    messageOf(withHeader({ x: entry }, [0, 0, 0, 0, 0])),
    messageOf(withHeader({ x: entry, y: entry }, [0, 0, 0, 0])),
  ]).toMatchInlineSnapshot(`
    [
      "w.safetensors: the file is cut short, or is not a safetensors file. Got 3 bytes, expected at least 8 bytes. Copy the file again from where it was written.",
      "w.safetensors: the file is cut short, or is not a safetensors file. Got 100 bytes, expected a header of 408 bytes. Copy the file again from where it was written.",
      "w.safetensors: the file is cut short. Got 64 bytes of data, expected 65 bytes. Copy the file again from where it was written.",
      "w.safetensors: the header is not a JSON object. Got 3 bytes of something else, expected tensor names with dtype, shape and data_offsets. Copy the file again from where it was written.",
      "w.safetensors: tensor 'x' has elements of a type that is not read here. Got BF16, expected one of BOOL, U8, I8, I16, U16, I32, U32, F32, F64, I64. Save the tensor as F32.",
      "w.safetensors: the place of tensor 'x' does not have the size of its shape. Got 4 bytes, expected 8 bytes for [2] of type F32. Copy the file again from where it was written.",
      "w.safetensors: the header says nothing useful of tensor 'x'. Got {"dtype":"F32","shape":[-1],"data_offsets":[0,4]}, expected dtype, shape and two data_offsets. Copy the file again from where it was written.",
      "w.safetensors: data follow the last tensor. Got 5 bytes of data, expected 4 bytes. Copy the file again from where it was written.",
      "w.safetensors: tensor 'y' does not follow the one before it. Got data from byte 0, expected data from byte 4. Copy the file again from where it was written.",
    ]
  `);
});
