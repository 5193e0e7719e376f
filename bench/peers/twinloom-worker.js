// Ours as a worker: node twinloom-worker.js THREADS
import { loadKernelModule } from "twinloom/engine";
import { compileStep } from "../step.js";
import { serve } from "./serve.js";

const kernels = await loadKernelModule();
const threads = Number(process.argv[2]);
let close = () => {};

await serve(({ configuration, step }) => {
  close();
  const compiled = compileStep(kernels, configuration, step, { threads });
  close = compiled.close;
  const run = () => {
    compiled.run();
    return compiled.loss();
  };
  return { check: compiled.check, run };
});
