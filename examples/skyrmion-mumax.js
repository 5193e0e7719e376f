// Make a recording of a micromagnetic simulation: one skyrmion whose anisotropy is driven.
//   node examples/skyrmion-mumax.js table.txt skyrmion.h5 [steps per sequence, default 1000]
//
// The table is MuMax3's own (time, magnetisation, Ku); that of Chen et al. 2022, Nat. Commun.
// 13:1016, github.com/Xing-CHEN18/NeuralODEs_for_physics (MIT), has 60,001 rows about 2.5 ps apart:
// MuMax3 writes a row at its first own step after each multiple of 2.5 ps, up to 0.026 ps late.
//
// Rows become samples at exact multiples of the mean step dt after the first:
//   observable mz  from the cubic through the four rows around each sample. Predicting every other
//                  row from its neighbours, at twice the distance and in the middle, it errs by
//                  9e-5 rms (a straight line by 8e-4);
//   drive Ku       the mean over the step that ends at the sample, of straight lines between rows:
//                  a recording holds its drive during a step.
// The one long run is cut into sequences that follow one another without a reset, so there are no
// initial states; and with one repeat and no noise, no sampling floor: judge a twin by its free run.
import { readFileSync } from "node:fs";
import { createArray, fault, isFault } from "twinloom/base";
import { writeRecording } from "twinloom/data";

const observable = "mz";
const drive = "Ku1.region100";

/** Columns of a MuMax3 table by name: "# t (s)<tab>mx ()<tab>...", then one row per line. */
function parseTable(text, where) {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const names = (lines[0] ?? "").replace(/^#\s*/, "").split("\t");
  const rows = lines.slice(1).map((line) => line.split("\t").map(Number));
  const bad = rows.findIndex((row) => row.length !== names.length || !row.every(Number.isFinite));
  if (bad >= 0) throw unreadable(where, `'${lines[bad + 1]}' in line ${bad + 2}`);
  if (rows.length < 4) throw unreadable(where, `${rows.length} rows`);
  return (wanted) => {
    const column = names.findIndex((name) => name.replace(/ \(.*/, "") === wanted);
    if (column < 0) throw unreadable(where, `the columns ${names.join(", ")}`);
    return Float64Array.from(rows, (row) => row[column]);
  };
}

function unreadable(where, got) {
  return fault("unreadable-file", {
    where,
    what: "this is not the table of a driven skyrmion",
    got,
    expected: `columns t, ${observable} and ${drive}, and four whole rows of numbers or more`,
    fix: "Give MuMax3's table.txt, with its header and tabs between the columns",
  });
}

/** Values at the given times, by the cubic (Lagrange) through the four rows around each. */
function interpolateCubic(at, times, values) {
  let right = 2;
  return at.map((t) => {
    while (right < times.length - 2 && times[right] < t) right++;
    let sum = 0;
    for (let i = right - 2; i < right + 2; i++) {
      let weight = 1;
      for (let j = right - 2; j < right + 2; j++) {
        if (j !== i) weight *= (t - times[j]) / (times[i] - times[j]);
      }
      sum += weight * values[i];
    }
    return sum;
  });
}

/** Mean between neighbouring times `edges`, of straight lines between rows; one fewer than edges. */
function averageSteps(edges, times, values) {
  let row = 0;
  const integral = new Float64Array(edges.length);
  let before = 0;
  edges.forEach((t, k) => {
    for (; row < times.length - 2 && times[row + 1] <= t; row++) {
      before += ((values[row] + values[row + 1]) / 2) * (times[row + 1] - times[row]);
    }
    const way = (t - times[row]) / (times[row + 1] - times[row]);
    const here = values[row] + way * (values[row + 1] - values[row]);
    integral[k] = before + ((values[row] + here) / 2) * (t - times[row]);
  });
  return edges.slice(1).map((t, k) => (integral[k + 1] - integral[k]) / (t - edges[k]));
}

function readTable(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw fault("missing-file", {
      where: path,
      what: "the table cannot be read",
      got: error.code ?? String(error),
      expected: "MuMax3's table.txt",
      fix: "Check the path and the folder you are in",
    });
  }
}

function checkSteps(steps, rows) {
  if (Number.isInteger(steps) && steps >= 1 && steps < rows) return;
  throw fault("bad-value", {
    where: "skyrmion-mumax",
    what: "sequences of this length cannot be cut from the table",
    got: `${steps} steps of ${rows - 1}`,
    expected: `a whole number from 1 to ${rows - 1}`,
    fix: "Give another number of steps, or none for 1000",
  });
}

/** A recording of a table, `steps` samples in each sequence; what does not fill one is left out. */
function toRecording(text, where, steps) {
  const column = parseTable(text, where);
  const [times, anisotropy, magnetisation] = ["t", drive, observable].map(column);
  checkSteps(steps, times.length);
  const duration = times[times.length - 1] - times[0];
  const dt = Number((duration / (times.length - 1)).toPrecision(6));
  const sequences = Math.floor((times.length - 1) / steps);
  const samples = sequences * steps;
  const edges = Float64Array.from({ length: samples + 1 }, (_, k) => times[0] + k * dt);
  const ku = averageSteps(edges, times, anisotropy);
  const mz = interpolateCubic(edges.subarray(1), times, magnetisation);
  return {
    dt,
    inputs: [{ name: "Ku", unit: "J/m3" }],
    observables: [{ name: "mz", unit: "1" }],
    parts: [
      {
        name: "drive_set",
        drive: createArray([sequences, steps, 1], ku),
        response: createArray([sequences, 1, steps, 1], mz),
      },
    ],
    device: { identity: "skyrmion, MuMax3" },
    protocol: { plan: "one run, cut into sequences", source: "Chen et al. 2022" },
  };
}

async function main([table, out, steps = "1000"]) {
  if (table === undefined || out === undefined) {
    process.stderr.write("usage: node examples/skyrmion-mumax.js table.txt out.h5 [steps]\n");
    return 2;
  }
  const recording = toRecording(readTable(table), table, Number(steps));
  await writeRecording(out, recording);
  const [sequences, time] = recording.parts[0].drive.shape;
  process.stdout.write(`${out}: ${sequences} sequences of ${time} steps of ${recording.dt} s\n`);
  return 0;
}

process.exitCode = await main(process.argv.slice(2)).catch((error) => {
  if (!isFault(error)) throw error;
  process.stderr.write(`${error.message}\n`);
  return 1;
});
