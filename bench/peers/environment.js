// The other engines, installed under build/peers: Python packages from PyPI in an environment of
// their own, JavaScript packages beside them. Nothing of this is a dependency of the package.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fault } from "twinloom/base";
import { say } from "../command.js";
import { writeGpuStandIns } from "./gpu-stand-ins.js";

const folder = fileURLToPath(new URL("../../build/peers/", import.meta.url));
const jax = ["jax==0.10.2"];
/** PyTorch with what it imports on a CPU; pip would add 2.5 GB of libraries for GPUs. */
const torch = ["torch==2.15.0"];
const torchNeeds = ["filelock", "fsspec", "jinja2", "networkx", "setuptools", "sympy"];
torchNeeds.push("typing-extensions");
/** Small libraries that PyTorch for Linux calls as it starts, without a GPU as well. */
const torchRuntime = ["nvidia-cuda-runtime==13.5.37", "nvidia-cuda-cupti==13.5.25"];
torchRuntime.push("nvidia-cufile==1.20.0.107");
const javascript = ["@tensorflow/tfjs@4.22.0", "@tensorflow/tfjs-backend-wasm@4.22.0"];
javascript.push("@jax-js/jax@0.1.25");

const mostOutput = 2 ** 28;

/** Where things are. */
export const paths = {
  folder,
  problems: join(folder, "problems"),
  modules: join(folder, "npm"),
  python: join(
    folder,
    "python",
    process.platform === "win32" ? "Scripts/python.exe" : "bin/python",
  ),
};

/** Install what is not installed yet. @param {readonly string[]} wanted */
export function prepareEnvironment(wanted) {
  mkdirSync(paths.problems, { recursive: true });
  if (wanted.includes("python")) {
    once("python", [jax, torch, torchNeeds, torchRuntime], installPython);
  }
  if (wanted.includes("javascript")) once("javascript", javascript, installJavaScript);
}

/** Do a piece of work unless a file says that the same was done. */
function once(name, what, work) {
  const stamp = join(folder, `${name}.json`);
  const text = JSON.stringify(what);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === text) return;
  say(`peers: installing ${what.flat().join(", ")} into build/peers`);
  work();
  writeFileSync(stamp, text);
}

function installPython() {
  run(process.env.TWINLOOM_PYTHON ?? "python3", ["-m", "venv", join(folder, "python")]);
  const pip = (...args) =>
    run(paths.python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...args]);
  pip(...jax, ...torchNeeds);
  pip("--no-deps", ...torch);
  const query = "import sysconfig; print(sysconfig.get_paths()['purelib'])";
  const packages = run(paths.python, ["-c", query], "pipe").trim();
  if (!existsSync(join(packages, "torch/lib/libtorch_cuda.so"))) return;
  pip("--no-deps", ...torchRuntime);
  writeGpuStandIns(packages, run);
  run(paths.python, ["-c", "import torch"]);
}

function installJavaScript() {
  mkdirSync(paths.modules, { recursive: true });
  run("npm", [
    "install",
    "--prefix",
    paths.modules,
    "--ignore-scripts",
    "--no-audit",
    ...javascript,
  ]);
}

/**
 * Run a program to its end; it talks to the terminal unless its output is wanted.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {"pipe"} [output]
 * @returns {string}
 */
function run(program, args, output) {
  const { status, error, stdout } = spawnSync(program, args, {
    encoding: "utf8",
    maxBuffer: mostOutput,
    stdio: ["ignore", output ?? process.stderr, process.stderr],
  });
  if (status === 0) return stdout ?? "";
  throw fault("missing-file", {
    where: "bench:peers",
    what: "the other engines could not be installed",
    got: `'${[program, ...args].join(" ").slice(0, 160)}' ended with ${error?.message ?? status}`,
    expected:
      "Python 3.11 or later with venv, a C compiler with nm, npm, and access to PyPI and npm",
    fix: "Install what is missing, set TWINLOOM_PYTHON to another Python, or choose --engines",
  });
}
