// Where values on a square grid take a level: lines joined from what each cell tells from its corners (marching squares).

// `values` holds (cells + 1)^2 numbers row by row, over `low` to `high` both ways. Points with NaN between the pieces.
export function contours(values, low, high, at) {
  const side = Math.sqrt(values.length), step = (high - low) / (side - 1), links = new Map(), line = {x: [], y: []};
  // An edge is known by the number of its lower or left end: twice that where it runs across, one more where up.
  const join = (one, other) => { for (const [from, to] of [[one, other], [other, one]]) links.set(from, [...(links.get(from) ?? []), to]); };
  for (let row = 0; row < side - 1; row++) {
    for (let column = 0; column < side - 1; column++) {
      const here = row * side + column, [a, b, c, d] = [here, here + 1, here + side + 1, here + side].map((place) => values[place] >= at);
      const edges = [[2 * here, a !== b], [2 * (here + 1) + 1, b !== c], [2 * (here + side), c !== d], [2 * here + 1, d !== a]];
      const crossed = edges.filter(([, isCrossed]) => isCrossed).map(([edge]) => edge);
      if (crossed.length === 2) join(...crossed);
      if (crossed.length < 4) continue;
      // A saddle: the middle says which two corners lie together.
      const [bottom, right, top, left] = crossed, middle = (values[here] + values[here + 1] + values[here + side] + values[here + side + 1]) / 4;
      if ((middle >= at) === a) { join(bottom, right); join(top, left); } else { join(bottom, left); join(right, top); }
    }
  }
  const mark = (edge) => {
    const from = edge >> 1, isUp = edge & 1, share = (at - values[from]) / (values[from + (isUp ? side : 1)] - values[from]);
    line.x.push(low + step * (from % side + (isUp ? 0 : share)));
    line.y.push(low + step * (Math.floor(from / side) + (isUp ? share : 0)));
  };
  const seen = new Set(), ends = [...links.keys()].filter((edge) => links.get(edge).length === 1);
  // Lines that end at the frame are followed from an end, then those that go round.
  for (const start of [...ends, ...links.keys()]) {
    if (seen.has(start)) continue;
    if (line.x.length) { line.x.push(NaN); line.y.push(NaN); }
    for (let edge = start; edge !== undefined; edge = links.get(edge).find((next) => !seen.has(next))) {
      seen.add(edge);
      mark(edge);
    }
    if (links.get(start).length === 2) mark(start);
  }
  return line;
}
