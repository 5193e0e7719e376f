import { createArray, fault } from "../base/index.ts";
import { parseNpy } from "../data/index.ts";
import { checkName } from "./check.ts";
import { cutSequence, SERIES_WARM_UP, splitTraining } from "./series.ts";
import type { Task, TaskSequence } from "./task.ts";

/** File of the series, one intensity from 0 to 255 per sample. */
export const SANTA_FE_FILE = "santafe_laser.npy";

const TRAIN_STEPS = 3000;
const VALIDATION_STEPS = 600;
const TEST_STEPS = 1000;
const LARGEST = 255;

/**
 * Say the intensity of a chaotic laser one step ahead. Santa Fe competition, set A.
 *
 * The network is given 2 x/255 - 1 and must say x/255 of the next sample. The first 3,000 steps are
 * for training (their first 200 lead in and are not scored, their last 600 are for validation), the
 * next 1,000 are the test, led into by the end of the training part.
 *
 * @param files    The bytes of {@link SANTA_FE_FILE} by its name.
 * @param options  `split`: "first-4000", the only one.
 * @throws         `missing-file`; `unreadable-file`; `bad-value` if the series is another;
 *                 `unknown-name` for another split.
 * @source         Weigend and Gershenfeld (eds) 1994, Time Series Prediction, data set A.
 */
export function createSantaFe(
  files: ReadonlyMap<string, Uint8Array>,
  { split = "first-4000" }: { readonly split?: string } = {},
): Task {
  checkName("createSantaFe", "split of santaFeLaser", split, ["first-4000"]);
  const known = TRAIN_STEPS;
  const time = known + TEST_STEPS;
  const x = readSeries(files, time + 1).map((value) => value / LARGEST);
  const whole: TaskSequence = {
    input: createArray(
      [time, 1],
      x.subarray(0, time).map((value) => 2 * value - 1),
    ),
    target: createArray([time, 1], x.slice(1, time + 1)),
  };
  const train = TRAIN_STEPS - SERIES_WARM_UP;
  const sizes = { warmUp: SERIES_WARM_UP, train, validation: VALIDATION_STEPS };
  return {
    name: "santaFeLaser",
    split,
    kind: "regression",
    scored: "each-step",
    inputs: 1,
    outputs: 1,
    score: "nrmseBySd",
    warmUp: SERIES_WARM_UP,
    ...splitTraining(whole, sizes),
    test: [cutSequence(whole, known - SERIES_WARM_UP, time)],
  };
}

function readSeries(files: ReadonlyMap<string, Uint8Array>, least: number): Float64Array {
  const bytes = files.get(SANTA_FE_FILE);
  if (!bytes) {
    throw fault("missing-file", {
      where: "createSantaFe",
      what: "the series is not among the files",
      got: [...files.keys()].map((name) => `'${name}'`).join(", ") || "no file",
      expected: `'${SANTA_FE_FILE}'`,
      fix: "Give the folder that holds it with --data",
    });
  }
  const { data } = parseNpy(bytes, SANTA_FE_FILE).array;
  const wrong = data.findIndex((value) => !(value >= 0 && value <= LARGEST));
  if (data.length >= least && wrong < 0) return data;
  throw fault("bad-value", {
    where: `createSantaFe ${SANTA_FE_FILE}`,
    what: "this is not the laser series",
    got: wrong < 0 ? `${data.length} samples` : `${data[wrong]} at sample ${wrong}`,
    expected: `${least} samples or more, each from 0 to ${LARGEST}`,
    fix: "Fetch set A of the Santa Fe competition again, the continuation included",
  });
}
