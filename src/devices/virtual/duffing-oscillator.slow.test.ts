import { expect, test } from "vitest";
import { createArray } from "../../base/index.ts";
import { createDuffingOscillator } from "./duffing-oscillator.ts";
import { createVirtualDevice } from "./virtual-device.ts";

// Kramers' rate out of one well for moderate to strong friction. A hop is counted at 0.8 beyond the
// top: at delta 0.3 some walkers cross back at once (Melnikov 1991), which adds hops that the
// formula does not know, while weak friction slows the exchange of energy; near a barrier of 5 D/delta
// the two nearly cancel. About 610 hops: a standard error of 4 %, and 20 % is 5 of them.
test("at a barrier of 5 D/delta it hops between its wells at Kramers' rate within 20 %", async () => {
  const D = 0.015;
  const time = 1_000_000;
  const physics = createDuffingOscillator({ sigma: 0, whiteNoise: Math.sqrt(2 * D) });
  const device = createVirtualDevice({ physics, seeds: { thermal: 1, instrument: 1 } });
  const { dt } = await device.describe();
  const { data } = await device.run(createArray([time, 1]));
  let [side, hops] = [Math.sign(data[0]), 0];
  for (let t = 0; t < time; t++) {
    if (data[2 * t] * side > -0.8) continue;
    side = -side;
    hops++;
  }
  const attempts = ((Math.sqrt(0.3 ** 2 / 4 + 1) - 0.3 / 2) * Math.SQRT2) / (2 * Math.PI);
  const kramers = attempts * Math.exp((-0.25 * 0.3) / D);
  const rate = hops / (time * dt);
  if (process.env.SHOW) console.log(hops, rate, kramers);
  expect(Math.abs(rate / kramers - 1)).toBeLessThan(0.2);
});
