// Newton's method in float64: the optimum that scikit-learn's LogisticRegression defines, as the engine finds it.

import {isOneClass, sumLog1p} from "./logistic.js";

const MAX_HALVINGS = 60;
// Half the squared Newton decrement is what a step still gains; below this share of the objective it is rounding.
const DECREMENT = 1e-24;

// Minimises sum(log loss) + |weight|^2 / (2 C), intercept free. The path holds every step, `first` first.
export function newton(design, {C, maxIter = 100, first}) {
  const {p} = design, penalty = 1 / C, unbounded = penalty === 0 || isOneClass(design);
  let params = first.slice(), status = "max_iter", here = new Objective(design, penalty).look(params), there = new Objective(design, penalty);
  const path = [params];
  while (path.length <= maxIter) {
    const {value} = here;
    if (unbounded && here.highest < 0) { status = "separable"; break; }
    const step = solve(here.matrix, here.slope, p);
    if (!step) { status = "diverged"; break; }
    const gain = step.reduce((sum, s, j) => sum + s * here.slope[j], 0);
    let next, length = 1;
    for (let tries = 0; tries < MAX_HALVINGS; tries++, length /= 2) {
      next = params.map((one, j) => one - length * step[j]);
      there.look(next);
      if (there.value <= value - 1e-4 * length * gain || gain <= 1e-13 * value) break;
    }
    if (!(there.value <= value + 1e-12 * value)) { status = "diverged"; break; }
    params = next;
    [here, there] = [there, here];
    path.push(params);
    if (gain <= DECREMENT * here.value) { status = "converged"; break; }
  }
  return {path, status};
}

// The objective, its slope and its curvature (the lower triangle) at some parameters, and the highest signed logit there:
// all from one exponential a row.
class Objective {
  constructor(design, penalty) {
    const {p} = design;
    Object.assign(this, {design, penalty, value: NaN, highest: NaN, slope: new Float64Array(p), matrix: new Float64Array(p * p)});
  }

  look(params) {
    const {design: {n, p, x1, x2, sign, logits}, penalty, slope, matrix} = this, w1 = params[0], w2 = params[1], hasProduct = p > 3;
    const w3 = hasProduct ? params[2] : 0, intercept = params[p - 1];
    let linear = 0, highest = -Infinity, s1 = 0, s2 = 0, s3 = 0, s4 = 0, m11 = 0, m12 = 0, m13 = 0, m14 = 0, m22 = 0, m23 = 0, m24 = 0, m33 = 0, m34 = 0, m44 = 0;
    for (let i = 0; i < n; i++) {
      const a = x1[i], b = x2[i], z = (w1 * a + w2 * b + w3 * a * b + intercept) * sign[i], e = Math.exp(-Math.abs(z)), share = 1 / (1 + e);
      logits[i] = e;
      if (z > 0) linear += z;
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
    slope.set(hasProduct ? [s1, s2, s3, s4] : [s1, s2, s4]);
    matrix.set(hasProduct ? [m11, 0, 0, 0, m12, m22, 0, 0, m13, m23, m33, 0, m14, m24, m34, m44] : [m11, 0, 0, m12, m22, 0, m14, m24, m44]);
    let value = linear + sumLog1p(logits, n);
    for (let j = 0; j < p - 1; j++) {
      value += penalty * params[j] ** 2 / 2;
      slope[j] += penalty * params[j];
      matrix[j * p + j] += penalty;
    }
    return Object.assign(this, {value, highest});
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
