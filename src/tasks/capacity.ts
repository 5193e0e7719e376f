import { childStream, createArray, createGenerator, type Stream } from "../base/index.ts";
import { checkName, checkWhole } from "./check.ts";
import { SERIES_WARM_UP, splitTraining } from "./series.ts";
import type { ScoreName, Task, TaskSequence } from "./task.ts";

/** Split and size of {@link createMemoryCapacity}. */
export interface MemoryCapacityOptions {
  /** "reservoir" (default, 10,000 training steps) or "bptt" (20,000). */
  readonly split?: string;
  /** Delays asked for, 1 to this. Default 50. */
  readonly delays?: number;
}

/** Split and size of {@link createInformationCapacity}. */
export interface InformationCapacityOptions {
  /** "reservoir" (default, 10,000 training steps) or "bptt" (20,000). */
  readonly split?: string;
  /**
   * For products of total degree 1, 2, ...: from how many of the latest inputs they are formed.
   * Default [40, 12, 6], which gives 40, 78 and 56 products.
   */
  readonly inputsByDegree?: readonly number[];
}

const SPLITS: Readonly<Record<string, { train: number; validation: number }>> = {
  reservoir: { train: 10_000, validation: 2000 },
  bptt: { train: 20_000, validation: 2000 },
};
const TEST_STEPS = 10_000;

/** A product of Legendre polynomials: degree by delay. */
type Product = readonly { readonly delay: number; readonly degree: number }[];

/**
 * How much of the past is there? Say u(t - 1) to u(t - `delays`), u uniform in [-1, 1].
 *
 * The score is the sum over delays of the squared correlation between output and input: at most
 * the number of linearly independent observables.
 *
 * @param options  `split`; `delays`.
 * @param stream   Decides u; training and test have independent series.
 * @throws         `unknown-name` for another split; `bad-value` for delays that are none.
 * @source         Jaeger 2001, GMD report 152.
 */
export function createMemoryCapacity(options: MemoryCapacityOptions, stream: Stream): Task {
  const { split = "reservoir", delays = 50 } = options;
  checkWhole("createMemoryCapacity", "delays", delays, 1);
  const products = Array.from({ length: delays }, (_, i) => [{ delay: i + 1, degree: 1 }]);
  return createCapacity("memoryCapacity", split, products, stream);
}

/**
 * What functions of the past are there? Say products of Legendre polynomials of present and past
 * inputs, u uniform in [-1, 1].
 *
 * The score is the sum over products of the squared correlation, less what cyclic shifts of the
 * targets give by chance: at most the number of linearly independent observables.
 *
 * @param options  `split`; `inputsByDegree`.
 * @param stream   Decides u; training and test have independent series.
 * @throws         `unknown-name` for another split; `bad-value` for numbers of inputs that are none.
 * @source         Dambre, Verstraeten, Schrauwen and Massar 2012, Scientific Reports 2:514.
 */
export function createInformationCapacity(
  options: InformationCapacityOptions,
  stream: Stream,
): Task {
  const { split = "reservoir", inputsByDegree = [40, 12, 6] } = options;
  checkWhole("createInformationCapacity", "inputsByDegree: degrees", inputsByDegree.length, 1);
  for (const count of inputsByDegree) {
    checkWhole("createInformationCapacity", "inputsByDegree", count, 1);
  }
  const products = inputsByDegree.flatMap((count, i) => listProducts(i + 1, count));
  return createCapacity("informationCapacity", split, products, stream);
}

/** All products of a total degree of the latest `inputs` inputs. */
export function listProducts(total: number, inputs: number, from = 0): Product[] {
  if (total === 0) return [[]];
  const products: Product[] = [];
  for (let delay = from; delay < inputs; delay++) {
    for (let degree = 1; degree <= total; degree++) {
      for (const rest of listProducts(total - degree, inputs, delay + 1)) {
        products.push([{ delay, degree }, ...rest]);
      }
    }
  }
  return products;
}

/** P_n(u) times sqrt(2 n + 1): mean square 1 for u uniform in [-1, 1]. */
export function legendre(degree: number, u: number): number {
  let [before, value] = [1, u];
  if (degree === 0) return 1;
  for (let n = 1; n < degree; n++) {
    [before, value] = [value, ((2 * n + 1) * u * value - n * before) / (n + 1)];
  }
  return Math.sqrt(2 * degree + 1) * value;
}

function createCapacity(
  name: ScoreName,
  split: string,
  products: readonly Product[],
  stream: Stream,
): Task {
  const where = name === "memoryCapacity" ? "createMemoryCapacity" : "createInformationCapacity";
  checkName(where, `split of ${name}`, split, Object.keys(SPLITS));
  const steps = SPLITS[split];
  const draw = (part: string, time: number): TaskSequence =>
    drawSeries(products, SERIES_WARM_UP + time, childStream(stream, part));
  return {
    name,
    split,
    kind: "regression",
    scored: "each-step",
    inputs: 1,
    outputs: products.length,
    score: name,
    warmUp: SERIES_WARM_UP,
    ...splitTraining(draw("train", steps.train), { warmUp: SERIES_WARM_UP, ...steps }),
    test: [draw("test", TEST_STEPS)],
  };
}

/** u before the first step is drawn as well, so that no target is special. */
function drawSeries(products: readonly Product[], time: number, stream: Stream): TaskSequence {
  const longest = Math.max(...products.flatMap((product) => product.map(({ delay }) => delay)));
  const generator = createGenerator(stream);
  const u = Float64Array.from({ length: longest + time }, () => 2 * generator.uniform() - 1);
  const target = createArray([time, products.length]);
  products.forEach((product, k) => {
    for (let t = 0; t < time; t++) {
      let value = 1;
      for (const { delay, degree } of product) value *= legendre(degree, u[longest + t - delay]);
      target.data[t * products.length + k] = value;
    }
  });
  return { input: createArray([time, 1], u.slice(longest)), target };
}
