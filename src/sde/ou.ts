import {
  add,
  affine,
  clip,
  constant,
  div,
  mul,
  type Node,
  positive,
  sqrt,
  square,
  sub,
  tanh,
} from "../engine/index.ts";

// da = -theta a dt + G dW over a step dt, G frozen, h = theta dt:
//   a' = e^{-h} a + G zeta,    integral of theta a dt = (1 - e^{-h}) a + G eta
//   var zeta = (1 - e^{-2h}) / (2 theta),    cov(zeta, eta) = (1 - e^{-h})^2 / (2 theta)
//   var eta = dt - 2 (1 - e^{-h}) / theta + (1 - e^{-2h}) / (2 theta)
// With q = tanh(h/2): cov / var zeta = q and the variance of eta given zeta is dt (1 - q / (h/2)).

/** The joint law of an Ornstein-Uhlenbeck variable and of its force over one step. */
export interface OrnsteinUhlenbeckLaw {
  /** e^{-h} */
  readonly decay: number;
  readonly varZeta: number;
  readonly varEta: number;
  readonly covariance: number;
}

/** Below this k = h/2 the difference 1 - tanh(k)/k is taken from its series: float32, float64. */
const seriesBelow = 0.3;
const seriesBelowInDouble = 0.05;
/** 1 - tanh(k)/k = k^2/3 - 2 k^4/15 + 17 k^6/315 - 62 k^8/2835 + ... */
const series = [1 / 3, -2 / 15, 17 / 315, -62 / 2835];

/**
 * The law in numbers, accurate for small h.
 *
 * @param theta  Per unit of time, positive.
 * @param dt     The step, in the same unit.
 */
export function ornsteinUhlenbeckLaw(theta: number, dt: number): OrnsteinUhlenbeckLaw {
  const h = theta * dt;
  const varZeta = -Math.expm1(-2 * h) / (2 * theta);
  const k = h / 2;
  const q = Math.tanh(k);
  const rest =
    k < seriesBelowInDouble
      ? series.reduce((sum, c, i) => sum + c * k ** (2 * i + 2), 0)
      : 1 - q / k;
  return {
    decay: Math.exp(-h),
    varZeta,
    covariance: q * varZeta,
    varEta: q * q * varZeta + dt * rest,
  };
}

/** The same law as values of a graph: factors on unit normals n1 and n2, each [1, auxiliaries]. */
export interface OrnsteinUhlenbeckFactors {
  /** e^{-h}, the factor of a in a'. */
  readonly decay: Node;
  /** 1 - e^{-h}, the factor of a in the force. */
  readonly loss: Node;
  /** zeta = zetaFactor n1. */
  readonly zetaFactor: Node;
  /** eta = etaSlope zeta + etaFactor n2. */
  readonly etaSlope: Node;
  readonly etaFactor: Node;
}

/**
 * Factors of the joint law in a graph, accurate in float32 down to h of 1e-4.
 *
 * Everything is written with tanh(h/2) and tanh(h), which lose nothing for small h.
 *
 * @param theta  [1, auxiliaries], per unit of time, positive.
 * @param dt     The step, in the same unit.
 */
export function createOrnsteinUhlenbeckFactors(theta: Node, dt: number): OrnsteinUhlenbeckFactors {
  const one = constant(1, theta.shape);
  const h = affine(theta, dt);
  const k = affine(h, 0.5);
  const q = tanh(k);
  const t = tanh(h);
  // 1 - e^{-h} = 2q / (1 + q);  var zeta = dt t / (h (1 + t))
  const loss = div(affine(q, 2), affine(q, 1, 1));
  const varZeta = affine(div(t, mul(h, affine(t, 1, 1))), dt);
  const isSmall = positive(affine(k, -1, seriesBelow));
  const small = evaluateSeries(square(clip(k, 0, seriesBelow)));
  const large = sub(one, div(q, k));
  const rest = add(mul(isSmall, small), mul(sub(one, isSmall), large));
  return {
    decay: sub(one, loss),
    loss,
    zetaFactor: sqrt(varZeta),
    etaSlope: q,
    etaFactor: sqrt(affine(rest, dt)),
  };
}

/** Horner's scheme for `series` in k^2. */
function evaluateSeries(k2: Node): Node {
  const inner = series
    .slice(0, -1)
    .reduceRight(
      (sum, c) => affine(mul(sum, k2), 1, c),
      constant(series[series.length - 1], k2.shape),
    );
  return mul(inner, k2);
}
