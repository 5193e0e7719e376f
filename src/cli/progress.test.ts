import { expect, test } from "vitest";
import { createProgressLine, formatDuration, formatProgress } from "./progress.ts";

const at = (done: number) => ({ stage: "fit: drift", done, total: 100, unit: "updates" });

test("the time left is the time of the stage times what remains over what was done", () => {
  const text = formatProgress(
    { ...at(25), measures: { loss: 0.12345 } },
    { seconds: 10, since: 25 },
  );
  expect(text).toMatchInlineSnapshot(
    `"fit: drift  25 %, 25/100 updates [10s<30s, 2.5/s] loss 0.123"`,
  );
  expect(formatProgress(at(50), { seconds: 0, since: 0 }, 4)).toMatchInlineSnapshot(
    `"fit: drift  50 %|██  | 50/100 updates [0s<?, ?/s]"`,
  );
});

test("without a terminal a line is written every ten seconds, without control characters", () => {
  let now = 0;
  const written: string[] = [];
  const line = createProgressLine({ write: (text: string) => written.push(text) }, () => now);
  for (let second = 1; second <= 25; second++) {
    now = 1000 * second;
    line.update(at(second));
  }
  expect(written).toHaveLength(2);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is tested
  expect(written.join("")).not.toMatch(/[\r\x1b]/);
});

test("durations are written as seconds, minutes or hours", () => {
  expect([0, 59.4, 185, 3720].map(formatDuration)).toEqual(["0s", "59s", "3m05s", "1h02m"]);
});
