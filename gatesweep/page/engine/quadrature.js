// Expectations over normal noise, at any scale. As gatesweep/theory/quadrature.py, where the formulas are explained.

import {normalCdf} from "./theory.js";

const DEGREE = 16;

// exp(x^2) erfc(x) for x >= 0: where erfc is small, by its continued fraction (Abramowitz and Stegun 7.1.14).
function erfcx(x) {
  if (x < 2) return 2 * normalCdf(-x * Math.SQRT2) * Math.exp(x * x);
  let below = x;
  for (let k = 60; k > 0; k--) below = x + k / 2 / below;
  return 1 / (Math.sqrt(Math.PI) * below);
}

// Coefficients a_1 .. a_DEGREE of sum_k a_k x^k, close to f(x) on [0, 1]: Chebyshev's interpolation of f(x) / x.
function series(f) {
  const nodes = Array.from({length: DEGREE}, (_, i) => Math.cos(Math.PI * (i + 0.5) / DEGREE));
  const values = nodes.map((t) => f((t + 1) / 2) / ((t + 1) / 2)), total = new Float64Array(DEGREE);
  // Polynomials T_j(2x - 1) in powers of x, by their recurrence.
  let [before, now] = [[1], [-1, 2]];
  for (let j = 0; j < DEGREE; j++) {
    const share = values.reduce((sum, value, i) => sum + value * Math.cos(j * Math.PI * (i + 0.5) / DEGREE), 0) * (j ? 2 : 1) / DEGREE;
    before.forEach((coefficient, power) => { total[power] += share * coefficient; });
    const next = Array.from({length: now.length + 1}, () => 0);
    now.forEach((coefficient, power) => {
      next[power] -= 2 * coefficient;
      next[power + 1] += 4 * coefficient;
    });
    before.forEach((coefficient, power) => { next[power] -= coefficient; });
    [before, now] = [now, next];
  }
  return total;
}

// The sigmoid and its first three derivatives at z = log(x) < 0.
const SIGMOID = [(x) => x / (1 + x), (x) => x / (1 + x) ** 2, (x) => x * (1 - x) / (1 + x) ** 3,
  (x) => x * (1 - 4 * x + x * x) / (1 + x) ** 4].map(series);

// E of sigmoid(z) and of its first three derivatives for z ~ N(mean, scale^2).
export function sigmoidMoments(mean, scale) {
  const size = Math.abs(mean), spread = Math.max(scale, 1e-300), distance = size / spread, density = Math.exp(-0.5 * distance ** 2) / 2;
  const sums = [0, 0, 0, 0];
  for (let k = 1; k <= DEGREE; k++) {
    // E[exp(-k |z|)] on the side of the mean and on the other one.
    const near = k * spread - distance, far = k * spread + distance;
    const own = Math.sign(near) * density * erfcx(Math.abs(near) * Math.SQRT1_2)
      + (near < 0 ? Math.exp(k * Math.min(k * spread ** 2 / 2 - size, 0)) : 0);
    const other = density * erfcx(far * Math.SQRT1_2), odd = mean >= 0 ? other - own : own - other;
    SIGMOID.forEach((powers, i) => { sums[i] += powers[k - 1] * (i % 2 ? own + other : odd); });
  }
  // The chance of the side that the mean is not on, to all its digits however small it is.
  const tail = density * erfcx(distance * Math.SQRT1_2);
  return {value: (mean >= 0 ? 1 - tail : tail) + sums[0], slope: sums[1], curve: sums[2], third: sums[3]};
}

// Nodes and weights (sum 1) of Gauss-Hermite quadrature for a standard normal variable: roots by Newton's method, each
// cleared of those known before.
export function hermite(count) {
  const found = [];
  for (let i = 0; i < count; i++) {
    let x = 2 * Math.sqrt(count), slope = 0;
    for (let step = 0; step < 200; step++) {
      let [before, value] = [0, 1];
      for (let k = 0; k < count; k++) [before, value] = [value, x * value - k * before];
      slope = count * before;
      const move = value / (slope - value * found.reduce((sum, [root]) => sum + 1 / (x - root), 0));
      x -= move;
      if (Math.abs(move) < 1e-15) break;
    }
    found.push([x, 1 / slope ** 2]);
  }
  const total = found.reduce((sum, [, weight]) => sum + weight, 0);
  return found.map(([x, weight]) => [x, weight / total]);
}
