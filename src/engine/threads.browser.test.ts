import { expect, test } from "vitest";
import { trainInWorker } from "./train-worker.test-support.ts";
import { trainBits } from "./training.test-support.ts";

test("a page trains with the same bits as its workers do on one and on two threads", async () => {
  const here = await trainBits(2);
  const [one, two] = [await trainInWorker(1), await trainInWorker(2)];
  // A page's own thread must not wait for others, whatever was asked for.
  expect([here, one, two].map(({ threads }) => threads)).toEqual([1, 1, 2]);
  expect([one.bits, two.bits]).toEqual([here.bits, here.bits]);
});
