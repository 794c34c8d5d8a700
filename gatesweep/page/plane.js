// A model over the plane of the two inputs: its logit, and where that has a given value.

// The logit is w1*x1 + w2*x2 + w3*x1*x2 + intercept; w3 is 0 without the product feature.
export const logit = (m, x1, x2) => m.w1 * x1 + m.w2 * x2 + m.w3 * x1 * x2 + m.intercept;

// Where the logit is `level` inside [low, high] squared, as segments. Along a cell's edges the logit is
// linear, so the ends of every segment are exact; without the product feature so is the whole line.
export function contour(m, level, low, high, bentCells = 60) {
  const out = {x0: [], y0: [], x1: [], y1: []}, cells = m.w3 ? bentCells : 1, step = (high - low) / cells;
  const cross = (xa, ya, xb, yb) => {
    const a = logit(m, xa, ya) - level, b = logit(m, xb, yb) - level;
    return (a < 0) === (b < 0) ? null : [xa + (xb - xa) * a / (a - b), ya + (yb - ya) * a / (a - b)];
  };
  for (let i = 0; i < cells; i++) {
    for (let j = 0; j < cells; j++) {
      const x = low + i * step, y = low + j * step, X = x + step, Y = y + step;
      const points = [cross(x, y, X, y), cross(X, y, X, Y), cross(X, Y, x, Y), cross(x, Y, x, y)].filter(Boolean);
      for (let k = 0; k + 1 < points.length; k += 2) {
        out.x0.push(points[k][0]); out.y0.push(points[k][1]);
        out.x1.push(points[k + 1][0]); out.y1.push(points[k + 1][1]);
      }
    }
  }
  return out;
}
