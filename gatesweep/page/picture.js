// A figure as a file, under a heading with the keys of its marks. `save` is the app's own (gatesweep/app/assets/save.js).

export function savePicture(kind, plot, {title, keys}, ink) {
  plot.tags = [{title, keys: keys.filter((key) => key.checkVisibility()).map((key) => [markOf(key), key.textContent]), ink}];
  return save([kind, plot.name, plot.id, getComputedStyle(document.body).fontFamily]);
}

// The mark of a key as SVG, as its style draws it; empty where it has none.
function markOf(key) {
  const [mark] = key.children;
  if (!mark) return "";
  const {borderTopColor: hue, borderTopStyle, borderTopWidth: width, borderRadius, backgroundColor, backgroundImage} = getComputedStyle(mark);
  if (mark.classList.contains("stroke")) return `<path d="M0 6H26" stroke="${hue}" stroke-width="${width}" stroke-dasharray="${borderTopStyle === "dashed" ? "6 4" : "none"}"/>`;
  const isRing = backgroundImage !== "none", edge = parseFloat(width) ? `stroke="${hue}" stroke-width="${width}"` : "";
  return `<rect x="1" y="1" width="10" height="10" rx="${borderRadius === "50%" ? 5 : 1}" fill="${isRing ? "none" : backgroundColor}" ${edge}/>`
    + (isRing ? `<circle cx="6" cy="6" r="3" fill="${hue}"/>` : "");
}
