// The model on show as a few lines of plain Python, to take along: those of gatesweep/app/lab/plain.py, filled in.

import {DEFAULTS, drawsFirst, splitNameOf} from "./engine/training.js";
import {modelOf} from "./models.js";

export function plainScript(lines, run, at, epoch) {
  const s = {...DEFAULTS, ...run.settings(at), dtype: "float64"}, {n, label, test} = run.rows(at), {byHand} = run, status = run.status(at);
  const model = byHand ? run.model(at, epoch) : modelOf(run.trained(at, 0), run.kind(at)), {units, kind: {features}} = model, isNetwork = units.length > 0;
  const numbers = numbersIn(model), first = Object.values(numbers).flat(2), isDrawn = drawsFirst(s), isAside = isDrawn ? s.init_seed !== null : isNetwork;
  const trained = {
    trained: true, [splitNameOf(s)]: true, [s.solver]: true, descent: s.solver !== "newton", drawn: isDrawn, given: !isDrawn || s.init === "hand", aside: isAside,
    elsewhere: status !== "converged" && status !== "redundant", on_the_way: epoch < run.last(at), one_class: new Set(label.filter((_, i) => !test[i])).size < 2,
  };
  const holds = {[features]: true, ...(isNetwork ? {network: true, [s.activation]: true} : {line: true}), ...(byHand ? {by_hand: true} : trained)};
  return filled(lines, holds, {
    ...s, ...numbers, n, quarter: n / 4, truth: run.truth(at), epoch, init_seed: s.init_seed ?? 0,
    first, first_weight: first.slice(0, -1), first_intercept: first.at(-1), units: units.length,
    features: features === "interaction" ? 3 : 2, indent: isAside ? "    " : "",
  });
}

// A model's numbers by what the script calls them, a network's in the order of torch's layers.
function numbersIn({params, units: {length}, hasProduct}) {
  const weight = [...params], intercept = weight.pop(), width = hasProduct ? 4 : 3;
  if (!length) return {weight, intercept};
  const neurons = Array.from({length}, () => weight.splice(0, width));
  return {hidden_weight: neurons.map((neuron) => neuron.slice(0, -1)), hidden_intercept: neurons.map((neuron) => neuron.at(-1)), weight, intercept};
}

// Those of the lines whose words hold (with a - do not), with values in them.
function filled(lines, holds, values) {
  const isShown = (words) => words.split(" ").filter(Boolean).every((word) => Boolean(holds[word.replace("-", "")]) !== word.startsWith("-"));
  const shown = lines.split("\n").map((line) => [line.slice(0, line.indexOf("|")), line.slice(line.indexOf("|") + 1)]).filter(([words]) => isShown(words));
  return shown.map(([, text]) => text).join("\n").replace(/\{(\w+)\}/g, (_, name) => literal(values[name]));
}

// A value as Python; a text as it stands.
function literal(value) {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  return value === Infinity ? 'float("inf")' : String(value);
}
