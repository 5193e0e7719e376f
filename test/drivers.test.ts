// Devices behind drivers, from the command line. The drivers run dist/.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { hashRecording, readRecording } from "../src/data/index.ts";
import { createCommandLine } from "./command-line.test-support.ts";
import { recordInChild } from "./kill-recording.test-support.ts";
import { drivesOf, findExceeded } from "./rig.test-support.ts";

const { folder, place, run, refusal, remove } = createCommandLine();
afterAll(remove);

const rig = fileURLToPath(new URL("rig.js", import.meta.url));
/** Write a driver file of the rig; gives its path. */
function driver(
  name: string,
  { faults = [], inputs = "" }: { faults?: string[]; inputs?: string },
) {
  const command = [process.execPath, rig, place(`${name}.log`), ...faults];
  writeFileSync(place(`${name}.yaml`), `command: ${JSON.stringify(command)}\n${inputs}`);
  return place(`${name}.yaml`);
}
const shown = (text: string): string =>
  text.replaceAll(process.execPath, "node").replaceAll(rig, "rig.js").replaceAll(folder, ".");

writeFileSync(
  place("plan.yaml"),
  "parts:\n  songs: { drive: { family: levels }, sequences: 5, steps: 20, repeats: 2 }\n",
);
const recordTo = (file: string, out: string): string[] => [
  ...["record", file, "--plan", place("plan.yaml"), "-o", place(out)],
];

