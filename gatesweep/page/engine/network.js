// One hidden layer in front of the line: a design whose logits are those of a small network. As gatesweep/engine/network.py.
// params are the units' lines one after the other (weights, then the intercept), the output's weights, its intercept.

import {sigmoid} from "./logistic.js";

// What a unit makes of its line, and the derivative of that, told from the unit's output.
export const ACTIVATIONS = {
  sigmoid: {value: sigmoid, slope: (output) => output * (1 - output)},
  tanh: {value: Math.tanh, slope: (output) => 1 - output * output},
  relu: {value: (line) => Math.max(line, 0), slope: (output) => Number(output > 0)},
};

// A linear design seen through a layer of `count` units.
export function throughUnits(design, count, activation) {
  const inputs = design.p - 1, units = {count, inputs, outputs: new Float64Array(count), ...ACTIVATIONS[activation]};
  return {...design, p: count * (inputs + 1) + count + 1, units, logitsOf: networkLogits, gradientOf: networkGradient};
}

// The logit of one row; the units' outputs are kept.
function networkLogit({count, inputs, outputs, value}, params, a, b) {
  const width = inputs + 1, place = count * width;
  let z = params[place + count];
  for (let j = 0; j < count; j++) {
    const at = j * width;
    const line = params[at] * a + params[at + 1] * b + (inputs > 2 ? params[at + 2] * a * b : 0) + params[at + inputs];
    outputs[j] = value(line);
    z += params[place + j] * outputs[j];
  }
  return z;
}

function networkLogits({n, x1, x2, sign, logits, units}, params) {
  for (let i = 0; i < n; i++) logits[i] = networkLogit(units, params, x1[i], x2[i]) * sign[i];
  return logits;
}

function networkGradient({x1, x2, sign, units}, params, rows, out) {
  const {count, inputs, outputs, slope} = units, width = inputs + 1, place = count * width;
  out.fill(0);
  for (const i of rows) {
    const a = x1[i], b = x2[i], error = sigmoid(networkLogit(units, params, a, b) * sign[i]) * sign[i];
    for (let j = 0; j < count; j++) {
      const at = j * width, back = error * params[place + j] * slope(outputs[j]);
      out[at] += back * a;
      out[at + 1] += back * b;
      if (inputs > 2) out[at + 2] += back * a * b;
      out[at + inputs] += back;
      out[place + j] += error * outputs[j];
    }
    out[place + count] += error;
  }
  return out;
}
