"""What the page in a browser has drawn, and how its controls are moved."""

from playwright.sync_api import Locator, Page, expect

SOURCE = """async ([figure, layer]) => {
  // Charts around the model follow it, one for each frame.
  const element = document.getElementById(figure);
  for (let frame = 0; frame < 3 || (frame < 600 && element?.checkVisibility() && element.ariaBusy); frame++) {
    await new Promise(requestAnimationFrame);
  }
  await new Promise((later) => setTimeout(later));
  const roots = Bokeh.documents.flatMap((document) => document.roots()), plot = roots.find(({name, renderers}) =>
    name === figure || renderers.some((one) => one.name === figure));
  const {data} = plot.renderers.find(({name}) => name === layer).data_source;
  const entries = data instanceof Map ? [...data] : Object.entries(data);
  const isList = (one) => one?.length && typeof one !== "string";
  const plain = (values) => Array.from(values, (one) => (isList(one) ? Array.from(one) : one));
  return Object.fromEntries(entries.map(([column, values]) => [column, plain(values)]));
}"""


def drawn(page: Page, figure: str, layer: str) -> dict:
    """The columns that a layer of a figure draws; a figure by its name, or by that of one of its layers."""
    return page.evaluate(SOURCE, [figure, layer])


def until_drawn(page: Page, figure: str, layer: str) -> None:
    """A figure is drawn a frame or more after what it shows is known."""
    page.wait_for_function(f"async (place) => (await ({SOURCE})(place)).value.length", arg=[figure, layer])


def accuracy(page: Page, kind: str) -> float:
    """What the table of accuracies says of train, test, exact, best or bayes, in per cent; of >99.9% the middle."""
    text = page.locator(f"#scores tr.{kind} td").last.inner_text()
    return 99.975 if text == ">99.9%" else float(text.rstrip("%"))


def slide(page: Page, name: str, index: int) -> None:
    """Move a setting's slider to one of its values."""
    page.locator(f"#value-{name}").fill(str(index))


def summary(page: Page) -> Locator:
    """The picture in words."""
    return page.locator("#summary")


def opened(page: Page) -> Page:
    """The page, once its pictures are there."""
    expect(page.locator("html")).to_have_attribute("data-ready", "true", timeout=30_000)
    return page
