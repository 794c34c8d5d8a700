// The rows on show as a file: as gatesweep/app/lab/plain.py has them.

import {sigmoid, softplus} from "./engine/logistic.js";
import {logit} from "./models.js";

// `given` are the rows in their own units, where the model's are others.
export function rowsCsv(model, rows, given = rows) {
  const lines = Array.from({length: rows.n}, (_, i) => {
    const z = logit(model, rows.x1[i], rows.x2[i]), label = rows.label[i];
    return [given.x1[i], given.x2[i], label, rows.test[i] ? "test" : "train", sigmoid(z), softplus(label ? -z : z)].join();
  });
  return ["x1,x2,y,part,p,loss", ...lines, ""].join("\n");
}
