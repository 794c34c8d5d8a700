// What is possible with a gate of two inputs: exact accuracy of a model, the best line, the Bayes limit.
// The formulas are those of gatesweep.theory, where their sources stand.

import {softplus} from "./logistic.js";

// Phi at the points of a grid, by its series around 0 (Marsaglia, Journal of Statistical Software 11(4), 2004).
function phiSeries(x) {
  let sum = x, term = x, last = NaN;
  for (let k = 3; sum !== last; k += 2) {
    last = sum;
    term *= x * x / k;
    sum += term;
  }
  return 0.5 + sum * density(x);
}
const density = (x) => Math.exp(-0.5 * x * x - 0.9189385332046727);

const FAR = 8, PER_UNIT = 64, ORDER = 8;
const GRID = Float64Array.from({length: 2 * FAR * PER_UNIT + 1}, (_, i) => phiSeries(i / PER_UNIT - FAR));

// Phi from the nearest grid point by Taylor's formula: the derivatives of the density are Hermite polynomials times it.
export function normalCdf(x) {
  if (!(Math.abs(x) < FAR)) return x > 0 ? 1 : 0;
  const place = Math.round((x + FAR) * PER_UNIT), near = place / PER_UNIT - FAR, step = x - near;
  let [before, hermite] = [0, 1], power = step, sum = 0;
  for (let k = 1; k <= ORDER; k++) {
    sum += hermite * power;
    [before, hermite] = [hermite, -near * hermite - (k - 1) * before];
    power *= step / (k + 1);
  }
  return GRID[place] + density(near) * sum;
}

const erf = (x) => 2 * normalCdf(x * Math.SQRT2) - 1;

// The chance that z ~ N(mean, scale^2) is 0 or more.
function classOne(mean, scale) {
  return scale > 0 ? normalCdf(mean / scale) : Number(mean >= 0);
}

export function majorityAccuracy(truth) {
  const ones = truth.reduce((a, b) => a + b);
  return Math.max(ones, 4 - ones) / 4;
}

// params: w1, w2, (w of x1*x2), intercept. The chance that noise leaves a row on its own side of the boundary.
export const exactAccuracy = (params, truth, noiseLevel) => overCorners(rightSide, params, truth, noiseLevel);

function rightSide(mean, scale, label) {
  const one = classOne(mean, scale);
  return label ? one : 1 - one;
}

// The mean log loss in nats on the true distribution.
export const exactLogLoss = (params, truth, noiseLevel) => overCorners(meanLogLoss, params, truth, noiseLevel);

function meanLogLoss(mean, scale, label) {
  const wrong = label ? -mean : mean;
  return scale > 0 ? overNormal(-wrong / scale, (u) => softplus(wrong + scale * u)) : softplus(wrong);
}

// The mean over corners and noise of leaf(mean, scale, label) of the logit, which is normal there.
function overCorners(leaf, params, truth, noiseLevel) {
  const [w1, w2] = params, product = params.length > 3 ? params[2] : 0, intercept = params.at(-1);
  const both = noiseLevel ** 2 * product;
  let sum = 0;
  for (let corner = 0; corner < 4; corner++) {
    const c1 = corner >> 1, c2 = corner & 1, label = truth[corner];
    const logit = w1 * c1 + w2 * c2 + product * c1 * c2 + intercept;
    const slopes = [noiseLevel * (w1 + product * c2), noiseLevel * (w2 + product * c1)];
    if (both === 0) {
      sum += leaf(logit, Math.hypot(...slopes), label);
      continue;
    }
    // With the product, the logit is linear in one input's noise once the other's is fixed: quadrature over the
    // flatter one, split where the slope of the steeper one vanishes and the answer can turn over.
    const [flat, steep] = Math.abs(slopes[0]) < Math.abs(slopes[1]) ? slopes : slopes.reverse();
    sum += overNormal(-steep / both, (u) => leaf(logit + flat * u, Math.abs(steep + both * u), label));
  }
  return sum / 4;
}

// A line of highest accuracy: [w1, w2, intercept], |w| = 1 (0 for a constant gate).
export function bestLine(truth, noiseLevel) {
  const ones = truth.reduce((a, b) => a + b);
  if (ones % 4 === 0) return [0, 0, ones ? 1 : -1];
  for (const [w1, w2] of [[1, 0], [0, 1], [-1, 0], [0, -1]]) {
    const side = (corner) => w1 * ((corner >> 1) - 0.5) + w2 * ((corner & 1) - 0.5) > 0;
    if (truth.every((one, corner) => Boolean(one) === side(corner))) return [w1, w2, -(w1 + w2) / 2];
  }
  // One corner is cut off: the odd one, for XOR the corner 11 and for its mirror image XNOR 10.
  const cut = ones === 2 ? 3 - truth[0] : truth.findIndex((one) => Boolean(one) === (ones === 1)), sign = 2 * truth[cut] - 1;
  const outward = [(cut >> 1) - 0.5, (cut & 1) - 0.5].map((x) => x * Math.SQRT2);
  const decay = -1 / (2 * noiseLevel ** 2), root = Math.sqrt(ones === 2 ? -Math.expm1(decay) : 1 + Math.exp(decay));
  const distance = Math.SQRT2 / 4 + Math.SQRT2 * noiseLevel ** 2 * Math.log1p(root);
  return [sign * outward[0], sign * outward[1], -sign * (distance + (outward[0] + outward[1]) / 2)];
}

