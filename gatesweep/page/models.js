// What a trained model is: one neuron, or a network with a hidden layer. As gatesweep/models.py.

import {ACTIVATIONS} from "./engine/network.js";

// A weighted sum with its numbers in the engine's order: w1, w2, (w3 of x1*x2), intercept; w3 is 0 without the product.
const lineOf = (params) => ({w1: params[0], w2: params[1], w3: params.length > 3 ? params[2] : 0, intercept: params.at(-1)});
const sumOf = ({w1, w2, w3, intercept}, x1, x2) => w1 * x1 + w2 * x2 + w3 * x1 * x2 + intercept;

// The model with these numbers. It has an own line, what each hidden neuron's line is (`units`) and weighs (`output`);
// behind a hidden layer the own line is but an intercept.
export function modelOf(params, kind = {}) {
  const {hidden_units: count = 0, activation = "sigmoid", features = "linear"} = kind, {value} = ACTIVATIONS[activation];
  if (!count) return {...lineOf(params), units: [], output: [], activation, value, hasProduct: params.length > 3, params, kind};
  const hasProduct = features === "interaction", width = hasProduct ? 4 : 3;
  return {
    ...lineOf([0, 0, params.at(-1)]), units: Array.from({length: count}, (_, j) => lineOf(params.slice(j * width, (j + 1) * width))),
    output: Array.from(params.slice(count * width, -1)), activation, value, hasProduct, params, kind,
  };
}

// What each hidden neuron says at a point.
export const hiddenAt = ({units, value}, x1, x2) => units.map((unit) => value(sumOf(unit, x1, x2)));

export function logit(model, x1, x2) {
  const {units, output, value} = model;
  let z = sumOf(model, x1, x2);
  for (let j = 0; j < units.length; j++) z += output[j] * value(sumOf(units[j], x1, x2));
  return z;
}

// What a model's numbers are called, in the engine's order: of hidden neuron 2 they are h2w1 and so on, and v2 is what
// the output makes of it.
export function numbersOf(count, hasProduct) {
  const line = hasProduct ? ["w1", "w2", "w3", "intercept"] : ["w1", "w2", "intercept"], units = Array.from({length: count}, (_, j) => j + 1);
  return count ? [...units.flatMap((u) => line.map((name) => `h${u}${name}`)), ...units.map((u) => `v${u}`), "intercept"] : line;
}