describe("a device behind a driver file", () => {
  test("is checked after its command and its limits were shown, and no file widens them", async () => {
    const inputs = "inputs:\n  - { name: drive, min: -1, max: 9, maxSlew: 100, safe: 0.5 }\n";
    const { code, stdout, stderr } = await run(["device", "check", driver("wide", { inputs })]);
    expect(shown(stderr).split("\n").slice(0, 4)).toMatchInlineSnapshot(`
      [
        "starting node rig.js wide.log in ., without a shell",
        "wide.yaml: limits of 'drive' go beyond the device's own, which stay in force",
        "leaky-integrator, sigma 0.5, exact scheme: limits in force: drive: -1 to 1.5 1, at most 8 1/s, safe at 0.5 1",
        "leaky-integrator, sigma 0.5, exact scheme: checked by a reset and 2 samples held safe",
      ]
    `);
    expect(stdout).not.toContain("failed");
    expect(code).toBe(0);
    for (const value of drivesOf(place("wide.log")).flat()) {
      expect(value).toBeGreaterThanOrEqual(-1);
      expect(value).toBeLessThanOrEqual(1.5);
    }
  });

  test("is told nothing by a dry run, which says what would be sent", async () => {
    const { code, stdout } = await run([...recordTo(driver("dry", {}), "dry.h5"), "--dry-run"]);
    expect(code).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "leaky-integrator, sigma 0.5, exact scheme: drive: -1.5 to 1.5 1, at most 8 1/s, safe at 0 1

      run  part   sequence  repeat  sent                drive
      ───  ─────  ────────  ──────  ──────────────────  ────────────────────────────────────
        0  songs         4       0  reset, run [20, 1]  -1.486 to 1.158 1, steps up to 0.8
        1  songs         2       0  reset, run [20, 1]  -0.9763 to 0.906 1, steps up to 0.8
        2  songs         3       0  reset, run [20, 1]  -1.209 to 1.399 1, steps up to 0.8
        3  songs         0       0  reset, run [20, 1]  -1.39 to 0.8938 1, steps up to 0.8
        4  songs         1       0  reset, run [20, 1]  -0.7361 to 0.8479 1, steps up to 0.8
        5  songs         1       1  reset, run [20, 1]  -0.7361 to 0.8479 1, steps up to 0.8
        6  songs         3       1  reset, run [20, 1]  -1.209 to 1.399 1, steps up to 0.8
        7  songs         4       1  reset, run [20, 1]  -1.486 to 1.158 1, steps up to 0.8
        8  songs         0       1  reset, run [20, 1]  -1.39 to 0.8938 1, steps up to 0.8
        9  songs         2       1  reset, run [20, 1]  -0.9763 to 0.906 1, steps up to 0.8

      songs: 'drive' is slowed down at 38 samples, first at sequence 0, sample 1: at most 8 1/s, where the drive asked for up to 28.39
      at the end, on Ctrl-C and after any fault: the safe state
      nothing was sent
      "
    `);
    expect(readFileSync(place("dry.log"), "utf8")).toBe("");
    expect(existsSync(place("dry.h5.partial"))).toBe(false);
  });

  test("is recorded to the same bits when its driver dies again and again", async () => {
    expect((await run(recordTo(driver("sound", {}), "sound.h5"))).code).toBe(0);
    const dying = driver("dying", { faults: ["kill@11"] });
    const codes: number[] = [];
    while (codes.at(-1) !== 0 && codes.length < 9) {
      codes.push((await run(recordTo(dying, "dying.h5"))).code);
    }
    expect(codes).toEqual([1, 1, 0]);
    const [sound, dead] = [place("sound.h5"), place("dying.h5")];
    expect(hashRecording(await readRecording(dead))).toBe(
      hashRecording(await readRecording(sound)),
    );
    expect(findExceeded(drivesOf(place("dying.log")), 0.1)).toEqual([]);
  });

  test("is in its safe state after Ctrl-C", async () => {
    const many = "parts:\n  many: { drive: { family: levels }, sequences: 2000, steps: 50 }\n";
    writeFileSync(place("many.yaml"), many);
    const file = driver("stopped", {});
    const argv = ["record", file, "--plan", place("many.yaml"), "-o", place("stopped.h5")];
    const stop = { signal: "SIGINT", moment: { bytes: 2000 } } as const;
    expect((await recordInChild(argv, place("stopped.h5"), stop)).code).toBe(130);
    expect(readFileSync(place("stopped.log"), "utf8").trim().split("\n").at(-1)).toBe('"safe"');
  });

  test("is refused where the file has faults, with all of them", async () => {
    writeFileSync(place("bad.yaml"), "comand: python3 x.py\ninputs:\n  - { name: a, mix: 1 }\n");
    expect(await refusal("device", "check", place("bad.yaml"))).toMatchInlineSnapshot(`
      "error: bad.yaml: the driver file has 3 faults. Got command: Invalid input; inputs.0.mix: there is no such key; did you mean 'min'?; comand: there is no such key; did you mean 'command'?, expected a driver as in docs/lab.md. Mend what is named; nothing was started.
      "
    `);
    const other = driver("other", { inputs: "dt: 0.5\n" });
    expect(
      shown((await run(["device", "describe", other])).stderr)
        .split("\n")
        .at(-2),
    ).toMatchInlineSnapshot(
      `"error: other.yaml: the sampling step of the device is not what the driver file says. Got 0.1 s, expected 0.5 s. Check that it is the right instrument, and correct the file."`,
    );
  });
});

test("no command comes from a twin, a network, a recipe, a plan or a folder of a run or a recording", async () => {
  const touched = place("touched");
  const command = [
    process.execPath,
    "-e",
    `require("fs").writeFileSync(${JSON.stringify(touched)}, "")`,
  ];
  const line = `${process.execPath} -e 0`;
  const inside = JSON.stringify({ command, driver: { command }, device: { kind: line, command } });
  for (const name of ["twin", "run", "evil.h5.partial"]) {
    mkdirSync(place(name), { recursive: true });
    for (const file of ["twin.json", "network.json", "run.json", "config.yaml", "plan.json"]) {
      writeFileSync(join(place(name), file), inside);
    }
  }
  writeFileSync(place("evil.yaml"), inside);
  const job = { schemaVersion: 1, request: { device: { kind: line, isDriven: true, command } } };
  const stored = { ...job, description: {}, plan: { parts: [] } };
  writeFileSync(join(place("evil.h5.partial"), "plan.json"), JSON.stringify(stored));
  const attempts = [
    ["run", place("evil.yaml")],
    ["record", "leaky-integrator", "--plan", place("evil.yaml"), "-o", place("a.h5")],
    ["record", "leaky-integrator", "--resume", "-o", place("evil.h5")],
    ["record", "leaky-integrator", "device.kind=node -e 0", "-o", place("b.h5")],
    ["twin", "simulate", place("twin"), "--drive", place("evil.yaml"), "-o", place("c.npz")],
    ["network", "test", place("run")],
    ["transfer", place("run")],
    ["report", place("run")],
    ["device", "serve", place("twin")],
  ];
  for (const argv of attempts) {
    expect([argv[0], (await run(argv)).code]).not.toEqual([argv[0], 0]);
  }
  expect(existsSync(touched)).toBe(false);
});

test("one file of the source starts a named program, and one of them takes a command from a name", () => {
  const source = fileURLToPath(new URL("../src/", import.meta.url));
  const files = new Map<string, string>();
  for (const file of readdirSync(source, { recursive: true, encoding: "utf8" })) {
    if (file.endsWith(".ts") && !/\.test(-support)?\.ts$/.test(file)) {
      files.set(file.replaceAll("\\", "/"), readFileSync(join(source, file), "utf8"));
    }
  }
  const having = (text: RegExp): string[] =>
    [...files].filter(([, code]) => text.test(code)).map(([file]) => file);
  expect(having(/from "node:child_process"/)).toEqual([
    // Node itself, to see what its WebAssembly can do.
    "engine/load.node.ts",
    "devices/driver/child.node.ts",
  ]);
  expect(having(/\bstartDriver\(\w/)).toEqual(["experiment/open-driver.node.ts"]);
});
