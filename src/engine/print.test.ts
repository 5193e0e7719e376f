import { expect, test } from "vitest";
import { add, affine, input, matmul, meanAll, parameter, square, tanh } from "./operations.ts";
import { formatGraph } from "./print.ts";
import { scan } from "./scan.ts";

test("a graph prints one value a line, with the bodies of its scans", () => {
  const w = parameter("weight", [3, 3]);
  const u = input("u", [2, 3], { steps: 4 });
  const start = input("start", [2, 3]);
  const walked = scan({ steps: 4, carry: [start], sequences: [u] }, ([x], [slice]) => {
    const next = tanh(add(matmul(x, w, "nt"), slice));
    return { carry: [next], outputs: [affine(next, 2)] };
  });
  const loss = add(meanAll(square(walked.outputs[0])), meanAll(walked.carry[0]));
  expect(formatGraph([loss])).toMatchInlineSnapshot(`
    "%0 = input start [2, 3]
    %1 = input u [8, 3]
    %2 = parameter weight [3, 3]
    %3 = scan 4 steps forwards, carry (%4 <- %0), slices (%5 <- %1)
      %6 = matmul nt %4 %2 [2, 3]
      %7 = add %6 %5 [2, 3]
      %8 = tanh %7 [2, 3]
      %9 = affine 2 0 %8 [2, 3]
      next carry (%8)
    %10 = stacked %9 %3 [8, 3]
    %11 = square %10 [8, 3]
    %12 = sumAll %11 [1, 1]
    %13 = affine 0.041666666666666664 0 %12 [1, 1]
    %14 = final carry 0 %3 [2, 3]
    %15 = sumAll %14 [1, 1]
    %16 = affine 0.16666666666666666 0 %15 [1, 1]
    %17 = add %13 %16 [1, 1]"
  `);
});
