// The page's one script. In a worker it trains what it is asked for; in a window it makes the page.

import {Crew} from "./crew.js";
import {Figures} from "./draw.js";
import {Desk} from "./engine/crowd.js";
import {paintFirst} from "./first.js";
import {LiveRun} from "./live.js";
import {unpack, unpackText} from "./packed.js";
import {Page} from "./page.js";
import {$} from "./controls.js";

function work() {
  const desk = new Desk((part) => postMessage(part, [part.parts.buffer]));
  onmessage = ({data}) => desk.take(data);
}

// The first picture is on the screen before BokehJS, most of the file, is even unpacked.
async function start() {
  const data = JSON.parse($("page-data").textContent), crew = new Crew($("page-script").textContent);
  const runs = [...data.live.map((entry) => new LiveRun(entry, crew)), ...await unpack(data, $("page-bytes").textContent)];
  const page = new Page(data, runs, crew);
  paintFirst($("first"), page.run, page.at, page.palette, page.lab.window);
  await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
  document.body.append(Object.assign(document.createElement("script"), {textContent: await unpackText($("bokeh").textContent)}));
  await page.take(new Figures(data.figures, data.looks));
  document.documentElement.dataset.ready = "true";
  keep();
}

// Where a server offers to install the page, it stays when the network goes.
function keep() {
  if (document.querySelector("link[rel=manifest]")) navigator.serviceWorker?.register("page-worker.js", {scope: "page"});
}

if (typeof document === "undefined") {
  work();
} else {
  start().catch((error) => {
    $("failure").hidden = false;
    $("failure").textContent = `This page could not start: ${error.message}. A browser from 2023 or later is needed.`;
    throw error;
  });
}
