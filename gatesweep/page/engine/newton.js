// Newton's method in float64: the optimum that scikit-learn's LogisticRegression defines, as the engine finds it.

import {isOneClass} from "./logistic.js";

// The numbers of gatesweep/engine/solvers/newton.py, in float64. A decrement, in units of the intercept's curvature, that is the
// last; below which the next should be far smaller, and what rounding may keep it at; how often in a row; a column's least share
// of its own; and what the square of no logit may change by in a step that proves something about its end.
const SETTLED = 1e-12, NEAR = 1e-3, FLOOR = 1e-9, STALLS = 3, LEAST_PIVOT = 1e-13, LEVERAGE = 0.25;

// Minimises sum(log loss) + |weight|^2 / (2 C), intercept free. The path holds every step, `first` first. A step on whose way
// the slope changed its sign is cut back to the secant's root; a start that is worse than zero is left for zero, once.
export function newton(design, {C, maxIter = 100, first}) {
  const {p, n} = design, penalty = 1 / C, isUnbounded = penalty === 0 || isOneClass(design), here = new Objective(design, penalty), reach = longestOf(design);
  let params = first.slice(), anchor = params, direction = new Float64Array(p), slope = 0, stalls = 0, isRestarted = false;
  const path = [params];
  while (path.length <= maxIter) {
    const {gradient, matrix, highest} = here.look(params);
    if (isUnbounded && highest < 0) return {path: [...path, params], status: "separable"};
    const {solved, pivot} = solve(matrix, gradient, p), decrement = dot(gradient, solved), half = -slope / 2, curvature = matrix[p * p - 1];
    const isNear = half > 0 && half < NEAR / 2 * curvature && decrement > half, leverage = reach.reduce((sum, most, j) => sum + most ** 2 / matrix[j * p + j], 0) / pivot;
    const isSettled = decrement <= (isNear ? FLOOR : SETTLED) * curvature && decrement * leverage <= LEVERAGE, along = dot(gradient, direction);
    stalls = isNear ? stalls + 1 : 0;
    if (along > half && !isSettled) {
      const share = Math.min(1, Math.max(0.1, slope / (slope - along)));
      direction = direction.map((one) => share * one);
      slope *= share;
    } else {
      [anchor, direction, slope] = [params, solved.map((one) => -one), -decrement];
    }
    const isFinite = Number.isFinite(slope);
    if (!isRestarted && (!isFinite || dot(gradient, params) > Math.LN2 * n)) {
      [params, direction, slope, isRestarted] = [new Float64Array(p), new Float64Array(p), 0, true];
      path.push(params);
      continue;
    }
    if (!isFinite || !(pivot > LEAST_PIVOT)) return {path, status: "diverged"};
    if (stalls >= STALLS) return {path, status: "converged"};
    params = anchor.map((one, j) => one + direction[j]);
    path.push(params);
    if (isSettled) return {path, status: "converged"};
  }
  return {path, status: "max_iter"};
}

const dot = (a, b) => a.reduce((sum, one, j) => sum + one * b[j], 0);

// What no entry of a column exceeds.
function longestOf({n, p, x1, x2}) {
  const reach = new Float64Array(p).fill(1);
  for (const [j, column] of [x1, x2].entries()) reach[j] = column.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  if (p > 3) reach[2] = x1.reduce((most, x, i) => Math.max(most, Math.abs(x * x2[i])), 0);
  return n ? reach : reach.fill(0);
}

// The objective's slope and curvature (the lower triangle) at some parameters, and the highest signed logit there:
// all from one exponential a row.
class Objective {
  constructor(design, penalty) {
    const {p} = design;
    Object.assign(this, {design, penalty, highest: NaN, gradient: new Float64Array(p), matrix: new Float64Array(p * p)});
  }

  look(params) {
    const {design: {n, p, x1, x2, sign}, penalty, gradient, matrix} = this, w1 = params[0], w2 = params[1], hasProduct = p > 3;
    const w3 = hasProduct ? params[2] : 0, intercept = params[p - 1];
    let highest = -Infinity, s1 = 0, s2 = 0, s3 = 0, s4 = 0, m11 = 0, m12 = 0, m13 = 0, m14 = 0, m22 = 0, m23 = 0, m24 = 0, m33 = 0, m34 = 0, m44 = 0;
    for (let i = 0; i < n; i++) {
      const a = x1[i], b = x2[i], z = (w1 * a + w2 * b + w3 * a * b + intercept) * sign[i], e = Math.exp(-Math.abs(z)), share = 1 / (1 + e);
      if (!(z <= highest)) highest = z;
      const error = (z >= 0 ? share : e * share) * sign[i], curve = e * share * share, ca = curve * a, cb = curve * b;
      s1 += error * a;
      s2 += error * b;
      s4 += error;
      m11 += ca * a;
      m12 += ca * b;
      m14 += ca;
      m22 += cb * b;
      m24 += cb;
      m44 += curve;
      if (!hasProduct) continue;
      const c = a * b, cc = curve * c;
      s3 += error * c;
      m13 += cc * a;
      m23 += cc * b;
      m33 += cc * c;
      m34 += cc;
    }
    gradient.set(hasProduct ? [s1, s2, s3, s4] : [s1, s2, s4]);
    matrix.set(hasProduct ? [m11, 0, 0, 0, m12, m22, 0, 0, m13, m23, m33, 0, m14, m24, m34, m44] : [m11, 0, 0, m12, m22, 0, m14, m24, m44]);
    for (let j = 0; j < p - 1; j++) {
      gradient[j] += penalty * params[j];
      matrix[j * p + j] += penalty;
    }
    return Object.assign(this, {highest});
  }
}

// matrix^-1 vector by Cholesky, of which only the lower triangle is read, and the smallest pivot as a share of its place on the
// diagonal. NaN where the matrix is singular.
export function solve(matrix, vector, p) {
  const lower = matrix.slice(), out = vector.slice();
  let pivot = 1;
  for (let j = 0; j < p; j++) {
    for (let k = 0; k < j; k++) for (let i = j; i < p; i++) lower[i * p + j] -= lower[i * p + k] * lower[j * p + k];
    pivot = Math.min(pivot, lower[j * p + j] / matrix[j * p + j]);
    const root = Math.sqrt(lower[j * p + j]);
    for (let i = j; i < p; i++) lower[i * p + j] /= root;
  }
  for (let i = 0; i < p; i++) {
    for (let k = 0; k < i; k++) out[i] -= lower[i * p + k] * out[k];
    out[i] /= lower[i * p + i];
  }
  for (let i = p - 1; i >= 0; i--) {
    for (let k = i + 1; k < p; k++) out[i] -= lower[k * p + i] * out[k];
    out[i] /= lower[i * p + i];
  }
  return {solved: out, pivot};
}
