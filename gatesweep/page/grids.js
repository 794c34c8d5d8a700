// What the Explorer trains, as a job for the crew.

import {read} from "./address.js";
import {modelCount} from "./engine/crowd.js";
import {grouped} from "./grouped.js";
import {InputError} from "./refuse.js";

// Models times epochs that are kept at most.
const MOST_RECORDED = 4e6;

// The name alone, without its word of explanation.
export const shortOf = (name) => name.split(" (")[0];

// Settings that all models share, and values along each dimension, the seeds last. `shared` names the settings,
// `compare` holds the usual values of each parameter that may be compared.
export function jobOf(values, {shared, compare}) {
  const axes = {gate: values.gate, noise_level: evenLevels(values)}, settings = {};
  for (const name of shared) settings[name] = values[name];
  for (const [name, items] of comparedIn(values, compare)) {
    axes[name] = items.map((item) => (Number.isNaN(Number(item)) ? item : Number(item)));
    delete settings[name];
  }
  axes.seed = Array.from({length: values.seed_count}, (_, i) => values.seed + i);
  const job = {kind: "map", settings, axes};
  return {...job, path: values.record === "epoch" && modelCount(job) * (values.epochs + 1) < MOST_RECORDED};
}

// Values of the Explorer for one model among those that differ from it along its noise level, its seed or its gate, with it marked.
// As gatesweep/app/explorer/state.py; `usual` are those of the first comparison.
export function sliceOf({gate, noise_level: level, seed, ...settings}, over, {shared, dims, usual}) {
  const isEven = level <= 1 && Number.isInteger(20 * level), most = 2 ** 32 - seed, values = {...usual};
  for (const name of shared) if (name in settings) values[name] = settings[name];
  Object.assign(values, {gate: [gate], seed, seed_count: 1, noise_level: isEven ? [0, 1] : [0, 2 * level], noise_count: 21, mark: `gate:${gate},noise_level:${level},seed:${seed}`});
  const slices = {
    noise_level: {seed_count: Math.min(20, most), y: "seed"},
    seed: {gate: [...new Set([...usual.gate, gate])], noise_level: [level, level], noise_count: 1, seed_count: Math.min(50, most), x: "seed"},
    gate: {gate: dims.find(({name}) => name === "gate").values},
  };
  return {...values, ...slices[over]};
}

// Parameters that are compared, each with the texts of its values.
function comparedIn({compare, compare_values, also, also_values}, usual) {
  return [[compare, compare_values], [also, also_values]].filter(([name]) => name !== "none")
    .map(([name, text]) => [name, (text || usual[name]).split(",").map((item) => item.trim()).filter(Boolean)]);
}

// Why a job cannot be trained, in the app's words; empty where it can. `rules` are those of a link, `must` says them.
export function refusalOf(job, values, {compare: usual, names, must, most_models: most}, rules) {
  const {settings, axes} = job, {gate, compare, also} = values;
  if (!gate.length) return "A grid needs at least one gate. Choose one under Gates.";
  if (compare === also && compare !== "none") return "Two compared parameters must differ. Choose another one, or nothing else.";
  for (const [name, items] of comparedIn(values, usual)) {
    const [rule, remedy] = must[name], wrong = items.find((item) => [undefined, null].includes(read(item, rules[name])));
    if (wrong !== undefined) return new InputError(rule, wrong, `${remedy}.`).message;
    if (!items.length) return `${shortOf(names[name])} must have at least one value, got nothing. ${remedy}.`;
  }
  for (const [name, items] of Object.entries(axes)) {
    const seen = new Set(), repeated = items.find((item) => seen.size === seen.add(item).size);
    if (repeated !== undefined) return new InputError(`the values of ${shortOf(names[name])} must differ`, repeated, "Give each value once.").message;
  }
  const count = modelCount(job);
  if (count > most) return `A visitor may have ${grouped(most)} models in one run, got ${grouped(count)}. Take fewer values, or run it as gatesweep sweep.`;
  if (![settings.hidden_units ?? 0, ...(axes.hidden_units ?? [])].some((units) => units > 0)) return "";
  if (settings.solver === "newton") return "newton needs a convex loss, which a model with hidden neurons has not. Take adam or sgd.";
  return settings.init === "population" ? "population is an optimum of models without hidden neurons. Take linear." : "";
}

// The decimals that the command line gives 0:1:21.
function evenLevels({noise_level: [low, high], noise_count: count}) {
  if (low === high || count === 1) return [low];
  return Array.from({length: count}, (_, i) => Number((low + (high - low) * i / (count - 1)).toPrecision(12)));
}
