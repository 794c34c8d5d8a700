// Where numbers go on a colour bar or an axis. As gatesweep/plots/scale.py.

const DECADES = 6;

// A scale with round ends that holds all finite numbers; a positive measure that spans decades is logarithmic.
export function scaleOf(kind, values) {
  const finite = values.filter(Number.isFinite);
  if (!finite.length) return {low: 0, high: 1, isLog: false};
  const low = Math.min(...finite), high = Math.max(...finite), positive = finite.filter((value) => value > 0);
  if (kind === "accuracy") return {low: Math.min(0.9, Math.max(0, Math.floor(low * 10 + 1e-6) / 10)), high: 1, isLog: false};
  if (kind === "share") return {low: 0, high: 1, isLog: false};
  if (kind === "gap") {
    const reach = Math.max(0.05, Math.ceil(Math.max(-low, high) * 20 - 1e-6) / 20);
    return {low: -reach, high: reach, isLog: false, isDiverging: true};
  }
  if (kind === "plain") {
    const step = (high - low) / 20 || 0.05;
    return {low: low - step, high: high + step, isLog: false};
  }
  if (kind === "index") return {low: Math.max(-1, Math.min(0, Math.floor(low * 5) / 5)), high: 1, isLog: false};
  if (positive.length && Math.max(...positive) > 100 * Math.min(...positive)) {
    const top = Math.log10(Math.max(...positive));
    return {low: Math.max(Math.log10(Math.min(...positive)), top - DECADES), high: top, isLog: true};
  }
  if (high <= 0) return {low: 0, high: 1, isLog: false};
  const top = niceTicks(0, high).at(-1);
  return {low: 0, high: Math.max(top, high), isLog: false};
}

// About `count` round numbers, a step of 1, 2 or 5 times a power of ten apart.
function niceTicks(low, high, count = 5) {
  const wished = Math.max(high - low, 1e-12) / (count - 1), power = 10 ** Math.floor(Math.log10(wished));
  const far = (step) => Math.abs(step - wished / power), step = power * [1, 2, 5, 10].reduce((best, one) => (far(one) < far(best) ? one : best));
  const first = Math.ceil(low / step - 1e-9), last = Math.floor(high / step + 1e-9);
  return Array.from({length: last - first + 1}, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

// A number in the units of `low` and `high`.
export const onScale = ({isLog, low}, value) => (isLog ? Math.max(Math.log10(value), low) : value);

// Places of labels, and their texts.
export function ticksOf({low, high, isLog}) {
  const decades = Array.from({length: 20}, (_, i) => Math.ceil(low) + i).filter((decade) => decade <= high);
  const at = isLog ? decades : niceTicks(low, high), asText = (value) => String(Number(value.toPrecision(6)));
  return {at, texts: at.map((place) => asText(isLog ? 10 ** place : place))};
}

// Every how many of `count` labels is written, so that at most `most` are.
export const everyOf = (count, most) => [1, 2, 5, 10, 20, 50, 100, 200].find((step) => (count - 1) / step + 1 <= most) ?? count;
