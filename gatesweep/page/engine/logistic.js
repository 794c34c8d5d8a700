// A design: rows with a model's logits and gradient on them; here those of a line, in network.js of a network.
// One logistic model: its logits, log loss, gradient and scores over rows.
// params are w1, w2, (the weight of x1*x2 where that is a feature) and the intercept, which comes last.

export function designOf(rows, index, features) {
  const n = index.length, x1 = new Float64Array(n), x2 = new Float64Array(n), sign = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    x1[i] = rows.x1[index[i]];
    x2[i] = rows.x2[index[i]];
    sign[i] = 1 - 2 * rows.label[index[i]];
  }
  const p = features === "interaction" ? 4 : 3;
  return {n, p, x1, x2, sign, logits: new Float64Array(n), logitsOf: lineLogits, gradientOf: lineGradient};
}

export const sigmoid = (z) => (z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z)));

// log(1 + exp(z)): the log loss in nats of a row whose signed logit is z; below zero is the right side of the line.
export const softplus = (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));

// The sum of log(1 + e) over the first n of many e between 0 and 1. A logarithm takes longer than all else a row costs, so
// that of a product is taken; what is next to nothing would be lost beside the 1, and is told by its series.
export function sumLog1p(all, n) {
  let product = 1, sum = 0;
  for (let i = 0; i < n; i++) {
    const e = all[i];
    if (e < 0.0078125) {
      sum += e * (1 - e * (1 / 2 - e * (1 / 3 - e * (1 / 4 - e * (1 / 5 - e * (1 / 6 - e / 7))))));
      continue;
    }
    product *= 1 + e;
    if (product < 1e300) continue;
    sum += Math.log(product);
    product = 1;
  }
  return sum + Math.log(product);
}

const productWeight = (params) => (params.length > 3 ? params[2] : 0);

// The signed logit of every row, in an array that the next call fills anew.
export const signedLogits = (design, params) => design.logitsOf(design, params);

function lineLogits({n, x1, x2, sign, logits}, params) {
  const w1 = params[0], w2 = params[1], w3 = productWeight(params), intercept = params[params.length - 1];
  for (let i = 0; i < n; i++) logits[i] = (w1 * x1[i] + w2 * x2[i] + w3 * x1[i] * x2[i] + intercept) * sign[i];
  return logits;
}

export const meanLoss = (design, params) => scoresOn(design, params).loss;
export const accuracy = (design, params) => scoresOn(design, params).accuracy;

// The mean loss, and the share of right answers: a tie counts as class 1, as p >= 0.5 does.
export function scoresOn(design, params) {
  const z = signedLogits(design, params), {n, sign} = design;
  let correct = 0, linear = 0;
  for (let i = 0; i < n; i++) {
    const at = z[i];
    if (at < 0 || (at === 0 && sign[i] < 0)) correct++;
    if (at > 0) linear += at;
    z[i] = Math.exp(-Math.abs(at));
  }
  return {loss: (linear + sumLog1p(z, n)) / n, accuracy: correct / n};
}

// Whether every row lies strictly on its right side.
export function separates(design, params) {
  return signedLogits(design, params).every((z) => z < 0);
}

// The gradient of the log loss summed over some rows, into `out`; `rows` holds their numbers.
export const gradient = (design, params, rows, out) => design.gradientOf(design, params, rows, out);

function lineGradient({p, x1, x2, sign}, params, rows, out) {
  const w1 = params[0], w2 = params[1], w3 = productWeight(params), intercept = params[p - 1];
  let g1 = 0, g2 = 0, g3 = 0, g4 = 0;
  for (let k = 0; k < rows.length; k++) {
    const i = rows[k], a = x1[i], b = x2[i];
    const error = sigmoid((w1 * a + w2 * b + w3 * a * b + intercept) * sign[i]) * sign[i];
    g1 += error * a;
    g2 += error * b;
    g3 += error * a * b;
    g4 += error;
  }
  out[0] = g1;
  out[1] = g2;
  if (p > 3) out[2] = g3;
  out[p - 1] = g4;
  return out;
}

export const isOneClass = ({sign}) => sign.every((s) => s === sign[0]);
