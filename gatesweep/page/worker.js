// The worker's own lines: jobs in, parts out.

import {Desk} from "./engine/crowd.js";

const desk = new Desk((part) => postMessage(part, [part.parts.buffer]));
onmessage = ({data}) => desk.take(data);
