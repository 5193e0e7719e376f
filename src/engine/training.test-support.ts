// A small training whose result is its bits, for tests of threads wherever they run.
import { loadKernelModule } from "#load-kernels";
import { createGenerator, createStream } from "../base/index.ts";
import { compile } from "./compile.ts";
import { add, input, matmul, meanAll, parameter, square, sub, tanh } from "./operations.ts";
import type { Program } from "./program.ts";

const [shards, rows, width] = [4, 6, 70];
const names = ["first", "second", "third"];

const draw = (size: number, seed: number): Float32Array => {
  const generator = createGenerator(createStream(seed));
  return Float32Array.from({ length: size }, () => 0.3 * generator.normal());
};

/** A regression of four shards, with weights enough for several chunks of the optimiser. */
export async function createTraining(threads?: number): Promise<Program> {
  const weights = names.map((name) => parameter(name, [width, width]));
  const x = input("x", [rows, width]);
  const y = input("y", [rows, width]);
  const last = weights.reduce((h, w) => tanh(add(matmul(h, w, "nt"), h)), x);
  const loss = meanAll(square(sub(last, y)));
  const program = compile(await loadKernelModule(), {
    outputs: { last: { value: last } },
    training: { loss, groups: [{ parameters: weights }], clipNorm: 0.1 },
    shards,
    threads,
  });
  program.setInput("x", draw(shards * rows * width, 1));
  program.setInput("y", draw(shards * rows * width, 2));
  names.forEach((name, i) => {
    const data = draw(width * width, 3 + i);
    program.setParameters({ [name]: { shape: [width, width], data } });
  });
  return program;
}

/** Updates in a row, and everything that they changed. */
export function trainFor(program: Program, updates: number): unknown {
  const norms: number[] = [];
  for (let i = 0; i < updates; i++) {
    program.run();
    norms.push(program.loss(), program.update({ learningRate: 1e-3 }));
  }
  return { norms, parameters: program.getParameters(), last: program.read("last") };
}

/** Wait until all the threads that were asked for have come. */
export async function threadsOf(program: Program, wanted: number): Promise<number> {
  while (program.threads() < wanted) await new Promise((resolve) => setTimeout(resolve, 5));
  return program.threads();
}

/** What a training ends with, to be sent from thread to thread. */
export interface TrainedBits {
  readonly threads: number;
  readonly bits: string;
}

/** Train on some threads, of which `wanted` must come. */
export async function trainBits(threads: number, wanted = 1): Promise<TrainedBits> {
  const program = await createTraining(threads);
  const came = await threadsOf(program, wanted);
  trainFor(program, 40);
  program.close();
  const words = names.map((name) => new Uint32Array(program.getParameters()[name].data.buffer));
  return { threads: came, bits: words.map((x) => x.join(",")).join(";") };
}
