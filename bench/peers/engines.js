// The engines that are compared, and how each is started.
import { join } from "node:path";
import { paths } from "./environment.js";

/**
 * @typedef {object} Engine
 * @property {string} name
 * @property {"python" | "javascript" | "none"} needs
 * @property {boolean} threaded  Whether it can use several threads.
 * @property {(step: string) => boolean} does
 * @property {(threads: number) => readonly string[]} command
 * @property {Readonly<Record<string, string>>} [environment]
 */

const every = () => true;
const driftAlone = (/** @type {string} */ step) => step === "drift";
const node = process.execPath;

/** @type {readonly Engine[]} */
export const engines = [
  {
    name: "twinloom",
    needs: "none",
    threaded: true,
    does: every,
    command: (threads) => [node, "twinloom-worker.js", `${threads}`],
  },
  {
    name: "torch",
    needs: "python",
    threaded: true,
    does: every,
    command: (threads) => [paths.python, "torch_worker.py", `${threads}`],
  },
  {
    name: "torch.compile",
    needs: "python",
    threaded: true,
    // Two hundred steps of one loop would be compiled as one graph, for half an hour.
    does: (step) => step !== "training",
    command: (threads) => [paths.python, "torch_worker.py", `${threads}`, "compile"],
    // Compiling takes minutes; a second run finds the results.
    environment: { TORCHINDUCTOR_CACHE_DIR: join(paths.folder, "inductor") },
  },
  {
    name: "jax",
    needs: "python",
    threaded: true,
    does: every,
    command: (threads) => [paths.python, "jax_worker.py", `${threads}`],
  },
  {
    name: "tfjs",
    needs: "javascript",
    threaded: false,
    does: driftAlone,
    command: () => [node, "tfjs-worker.js", paths.modules],
  },
  {
    name: "jax-js",
    needs: "javascript",
    threaded: false,
    does: driftAlone,
    command: () => [node, "jax-js-worker.js", paths.modules],
  },
];
