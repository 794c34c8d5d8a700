// The model that infinitely many rows would give: the minimiser of the expected log loss. As gatesweep/theory/population.py,
// where the formulas and their sources stand.

import {truthOf} from "./lecture.js";
import {sigmoid} from "./logistic.js";
import {solve} from "./newton.js";
import {hermite, sigmoidMoments} from "./quadrature.js";
import {bestLine} from "./theory.js";

// A logit whose log loss is the rounding error of 1: it stands for an optimum at infinity.
const CERTAIN = -Math.log(2 ** -52);
const STEPS = 100, TOLERANCE = 1e-4;
const HERMITE_NODES = 12, HERMITE_RIDGE = 1e-8;
const CORNERS = [[0, 0], [0, 1], [1, 0], [1, 1]];

// w1, w2, (w of x1*x2) and intercept; n training rows weigh the penalty.
export function populationOptimum(gate, noiseLevel, C, n, features) {
  const truth = truthOf(gate), share = truth.reduce((a, b) => a + b) / 4, penalty = 1 / Math.max(C, 1e-150) / n;
  const p = features === "interaction" ? 4 : 3, isConstant = share === 0 || share === 1;
  if (isConstant) return new Float64Array(p).fill((2 * share - 1) * CERTAIN, p - 1);
  const odds = new Float64Array(p).fill(Math.log(share / (1 - share)), p - 1);
  if (p > 3) return newtonFrom(odds, onGrid(truth, noiseLevel, Math.max(penalty, HERMITE_RIDGE)));
  const weight = noiseLevel > 0 ? penalty : Math.max(penalty, 2 ** -52);
  return newtonFrom(marginStart(truth, noiseLevel, weight) ?? odds, expected(truth, noiseLevel, weight));
}

// Near the optimum where a line separates the corners: the one of largest margin, at a length that suits the noise.
function marginStart(truth, noiseLevel, penalty) {
  const line = bestLine(truth, 0), logits = CORNERS.map(([a, b]) => line[0] * a + line[1] * b + line[2]);
  if (!logits.every((z, i) => z * (2 * truth[i] - 1) > 1e-9)) return null;
  const nearest = Math.min(...logits.map(Math.abs)), squared = nearest ** 2;
  const scale = Math.min(2 * squared / noiseLevel ** 2, Math.log1p(squared / penalty));
  return Float64Array.from(line, (value) => value * scale / nearest);
}

// Gradient and Hessian of the penalised mean loss of a line: expectations are over the one dimension along its weights.
function expected(truth, noiseLevel, penalty) {
  const variance = noiseLevel ** 2;
  return ([w1, w2, intercept]) => {
    const slope = new Float64Array(3), matrix = new Float64Array(9), cross = new Float64Array(3), weight = [w1, w2, 0];
    let level = penalty, bend = 0;
    CORNERS.forEach(([a, b], corner) => {
      const side = 1 - 2 * truth[corner], point = [a, b, 1];
      const found = sigmoidMoments(side * (w1 * a + w2 * b + intercept), noiseLevel * Math.hypot(w1, w2));
      level += variance * found.slope / 4;
      bend += variance ** 2 * found.third / 4;
      for (let j = 0; j < 3; j++) {
        slope[j] += side * found.value * point[j] / 4;
        cross[j] += variance * side * found.curve * point[j] / 4;
        for (let k = 0; k < 3; k++) matrix[3 * j + k] += found.slope * point[j] * point[k] / 4;
      }
    });
    for (let j = 0; j < 3; j++) {
      slope[j] += level * weight[j];
      for (let k = 0; k < 3; k++) matrix[3 * j + k] += cross[j] * weight[k] + weight[j] * cross[k] + bend * weight[j] * weight[k];
    }
    matrix[0] += level;
    matrix[4] += level;
    return [slope, matrix];
  };
}

// The same with the product feature, over a grid of noise (Gauss-Hermite in both inputs).
function onGrid(truth, noiseLevel, penalty) {
  const nodes = hermite(HERMITE_NODES), rows = [];
  CORNERS.forEach(([a, b], corner) => {
    for (const [u1, share1] of nodes) {
      for (const [u2, share2] of nodes) {
        const x1 = a + noiseLevel * u1, x2 = b + noiseLevel * u2;
        rows.push({row: [x1, x2, x1 * x2, 1], share: share1 * share2 / 4, label: truth[corner]});
      }
    }
  });
  return (params) => {
    const slope = new Float64Array(4), matrix = new Float64Array(16);
    for (const {row, share, label} of rows) {
      const p = sigmoid(row.reduce((sum, x, j) => sum + x * params[j], 0)), curve = share * p * (1 - p);
      for (let j = 0; j < 4; j++) {
        slope[j] += share * (p - label) * row[j];
        for (let k = 0; k < 4; k++) matrix[4 * j + k] += curve * row[j] * row[k];
      }
    }
    for (let j = 0; j < 3; j++) {
      slope[j] += penalty * params[j];
      matrix[5 * j] += penalty;
    }
    return [slope, matrix];
  };
}

// Newton's method on a convex loss: a step at whose end the loss rises steeply was far too long, and is halved.
function newtonFrom(start, derivatives) {
  let params = start.slice(), step = params.map(() => 0), descent = 0;
  const p = params.length, dot = (a, b) => a.reduce((sum, value, j) => sum + value * b[j], 0), largest = (values) => Math.max(...values.map(Math.abs));
  for (let count = 0; count < STEPS; count++) {
    const trial = params.map((value, j) => value + step[j]), [slope, matrix] = derivatives(trial);
    if (dot(slope, step) <= 0.5 * descent) {
      params = trial;
      // The ridge changes nothing but where the Hessian is singular or underflows.
      let trace = 0;
      for (let j = 0; j < p; j++) trace += matrix[j * (p + 1)];
      for (let j = 0; j < p; j++) matrix[j * (p + 1)] += 1e-15 * trace + 1e-290;
      const {solved} = solve(matrix, slope, p), isFound = solved.every(Number.isFinite);
      step = solved.map((value) => (isFound ? -value : 0));
      descent = -dot(slope, step);
    } else {
      step = step.map((value) => value / 2);
    }
    if (largest(step) <= TOLERANCE * (1 + largest(params))) return params.map((value, j) => value + step[j]);
  }
  return params;
}
