// The first picture, on a plain canvas: the plane with its rows, until BokehJS is there to draw it.

import {levels, PLANE, surface} from "./geometry.js";
import {MARKERS} from "./plots.js";

const PIXELS = 120;
// Room for the axes: pixels on either side of the plane, fewer where the screen is small.
export const marginOf = (width) => (width < 500 ? {left: 46, right: 6, top: 6, bottom: 42} : {left: 64, right: 10, top: 10, bottom: 50});

export function paintFirst(canvas, run, at, palette, window) {
  const {width, height} = canvas.parentElement.getBoundingClientRect(), pen = canvas.getContext("2d");
  if (!width || !height) return;
  const margin = marginOf(width), ratio = devicePixelRatio, model = window.modelToPlane(run.model(at, run.last(at))), rows = window.rowsToPlane(run.rows(at));
  Object.assign(canvas, {width: width * ratio, height: height * ratio});
  pen.scale(ratio, ratio);
  const across = width - margin.left - margin.right, up = height - margin.top - margin.bottom, side = PLANE[1] - PLANE[0];
  const x = (x1) => margin.left + (x1 - PLANE[0]) / side * across, y = (x2) => margin.top + (PLANE[1] - x2) / side * up;
  const shades = new Uint8Array(PIXELS ** 2);
  surface(model, shades);
  shades.forEach((shade, i) => {
    pen.fillStyle = palette.surface[shade];
    const column = i % PIXELS, row = Math.floor(i / PIXELS), cell = side / PIXELS;
    pen.fillRect(x(PLANE[0] + column * cell), y(PLANE[0] + (row + 1) * cell), across / PIXELS + 1, up / PIXELS + 1);
  });
  pen.beginPath();
  pen.rect(margin.left, margin.top, across, up);
  pen.clip();
  for (let i = 0; i < rows.n; i++) {
    pen.beginPath();
    if (MARKERS[rows.label[i]] === "circle") pen.arc(x(rows.x1[i]), y(rows.x2[i]), 4, 0, 2 * Math.PI);
    else pen.rect(x(rows.x1[i]) - 4, y(rows.x2[i]) - 4, 8, 8);
    const hue = palette.classes[rows.label[i]];
    pen.fillStyle = rows.test[i] ? palette.paper : hue;
    pen.strokeStyle = rows.test[i] ? hue : palette.paper;
    pen.fill();
    pen.stroke();
  }
  const [line] = levels(model, [0.5]);
  pen.beginPath();
  line.x1.forEach((x1, i) => (Number.isNaN(line.x1[i - 1] ?? NaN) ? pen.moveTo(x(x1), y(line.x2[i])) : pen.lineTo(x(x1), y(line.x2[i]))));
  Object.assign(pen, {lineWidth: 4, strokeStyle: palette.ink});
  pen.stroke();
}
