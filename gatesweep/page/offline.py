"""What a server gives beside the page so that a browser can install it: a manifest and a service worker.

A page that is a file has neither, and asks for neither.
"""

import json

from gatesweep.plots.look import LIGHT

__all__ = ["LINK", "icon", "manifest", "service_worker"]

LINK = '<link rel="manifest" href="page.webmanifest">'
"""What the head of an installable page holds."""
_ICON = f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">
<rect width="64" height="64" rx="12" fill="#fff"/>
<path d="M4 50 60 18V52a8 8 0 0 1-8 8H12a8 8 0 0 1-8-8Z" fill="{LIGHT.classes[0]}"/>
<rect x="12" y="10" width="16" height="16" fill="{LIGHT.classes[1]}"/></svg>"""


def manifest() -> str:
    """The web app manifest of the page."""
    icon = {"src": "page-icon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    return json.dumps(
        {
            "name": "gatesweep: logic gates and one neuron",
            "short_name": "gatesweep",
            "start_url": "page",
            "scope": "page",
            "display": "standalone",
            "background_color": LIGHT.paper,
            "theme_color": LIGHT.classes[0],
            "icons": [icon],
        }
    )


def icon() -> str:
    """The page's icon, as SVG."""
    return _ICON


def service_worker() -> str:
    """Keeps the page for when there is no network; while there is one, the newest page is shown and kept."""
    return """const KEPT = "gatesweep";
const FILES = ["page", "page.webmanifest", "page-icon.svg"];
self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  event.respondWith(fetch(event.request).then(async (answer) => {
    if (answer.ok) await (await caches.open(KEPT)).put(event.request, answer.clone());
    return answer;
  }).catch(async (error) => {
    const kept = await caches.match(event.request, {ignoreSearch: true});
    if (!kept) throw error;
    return kept;
  }));
});
"""
