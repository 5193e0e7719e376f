import { describe, expect, it } from "vitest";
import { input, interpret } from "../engine/index.ts";
import { createOrnsteinUhlenbeckFactors, ornsteinUhlenbeckLaw } from "./index.ts";

const hs = [1e-3, 5e-3, 0.05, 0.59, 0.61, 1, 2.36, 12];

/** The four integrals by Simpson's rule, G = 1: kernels e^{-theta u} and 1 - e^{-theta u}. */
function byQuadrature(theta: number, dt: number): { zeta: number; eta: number; both: number } {
  const n = 4000;
  const sums = { zeta: 0, eta: 0, both: 0 };
  for (let i = 0; i <= n; i++) {
    const weight = (i === 0 || i === n ? 1 : i % 2 === 1 ? 4 : 2) * (dt / n / 3);
    const kept = Math.exp(-theta * ((i * dt) / n));
    const lost = -Math.expm1(-theta * ((i * dt) / n));
    sums.zeta += weight * kept * kept;
    sums.eta += weight * lost * lost;
    sums.both += weight * kept * lost;
  }
  return sums;
}

describe("ornsteinUhlenbeckLaw", () => {
  it.each(hs)("agrees with the integrals of its kernels within 1e-8 at h = %d", (h) => {
    const dt = 0.7;
    const law = ornsteinUhlenbeckLaw(h / dt, dt);
    const truth = byQuadrature(h / dt, dt);
    expect(Math.abs(law.varZeta / truth.zeta - 1)).toBeLessThan(1e-8);
    expect(Math.abs(law.varEta / truth.eta - 1)).toBeLessThan(1e-8);
    expect(Math.abs(law.covariance / truth.both - 1)).toBeLessThan(1e-8);
  });

  it("is the closed form of METHOD 2.1 at h = 2.36", () => {
    const [theta, dt] = [5, 2.36 / 5];
    const E = Math.exp(-2.36);
    const law = ornsteinUhlenbeckLaw(theta, dt);
    expect(law.decay).toBeCloseTo(E, 14);
    expect(law.varZeta).toBeCloseTo((1 - E * E) / (2 * theta), 14);
    const varEta = dt - (2 * (1 - E)) / theta + (1 - E * E) / (2 * theta);
    expect(law.varEta).toBeCloseTo(varEta, 14);
    expect(law.covariance).toBeCloseTo((1 - E) ** 2 / (2 * theta), 14);
  });
});

describe("createOrnsteinUhlenbeckFactors", () => {
  it("gives the same law in a graph within 1e-6, small h included", () => {
    const dt = 0.7;
    const factors = createOrnsteinUhlenbeckFactors(input("theta", [1, hs.length]), dt);
    const { decay, loss, zetaFactor, etaSlope, etaFactor } = factors;
    const values = { theta: hs.map((h) => h / dt) };
    const nodes = [decay, loss, zetaFactor, etaSlope, etaFactor];
    const [d, l, z, slope, own] = interpret(nodes, { values });
    hs.forEach((h, i) => {
      const law = ornsteinUhlenbeckLaw(h / dt, dt);
      const varEta = slope[i] ** 2 * z[i] ** 2 + own[i] ** 2;
      expect(d[i] + l[i]).toBeCloseTo(1, 12);
      expect(Math.abs(d[i] / law.decay - 1)).toBeLessThan(1e-6);
      expect(Math.abs(z[i] ** 2 / law.varZeta - 1)).toBeLessThan(1e-6);
      expect(Math.abs((slope[i] * z[i] ** 2) / law.covariance - 1)).toBeLessThan(1e-6);
      expect(Math.abs(varEta / law.varEta - 1)).toBeLessThan(1e-6);
    });
  });
});
