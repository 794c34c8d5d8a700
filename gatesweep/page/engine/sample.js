// The best line on a sample: the fewest rows on the wrong side, over all lines there are. As gatesweep/theory/sample.py,
// where the way is explained.

// Places of rows up to which every line is looked at; of more, only lines through some of them.
export const EXACT_ROWS = 1000;
const SAME_ANGLE = 4e-15, WHOLE = 2 ** 21, DECIMALS = 6;

// A column in units in which differences are exact, where there are such; else from 0 to 1.
function unitsOf(values) {
  const low = Math.min(...values), span = Math.max(...values) - low;
  for (let decimals = 0; decimals <= DECIMALS; decimals++) {
    const tens = 10 ** decimals, whole = values.map((value) => Math.round(value * tens)), least = Math.min(...whole), most = Math.max(...whole);
    const isWhole = most - least < WHOLE && Math.max(-least, most) < 2 ** 52 && whole.every((value, i) => value / tens === values[i]);
    if (isWhole) return {centre: low, unit: 1 / tens, units: whole.map((value) => value - least), isWhole};
  }
  return {centre: low, unit: span || 1, units: values.map((value) => (value - low) / (span || 1)), isWhole: false};
}

// Different places of rows, and at each how many rows of class 1 there are more than of class 0.
function samplePlaces({x1, x2, label}) {
  const [across, up] = [unitsOf([...x1]), unitsOf([...x2])], found = new Map();
  across.units.forEach((x, i) => {
    const key = `${x} ${up.units[i]}`;
    if (!found.has(key)) found.set(key, {x, y: up.units[i], value: 0});
    found.get(key).value += label[i] ? 1 : -1;
  });
  return {across, up, places: [...found.values()].sort((a, b) => a.x - b.x || a.y - b.y)};
}

// The line with the most rows on their right side: w1, w2 and intercept, `right` rows of all. Pauses after each place that
// a line was turned around.
export function* bestLineOnRows(rows) {
  const {across, up, places} = samplePlaces(rows), n = places.length;
  const count = n <= EXACT_ROWS ? n : Math.max(1, Math.floor(EXACT_ROWS * EXACT_ROWS / n));
  const pivots = new Set(Array.from({length: count}, (_, i) => Math.floor(count > 1 ? i * ((n - 1) / (count - 1)) : 0)));
  const total = places.reduce((sum, {value}) => sum + value, 0);
  let best = Math.max(total, 0), line = [0, 0, total >= 0 ? 1 : -1];
  for (const pivot of pivots) {
    const found = turned(places, pivot, total);
    if (found.most > best) [best, line] = [found.most, beside(places, pivot, found)];
    yield;
  }
  const w1 = line[0] / across.unit, w2 = line[1] / up.unit, intercept = line[2] - w1 * across.centre - w2 * up.centre;
  let right = 0;
  for (let i = 0; i < rows.n; i++) right += Number(w1 * rows.x1[i] + w2 * rows.x2[i] + intercept >= 0) === rows.label[i];
  return {params: [w1, w2, intercept], right, isExact: pivots.size === n};
}

// A line turned around one place, from direction 0 to pi: when it meets each other place, and who is on its left then.
function turned(places, pivot, total) {
  const {x, y, value: mine} = places[pivot], n = places.length, met = new Float64Array(n), change = new Float64Array(n);
  let left = 0;
  for (let i = 0; i < n; i++) {
    const angle = Math.atan2(places[i].y - y, places[i].x - x), {value} = places[i], isUpper = angle >= 0 && angle < Math.PI;
    met[i] = isUpper ? angle : angle < 0 ? angle + Math.PI : 0;
    change[i] = isUpper ? -value : value;
    if (i !== pivot && isUpper) left += value;
  }
  const order = Array.from({length: n}, (_, i) => i).filter((i) => i !== pivot).sort((a, b) => met[a] - met[b]);
  const angles = order.map((i) => met[i]);
  if (!order.length) return {most: Math.max(mine, 0), angles, step: 0, side: 1};
  let most = -Infinity, step = 0, side = 1;
  order.forEach((i, k) => {
    left += change[i];
    // Between two places that are met at once there is no line.
    if (k + 1 < order.length && angles[k + 1] - angles[k] <= SAME_ANGLE) return;
    const here = Math.max(left, total - mine - left) + Math.max(mine, 0);
    if (here > most) [most, step, side] = [here, k, left >= total - mine - left ? 1 : -1];
  });
  return {most, angles, step, side};
}

// The line beside a place, at the middle angle after a step, with class 1 on its left (side 1) or right.
function beside(places, pivot, {angles, step, side}) {
  const {x, y, value} = places[pivot], after = angles[step + 1] ?? (angles[0] ?? 0) + Math.PI, direction = ((angles[step] ?? 0) + after) / 2;
  const w1 = side * -Math.sin(direction), w2 = side * Math.cos(direction);
  let clear = Infinity;
  places.forEach((place, i) => { if (i !== pivot) clear = Math.min(clear, Math.abs((place.x - x) * w1 + (place.y - y) * w2)); });
  clear = Number.isFinite(clear) ? clear / 2 : 1;
  return [w1, w2, -x * w1 - y * w2 + (value > 0 ? clear : -clear)];
}

// Whether a line parts the classes, rows on the line itself left out; null where rounding may decide. By the hulls of the
// two: they are apart if and only if an edge of one, or what is upright to it, parts them.
export function partsClasses(rows) {
  const {across, up} = samplePlaces(rows), points = [[], []], slack = across.isWhole && up.isWhole ? 0 : 1e-12;
  across.units.forEach((x, i) => points[rows.label[i]].push([x, up.units[i]]));
  const hulls = points.map(hullOf), axes = hulls.flatMap((hull) => hull.flatMap(([x, y], i) => {
    const [next, above] = hull[(i + 1) % hull.length];
    return [[y - above, next - x], [next - x, above - y]];
  }));
  // Two single places have no edges.
  if (hulls.every((hull) => hull.length)) axes.push(hulls[0][0].map((x, axis) => hulls[1][0][axis] - x));
  let least = Infinity;
  for (const [a, b] of axes) {
    if (!a && !b) continue;
    const [zero, one] = hulls.map((hull) => hull.map(([x, y]) => a * x + b * y)), size = Math.hypot(a, b);
    const ends = [Math.min(...zero), Math.max(...zero), Math.min(...one), Math.max(...one)];
    // A line that all rows lie on parts none of them.
    if (Math.max(ends[1], ends[3]) - Math.min(ends[0], ends[2]) <= slack * size) continue;
    least = Math.min(least, Math.min(ends[1] - ends[2], ends[3] - ends[0]) / size);
  }
  return Math.abs(least) <= slack && slack ? null : least <= 0;
}

// Corners of the convex hull, by Andrew's monotone chain.
function hullOf(points) {
  const ordered = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (some) => {
    const chain = [];
    for (const point of some) {
      while (chain.length > 1 && turn(chain.at(-2), chain.at(-1), point) <= 0) chain.pop();
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  return ordered.length > 1 ? [...half(ordered), ...half(ordered.reverse())] : ordered;
}
const turn = ([a, b], [c, d], [e, f]) => (c - a) * (f - b) - (d - b) * (e - a);
