// Newton's method in float64: the optimum that scikit-learn's LogisticRegression defines, as the engine finds it.

import {isOneClass, meanLoss, separates, sigmoid, signedLogits} from "./logistic.js";

const MAX_HALVINGS = 60;
// Half the squared Newton decrement is what a step still gains; below this share of the objective it is rounding.
const DECREMENT = 1e-24;

// Minimises sum(log loss) + |weight|^2 / (2 C), intercept free. The path holds every step, `first` first.
export function newton(design, {C, maxIter = 100, first}) {
  const {p} = design, penalty = 1 / C, unbounded = penalty === 0 || isOneClass(design);
  let params = first.slice(), status = "max_iter", value = objective(design, params, penalty);
  const path = [params], slope = new Float64Array(p), matrix = new Float64Array(p * p);
  while (path.length <= maxIter) {
    if (unbounded && separates(design, params)) { status = "separable"; break; }
    derivatives(design, params, penalty, slope, matrix);
    const step = solve(matrix, slope, p);
    if (!step) { status = "diverged"; break; }
    const gain = step.reduce((sum, s, j) => sum + s * slope[j], 0);
    let next, length = 1, found;
    for (let tries = 0; tries < MAX_HALVINGS; tries++, length /= 2) {
      next = params.map((value, j) => value - length * step[j]);
      found = objective(design, next, penalty);
      if (found <= value - 1e-4 * length * gain || gain <= 1e-13 * value) break;
    }
    if (!(found <= value + 1e-12 * value)) { status = "diverged"; break; }
    [params, value] = [next, found];
    path.push(params);
    if (gain <= DECREMENT * value) { status = "converged"; break; }
  }
  return {path, status};
}

function objective(design, params, penalty) {
  let sum = design.n * meanLoss(design, params);
  for (let j = 0; j < design.p - 1; j++) sum += penalty * params[j] ** 2 / 2;
  return sum;
}

function derivatives(design, params, penalty, slope, matrix) {
  const {n, p, x1, x2, sign} = design, z = signedLogits(design, params), row = new Float64Array(p).fill(1);
  slope.fill(0);
  matrix.fill(0);
  for (let i = 0; i < n; i++) {
    const error = sigmoid(z[i]), curve = error * (1 - error);
    row[0] = x1[i];
    row[1] = x2[i];
    if (p > 3) row[2] = x1[i] * x2[i];
    for (let j = 0; j < p; j++) {
      slope[j] += error * sign[i] * row[j];
      for (let k = 0; k <= j; k++) matrix[j * p + k] += curve * row[j] * row[k];
    }
  }
  for (let j = 0; j < p - 1; j++) {
    slope[j] += penalty * params[j];
    matrix[j * p + j] += penalty;
  }
}

// matrix^-1 vector by Cholesky; only the lower triangle is read. null where the matrix is singular.
export function solve(matrix, vector, p) {
  const lower = matrix.slice(), out = vector.slice();
  for (let j = 0; j < p; j++) {
    for (let k = 0; k < j; k++) for (let i = j; i < p; i++) lower[i * p + j] -= lower[i * p + k] * lower[j * p + k];
    if (!(lower[j * p + j] > 0)) return null;
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
  return out.every(Number.isFinite) ? out : null;
}
