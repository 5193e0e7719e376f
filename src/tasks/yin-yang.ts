import { childStream, createArray, createGenerator, type Stream } from "../base/index.ts";
import { checkName, checkWhole } from "./check.ts";
import type { Task, TaskSequence } from "./task.ts";

/** Sizes of {@link createYinYang}. */
export interface YinYangOptions {
  /** "standard", the only one: 5,000 points to train (500 of them to validate) and 1,000 to test. */
  readonly split?: string;
  /** Steps for which a point is held. Default 10. */
  readonly steps?: number;
}

const SMALL = 0.1;
const BIG = 0.5;
const TRAIN = 5000;
const VALIDATION = 500;
const TEST = 1000;

/** yin, yang, dot. */
const CLASSES = 3;

/**
 * In which part of a yin-yang sign does a point lie?
 *
 * The input is (x, y, 1 - x, 1 - y), each in [0, 1], held for `steps` steps; the classes 0 yin,
 * 1 yang and 2 dot are equally frequent.
 *
 * @param options  `steps`.
 * @param stream   Decides the points.
 * @throws         `unknown-name` for another split; `bad-value` for steps that are none.
 * @source         Kriener, Goeltz and Petrovici 2022, NICE '22:107, arXiv:2102.08211.
 */
export function createYinYang(options: YinYangOptions, stream: Stream): Task {
  const { split = "standard", steps = 10 } = options;
  checkName("createYinYang", "split of yinYang", split, ["standard"]);
  checkWhole("createYinYang", "steps", steps, 1);
  const draw = (name: string, count: number): TaskSequence[] =>
    drawPoints(count, steps, childStream(stream, name));
  return {
    name: "yinYang",
    split,
    kind: "classification",
    scored: "sequence",
    inputs: 4,
    outputs: CLASSES,
    score: "accuracy",
    warmUp: 0,
    train: draw("train", TRAIN - VALIDATION),
    validation: draw("validation", VALIDATION),
    test: draw("test", TEST),
  };
}

/**
 * The part of the sign in which a point lies: 0 yin, 1 yang, 2 one of the two dots.
 *
 * @returns  Undefined outside the sign, a disc of radius .5 about (.5, .5).
 */
export function yinYangClass(x: number, y: number): number | undefined {
  const radius = (dx: number, dy: number): number => Math.sqrt(dx * dx + dy * dy);
  if (radius(x - BIG, y - BIG) > BIG) return undefined;
  const right = radius(x - 1.5 * BIG, y - BIG);
  const left = radius(x - 0.5 * BIG, y - BIG);
  if (right < SMALL || left < SMALL) return 2;
  const isYin =
    right <= SMALL || (left > SMALL && left <= 0.5 * BIG) || (y > BIG && right > 0.5 * BIG);
  return isYin ? 0 : 1;
}

/** Points whose classes follow one another in turn; where training stands, batches are drawn. */
function drawPoints(count: number, steps: number, stream: Stream): TaskSequence[] {
  const generator = createGenerator(stream);
  return Array.from({ length: count }, (_, i) => {
    for (;;) {
      const [x, y] = [2 * BIG * generator.uniform(), 2 * BIG * generator.uniform()];
      if (yinYangClass(x, y) !== i % CLASSES) continue;
      const input = createArray([steps, 4]);
      for (let t = 0; t < steps; t++) input.data.set([x, y, 1 - x, 1 - y], 4 * t);
      return { input, labels: Int32Array.of(i % CLASSES) };
    }
  });
}
