// A model with its numbers, from its inputs to its answer. As gatesweep/plots/neuron.py, where the places are explained.

import {sigmoid} from "./engine/logistic.js";
import {hiddenAt} from "./models.js";
import {number, subscript, unitName} from "./words.js";

// Where inputs, hidden neurons, and then sum, sigmoid and answer stand from left to right, on a square of side 10.
const FROM_LEFT = {inputs: 0.9, hidden: 3.75, flow: [4.8, 7.05, 9.2], flowBehindLayer: [6.3, 7.9, 9.3]};
const MIDDLE = 5.4, TOP = 9, BOTTOM = 1.9;
// How high each input stands, the constant 1 last, by their number.
const HEIGHTS = {3: [8.4, 5.4, 2.4], 4: [8.9, 6.5, 4.1, 1.7]};
const WIDEST_EDGE = 9, NODE = 46;
// Hidden neurons that have room for their value, for their name, and for their weights beside the edges.
const FEW = 4, MANY = 8, WRITTEN = 2;

// Nodes one above the other, the constant 1 last; `weights` hold for each node of the next layer one of each node.
function layersOf(model, [x1, x2]) {
  const {units, output, hasProduct} = model, count = units.length, features = hasProduct ? [x1, x2, x1 * x2] : [x1, x2];
  const ofLine = ({w1, w2, w3, intercept}) => (hasProduct ? [w1, w2, w3, intercept] : [w1, w2, intercept]);
  const symbols = [...features.map((_, i) => `w${subscript(i + 1)}`), "intercept"], values = [...features, 1];
  const inputs = {x: FROM_LEFT.inputs, heights: HEIGHTS[values.length], names: [...["x₁", "x₂", "x₁x₂"].slice(0, features.length), "1"], values};
  if (!count) return [{...inputs, weights: [ofLine(model)], symbols}];
  const lowest = BOTTOM + (count <= FEW ? 2.2 : 1.2), at = (j) => (count > 1 ? TOP + (lowest - TOP) * j / (count - 1) : MIDDLE + 0.6);
  return [{...inputs, weights: units.map(ofLine), symbols}, {
    x: FROM_LEFT.hidden, heights: [...units.map((_, j) => at(j)), BOTTOM], names: [...units.map((_, j) => unitName(j)), "1"],
    values: [...hiddenAt(model, x1, x2), 1], weights: [[...output, model.intercept]], symbols: [...units.map((_, j) => `v${subscript(j + 1)}`), "intercept"],
  }];
}

