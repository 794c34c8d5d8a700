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
  const ground = Object.assign(document.createElement("canvas"), {width: PIXELS, height: PIXELS});
  shade(ground.getContext("2d"), model, palette);
  pen.imageSmoothingEnabled = false;
  pen.drawImage(ground, margin.left, margin.top, across, up);
  const x = (x1) => margin.left + (x1 - PLANE[0]) / side * across, y = (x2) => margin.top + (PLANE[1] - x2) / side * up;
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

// The surface, a pixel for each of its cells, the first row of which lies lowest.
function shade(pen, model, {surface: colours}) {
  const image = pen.createImageData(PIXELS, PIXELS), shades = new Uint8Array(PIXELS ** 2), channels = colours.map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));
  surface(model, shades);
  shades.forEach((one, i) => image.data.set([...channels[one], 255], 4 * ((PIXELS - 1 - Math.floor(i / PIXELS)) * PIXELS + i % PIXELS)));
  pen.putImageData(image, 0, 0);
}