// How far from the middle of the corners the best boundary is drawn, at how many places, and the noise level below which
// it is drawn as at this one.
const DRAWN = 8, PLACES = 401, SHARPEST = 1e-3;

// Where the best of all classifiers is undecided: points with NaN between the parts, drawn over x1 and over x2, since it
// may stand upright.
export function bayesBoundary(truth, noiseLevel) {
  const [s00, s01, s10, s11] = truth.map((one) => 2 * one - 1), spread = Math.max(noiseLevel, SHARPEST) ** 2;
  const over = Array.from({length: PLACES}, (_, i) => DRAWN * (2 * i / (PLACES - 1) - 1));
  // The other input, less 1/2, where one of them is 1/2 + `over`.
  const across = (a, b, c, d) => over.map((place) => {
    const t = place / spread, [near, far] = [Math.exp(-Math.max(-t, 0)), Math.exp(-Math.max(t, 0))];
    const found = spread * Math.log(-(far * a + near * b) / (far * c + near * d));
    return Math.abs(found) <= DRAWN ? found : NaN;
  });
  const shifted = (...parts) => parts.flat().map((x) => x + 0.5);
  return {x1: shifted(over, NaN, across(s00, s01, s10, s11)), x2: shifted(across(s00, s10, s01, s11), NaN, over)};
}

// (1 + E|2 P(class 1 | x) - 1|) / 2: a threshold in x2 once x1 is fixed, quadrature over x1.
export function bayesAccuracy(truth, noiseLevel) {
  if (noiseLevel === 0) return 1;
  const s = truth.map((one) => 2 * one - 1);
  let sum = 0;
  for (const c1 of [0, 1]) {
    sum += overNormal((0.5 - c1) / noiseLevel, (u) => {
      const lean = Math.tanh((c1 - 0.5 + noiseLevel * u) / (2 * noiseLevel ** 2));
      const at = (x2) => (s[x2] + s[2 + x2] + lean * (s[2 + x2] - s[x2])) / 2;
      return certainty(at(0), at(1), noiseLevel);
    }) / 2;
  }
  return (1 + sum) / 2;
}

// E|low (1 - q) + high q| over the last input, q its posterior.
function certainty(low, high, noiseLevel) {
  if (low * high >= 0) return Math.abs(low + high) / 2;
  const shift = noiseLevel * Math.log(Math.abs(low / high));
  const share = (step) => erf((0.5 / noiseLevel + step) / Math.SQRT2);
  return (Math.abs(low) * share(shift) + Math.abs(high) * share(-shift)) / 2;
}

const NODES = 40, REACH = 6.5;
const LEGENDRE = legendre(NODES);
const CUBES = Float64Array.from(LEGENDRE, ([t]) => t ** 3);
const SHARES = Float64Array.from(LEGENDRE, ([t, gauss]) => gauss * t * t);

// E[f(u)] of a standard normal u, for f not smooth at `split`: Gauss-Legendre on either side, gathered there by t^3.
function overNormal(split, f) {
  const middle = Math.abs(split) < REACH ? split : 0;
  let sum = 0, total = 0;
  for (let i = 0; i < 2 * NODES; i++) {
    const length = i < NODES ? -(middle + REACH) : REACH - middle, k = i % NODES;
    const u = middle + length * CUBES[k], weight = Math.abs(length) * SHARES[k] * Math.exp(-0.5 * u * u);
    sum += weight * f(u);
    total += weight;
  }
  return sum / total;
}

// Nodes and weights of Gauss-Legendre quadrature on [0, 1]: roots of P_n by Newton's method from Chebyshev's.
function legendre(n) {
  return Array.from({length: n}, (_, i) => {
    let x = Math.cos(Math.PI * (i + 0.75) / (n + 0.5)), slope = 0;
    for (let step = 0; step < 50; step++) {
      let [before, value] = [1, x];
      for (let k = 2; k <= n; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
      slope = n * (x * value - before) / (x * x - 1);
      const move = value / slope;
      x -= move;
      if (Math.abs(move) < 1e-16) break;
    }
    return [(x + 1) / 2, 1 / ((1 - x * x) * slope * slope)];
  });
}