// A model that is shown the two inputs, for which the gate, or the own row (`whose`), says `truth`.
export function neuronColumns(model, point, truth, threshold, palette, whose = "gate") {
  const layers = layersOf(model, point), last = layers.at(-1), count = model.units.length, flow = count ? FROM_LEFT.flowBehindLayer : FROM_LEFT.flow;
  const z = last.values.reduce((sum, value, i) => sum + value * last.weights[0][i], 0), p = Number.isFinite(z) ? sigmoid(z) : NaN;
  const answer = Number(p >= threshold), size = count <= FEW ? NODE : count <= MANY ? 30 : 17, written = p.toFixed(3).toLowerCase();
  const edges = {x0: [], y0: [], x1: [], y1: [], line_color: [], line_width: [], whose: [], number: []}, weights = {x: [], y: [], text: []};
  const nodes = {x: [], y: [], fill_color: [], line_color: [], size: [], whose: [], number: []};
  const values = {x: [], y: [], text: [], text_color: []}, names = {x: [], y: [], text: []};
  const add = (columns, ...entries) => Object.values(columns).forEach((column, i) => column.push(entries[i]));

  layers.forEach((layer, place) => {
    const isLast = layer === last, ahead = isLast ? flow[0] : layers[place + 1].x, goals = isLast ? [MIDDLE] : layers[place + 1].heights.slice(0, -1);
    const largest = Math.max(0, ...layer.weights.flat().map(Math.abs).filter(Number.isFinite)) || 1;
    goals.forEach((height, goal) => layer.weights[goal].forEach((weight, i) => {
      const symbol = layer.symbols[i], share = Number.isNaN(weight) ? 1 : Math.min(1, Math.abs(weight) / largest);
      add(edges, layer.x, layer.heights[i], ahead, height, palette.classes[Number(weight > 0)], Math.max(1, WIDEST_EDGE * share),
        `${isLast ? "" : `${unitName(goal)}: `}${symbol} =`, number(weight));
      if (count > (isLast ? FEW : WRITTEN)) return;
      // Near the first end, where the edges are still apart; of two neurons the second a bit farther on.
      const along = !count ? 0.42 : isLast ? 0.3 : 0.27 + 0.33 * goal;
      add(weights, layer.x + along * (ahead - layer.x), layer.heights[i] + along * (height - layer.heights[i]), count ? number(weight) : `${symbol} = ${number(weight)}`);
    }));
  });
  for (const i of [0, 1]) add(edges, flow[i], MIDDLE, flow[i + 1], MIDDLE, palette.muted, 2, "", "");

  // A node: what it says within, what it is called above.
  function stand(x, y, says, name, fill, line, wide = NODE, {ink = palette.ink, isWritten = wide >= 30, tells = says, whom = name || "constant"} = {}) {
    add(nodes, x, y, fill, line, wide, whom, tells);
    if (isWritten) add(values, x, y, says, ink);
    if (name && wide >= NODE) add(names, x, y, name);
  }
  layers.forEach((layer, place) => layer.names.forEach((name, i) => {
    const isUnit = place === 1 && i < count, text = isUnit ? short(layer.values[i]) : number(layer.values[i]);
    const told = isUnit ? {tells: text, whom: `${name} =`} : {};
    stand(layer.x, layer.heights[i], isUnit && count > FEW ? name : text, name === "1" ? "" : name, palette.paper,
      isUnit ? palette.units[i] : palette.ink, isUnit ? size : NODE, told);
  }));
  stand(flow[0], MIDDLE, "Σ", `z = ${number(z)}`, palette.paper, palette.ink);
  stand(flow[1], MIDDLE, "", `p = ${written}`, Number.isFinite(p) ? palette.surface[Math.round(255 * p)] : palette.paper, palette.ink, NODE, {isWritten: false});
  stand(flow[2], MIDDLE, String(answer), "answer", palette.classes[answer], palette.ink, NODE, {ink: palette.paper});
  const bend = Array.from({length: 41}, (_, i) => -6 + 0.3 * i);
  return {
    edges, nodes, values, names, weights, sigmoid: {x: bend.map((u) => flow[1] + u / 22), y: bend.map((u) => MIDDLE + 0.62 * (sigmoid(u) - 0.5))},
    working: {
      x: [5, 5, 5], y: [0.95, 0.5, 0.05],
      text: [`z = ${terms(last, count)} = ${number(z)}`, `p = σ(z) = 1 / (1 + e^(${number(-z)})) = ${written}`,
        `${number(threshold)} or more is 1, so the answer is ${answer}: ${answer === truth ? "right" : `wrong, the ${whose} says ${truth}`}`],
    },
  };
}

// As much of a hidden neuron's value as a node has room for.
function short(value) {
  if (!Number.isFinite(value)) return "?";
  return Math.abs(value) < 10 ? value.toFixed(2).replace("-", "−") : number(Math.round(value));
}

function terms({weights: [[...own]], values}, count) {
  const term = (value) => `${value < 0 ? "−" : "+"} ${number(Math.abs(value))}`, intercept = own.pop();
  if (own.length > FEW) return `${own.length} hidden neurons, weighed, ${term(intercept)}`;
  const said = own.map((w, i) => `${term(w)}·${count ? short(values[i]) : number(values[i])}`).join(" ");
  return `${said[0].replace("+", "")}${said.slice(2)} ${term(intercept)}`;
}
