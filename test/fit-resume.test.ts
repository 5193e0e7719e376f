// A fit that is killed, as a user or a cluster would kill it, and gone on with.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createCommandLine } from "./command-line.test-support.ts";

const { place, run, refusal, remove } = createCommandLine();
const program = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));

const small = ["sequences=12", "steps=40", "repeatSequences=4", "repeats=8", "ladderLevels=2"];
const settings = ["twin.driftSteps=110", "twin.noiseSteps=60", "twin.hidden=[8]"];
const fitOf = (name: string): string[] => [
  ...["twin", "fit", place("rec.h5"), ...settings, "-o", place(name), "--quiet"],
];

beforeAll(async () => {
  const sizes = small.map((setting) => `record.${setting}`);
  await run(["record", "leaky-integrator", ...sizes, "-o", place("rec.h5"), "--quiet"]);
});
afterAll(remove);

const filesOf = (name: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(place(name)).map((file) => [file, readFileSync(join(place(name), file), "base64")]),
  );
const metricsOf = (name: string): string[] => {
  const file = join(place(`${name}.fit`), "metrics.jsonl");
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
};

/**
 * Start the program, and let it be killed by signal 9 as it writes a report.
 *
 * Loaded into the process, so that it dies at the same place on any machine; nothing of the program
 * runs after that.
 */
async function dieAtReport(report: string, argv: readonly string[]): Promise<void> {
  const die = `import fs from "node:fs";
    import { syncBuiltinESMExports } from "node:module";
    const append = fs.appendFileSync;
    fs.appendFileSync = (path, text) => {
      if (text.includes(${JSON.stringify(report)})) process.kill(process.pid, "SIGKILL");
      return append(path, text);
    };
    syncBuiltinESMExports();`;
  const load = ["--import", `data:text/javascript,${encodeURIComponent(die)}`];
  const child = spawn(process.execPath, [...load, program, ...argv], { stdio: "inherit" });
  const end = await new Promise((resolve) => {
    child.on("exit", (code, signal) => resolve(signal ?? code));
  });
  expect(end).toBe("SIGKILL");
}

test("a fit killed in either phase with signal 9 goes on to the same twin and metrics", async () => {
  expect((await run(fitOf("whole"))).code).toBe(0);
  const resume = [...fitOf("killed"), "--resume", "--checkpoint", "0s"];
  // With --resume a fit is begun where there is none.
  await dieAtReport('"phase":"drift","step":66', resume);
  expect(existsSync(place("killed"))).toBe(false);
  expect(existsSync(join(place("killed.fit"), "checkpoints", "fit.safetensors"))).toBe(true);
  await dieAtReport('"phase":"energy-score","step":50', resume);
  expect((await run(resume)).code).toBe(0);
  expect(filesOf("killed")).toEqual(filesOf("whole"));
  expect(metricsOf("killed")).toEqual(metricsOf("whole"));
  const { status, resumed } = JSON.parse(
    readFileSync(join(place("killed.fit"), "run.json"), "utf8"),
  );
  expect({ status, times: resumed.length }).toEqual({ status: "done", times: 2 });
  expect(existsSync(join(place("killed.fit"), "checkpoints"))).toBe(false);
});

test("a fit that was begun is not begun again unasked, nor gone on with by other options", async () => {
  const { code, stderr } = await run(fitOf("stopped"), AbortSignal.abort());
  expect(code).toBe(130);
  expect(stderr).toMatchInlineSnapshot(`
    "error: twin fit: the fit was stopped in phase 'drift'. Got a signal after 0 updates, expected 110 updates. Run the same command with --resume to go on from there.
    "
  `);
  expect(existsSync(place("stopped"))).toBe(false);
  expect(await refusal(...fitOf("stopped"))).toMatchInlineSnapshot(`
    "error: stopped.fit: a fit to this name was begun before. Got its run folder, expected no such folder. Add --resume to go on with a fit that was cut off, or move the folder away.
    "
  `);
  expect(
    await refusal(...fitOf("stopped"), "twin.driftSteps=300", "--resume"),
  ).toMatchInlineSnapshot(`
    "error: twin fit --resume: the fit was begun with other options or another recording. Got twin {"method":"map","objectives":["drift","energy-score"],"hidden":[8],"driftSteps":300,"noiseSteps":60}, expected twin {"method":"map","objectives":["drift","energy-score"],"hidden":[8],"driftSteps":110,"noiseSteps":60}. Repeat the command that began it and add --resume, or start a new fit under another name.
    "
  `);
  const checkpoint = join(place("stopped.fit"), "checkpoints", "fit.safetensors");
  writeFileSync(checkpoint, readFileSync(checkpoint).subarray(0, 2000));
  expect(await refusal(...fitOf("stopped"), "--resume")).toMatchInlineSnapshot(`
    "error: stopped.fit/checkpoints/fit.safetensors: the file is cut short, or is not a safetensors file. Got 2000 bytes, expected a header of 2192 bytes. Copy the file again from where it was written.
    "
  `);
});

test("a time between checkpoints that is not one is refused before there is a folder", async () => {
  expect(await refusal(...fitOf("never"), "--checkpoint", "soon")).toMatchInlineSnapshot(`
    "error: twin fit --checkpoint: this is not a time. Got 'soon', expected a number with s, min or h. Write, for example, --checkpoint 60s.
    "
  `);
  expect(existsSync(place("never.fit"))).toBe(false);
});
