// Where numbers go on a colour bar or an axis. As gatesweep/app/explorer/picture.py.

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
    return {low: -reach, high: reach, isLog: false};
  }
  if (kind === "index") return {low: Math.max(-1, Math.min(0, Math.floor(low * 5) / 5)), high: 1, isLog: false};
  if (positive.length && Math.max(...positive) > 100 * Math.min(...positive)) {
    const top = Math.log10(Math.max(...positive));
    return {low: Math.max(Math.log10(Math.min(...positive)), top - DECADES), high: top, isLog: true};
  }
  return {low: 0, high: high > 0 ? high : 1, isLog: false};
}

// A number in the units of `low` and `high`.
export const onScale = ({isLog, low}, value) => (isLog ? Math.max(Math.log10(value), low) : value);

// Places of labels, and their texts.
export function ticksOf({low, high, isLog}, kind) {
  const asText = (value) => (["accuracy", "share", "gap"].includes(kind) ? `${Math.round(1000 * value) / 10}%` : String(Number(value.toPrecision(3)))).replace("-", "−");
  if (isLog) {
    const at = Array.from({length: 20}, (_, i) => Math.ceil(low) + i).filter((decade) => decade <= high);
    return {at, texts: at.map((decade) => asText(10 ** decade))};
  }
  const at = Array.from({length: 5}, (_, i) => low + (high - low) * i / 4);
  return {at, texts: at.map(asText)};
}

// Every how many of `count` labels is written, so that at most `most` are.
export const everyOf = (count, most) => [1, 2, 5, 10, 20, 50, 100, 200].find((step) => (count - 1) / step + 1 <= most) ?? count;
