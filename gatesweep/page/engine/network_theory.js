// Exact accuracy of a network with one hidden layer, by quadrature that refines itself. As gatesweep/theory/network.py.

import {softplus} from "./logistic.js";
import {ACTIVATIONS} from "./network.js";
import {normalCdf} from "./theory.js";

// Standard deviations of noise that count; steps of the last input's range in which a change of sign is looked for, and
// how many more bring it to 1e-6.
const NOISE_REACH = 5, STEPS_ACROSS = 40, REFINEMENTS = 8;
// What the two rules may differ by in a part, and the narrowest part.
const DISAGREEMENT = 1e-5, NARROWEST = NOISE_REACH / 2 ** 13;
// Gauss and Kronrod's nodes from the outer one to the middle, and both rules' weights (QUADPACK, qk15).
const KRONROD = [
  [0.9914553711208126, 0.022935322010529224, 0], [0.9491079123427585, 0.06309209262997856, 0.1294849661688697],
  [0.8648644233597691, 0.10479001032225019, 0], [0.7415311855993945, 0.14065325971552592, 0.27970539148927664],
  [0.5860872354676911, 0.1690047266392679, 0], [0.4058451513773972, 0.19035057806478542, 0.3818300505051189],
  [0.20778495500789848, 0.20443294007529889, 0], [0, 0.20948214108472782, 0.4179591836734694],
];
const RULE = [...KRONROD.map(([place, ...weights]) => [-place, ...weights]), ...KRONROD.slice(0, -1).reverse()];

// Steps of the noise of both inputs over which a log loss is summed: the sums of so smooth a function times the density
// are exact to the third digit and better.
const ACROSS = 100;

// The probability that a network answers with the gate's output at the row's corner. NaN where it is no number.
export function networkAccuracy(params, truth, noiseLevel, {features, hidden_units: count, activation}) {
  const {value} = ACTIVATIONS[activation];
  if (!params.every(Number.isFinite)) return NaN;
  let sum = 0;
  for (let corner = 0; corner < 4; corner++) {
    const units = unitsAt(corner, params, noiseLevel, count, features);
    // The share of the second input's noise on which the answer is the truth, given the first's.
    const share = (u) => {
      const one = shareOfOne(linesAt(units, u), params.at(-1), value);
      return truth[corner] ? one : 1 - one;
    };
    // What differs from the corner's own value is averaged: so a constant stays exactly what it is.
    const centre = share(0);
    sum += centre + refined((u) => share(u) - centre);
  }
  return Math.min(1, Math.max(0, sum / 4));
}

// Each unit's line at a corner as a polynomial in the noise of both inputs.
function unitsAt(corner, params, noiseLevel, count, features) {
  const c1 = corner >> 1, c2 = corner & 1, width = features === "interaction" ? 4 : 3;
  return Array.from({length: count}, (_, j) => {
    const [w1, w2, ...rest] = params.subarray(width * j, width * (j + 1)), b = rest.pop(), [w3 = 0] = rest;
    return {
      constant: w1 * c1 + w2 * c2 + w3 * c1 * c2 + b, first: noiseLevel * (w1 + w3 * c2), second: noiseLevel * (w2 + w3 * c1),
      both: noiseLevel ** 2 * w3, weight: params[width * count + j],
    };
  });
}
const linesAt = (units, u) => units.map((unit) => [unit.constant + unit.first * u, unit.second + unit.both * u, unit.weight]);

// The mean log loss in nats on the true distribution; arguments as those of `networkAccuracy`.
export function networkLogLoss(params, truth, noiseLevel, {features, hidden_units: count, activation}) {
  const {value} = ACTIVATIONS[activation], steps = noiseLevel ? Array.from({length: ACROSS + 1}, (_, i) => NOISE_REACH * (2 * i / ACROSS - 1)) : [0];
  const density = steps.map((u) => Math.exp(-0.5 * u * u)), whole = 4 * density.reduce((sum, part) => sum + part) ** 2;
  let total = 0;
  for (let corner = 0; corner < 4; corner++) {
    const units = unitsAt(corner, params, noiseLevel, count, features), sign = truth[corner] ? -1 : 1;
    steps.forEach((u, i) => {
      const lines = linesAt(units, u);
      steps.forEach((t, j) => { total += density[i] * density[j] * softplus(sign * logitOn(lines, params.at(-1), value, t)); });
    });
  }
  return total / whole;
}

function logitOn(lines, intercept, value, t) {
  let z = intercept;
  for (const [constant, slope, weight] of lines) z += weight * value(constant + slope * t);
  return z;
}

function shareOfOne(lines, intercept, value) {
  const logitAt = (t) => logitOn(lines, intercept, value, t);
  let before = -NOISE_REACH, atBefore = logitAt(before), chance = 0;
  for (let step = 1; step <= STEPS_ACROSS; step++) {
    const t = NOISE_REACH * (2 * step / STEPS_ACROSS - 1), at = logitAt(t);
    if ((at >= 0) !== (atBefore >= 0)) chance -= (at >= 0 ? 1 : -1) * normalCdf(root(logitAt, before, t, atBefore, at));
    [before, atBefore] = [t, at];
  }
  return chance + Number(atBefore >= 0);
}

// Where the logit is 0 between low and high: regula falsi, the end that stays counting half (Illinois).
function root(logitAt, low, high, atLow, atHigh) {
  for (let step = 0; step < REFINEMENTS; step++) {
    const difference = atHigh - atLow, share = difference === 0 ? 0.5 : -atLow / difference;
    const middle = low + Math.min(1, Math.max(0, share)) * (high - low), at = logitAt(middle);
    if ((at >= 0) === (atLow >= 0)) [low, atLow, atHigh] = [middle, at, atHigh / 2];
    else [high, atHigh, atLow] = [middle, at, atLow / 2];
  }
  return Math.abs(atLow) < Math.abs(atHigh) ? low : high;
}

// E[f(u)] for u standard normal: parts are halved until both rules agree.
function refined(f) {
  const parts = [[-NOISE_REACH, 0], [0, NOISE_REACH]];
  let total = 0;
  while (parts.length) {
    const [low, high] = parts.pop(), half = (high - low) / 2, middle = (low + high) / 2;
    let fine = 0, coarse = 0;
    for (const [place, fineWeight, coarseWeight] of RULE) {
      const u = middle + half * place, value = half * f(u) * Math.exp(-0.5 * u * u) / Math.sqrt(2 * Math.PI);
      fine += fineWeight * value;
      coarse += coarseWeight * value;
    }
    if (!(Math.abs(fine - coarse) > DISAGREEMENT) || high - low < NARROWEST) total += fine;
    else parts.push([low, middle], [middle, high]);
  }
  return total;
}
