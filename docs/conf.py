"""The site: Sphinx's settings, and what is read off the code when it is built (glossary, tables, commands, gallery)."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import holoviews as hv
import numpy as np
import param
from bokeh.core.validation import silence
from bokeh.core.validation.warnings import FIXED_SIZING_MODE
from bokeh.embed import components
from bokeh.resources import INLINE
from click.testing import CliRunner
from sphinx.application import Sphinx

import gatesweep as gs
from gatesweep.cli.main import COMMANDS, main
from gatesweep.experiment import BATCHED, GRID, OUTER
from gatesweep.lessons import EXPLANATIONS
from gatesweep.page.export import render
from gatesweep.results import schema
from gatesweep.results.measures import LIMITS, MEASURES
from gatesweep.results.statistics import STATISTICS
from gatesweep.settings import Settings, describe

project = "gatesweep"
release = version = gs.__version__
copyright = "the gatesweep contributors"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
suppress_warnings = ["misc.highlighting_failure"]
default_role = "code"
autodoc_typehints = "none"  # The signature's shapes are in the docstring, in words.
autodoc_member_order = "bysource"
html_theme = "pydata_sphinx_theme"
html_theme_options = {
    "show_prev_next": True,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
html_context = {"default_mode": "auto"}
html_static_path = ["assets"]
html_css_files = ["site.css"]
html_sidebars = {page: [] for page in ("index", "lecture", "comparison", "made/gallery", "made/glossary")}
html_show_sourcelink = False
html_copy_source = False

MADE = Path(__file__).parent / "made"
"""Pages that are made and not written."""


def setup(app: Sphinx) -> None:
    """Have Sphinx call what is below."""
    app.connect("config-inited", lambda *_: make_pages())
    app.connect("build-finished", lambda app, _: add_files(Path(app.outdir)))
    # Before Google's style is turned into Sphinx's, which has stars of its own.
    app.connect("autodoc-process-docstring", plain_stars, priority=100)


def make_pages() -> None:
    """Write the pages that are read off the code."""
    MADE.mkdir(exist_ok=True)
    for name, make in PAGES.items():
        (MADE / f"{name}.md").write_text(make(), encoding="utf-8")


def add_files(folder: Path) -> None:
    """What the gallery shows: the page that trains, and BokehJS."""
    (folder / "page.html").write_text(render([]), encoding="utf-8")
    (folder / "bokeh.js").write_text("\n".join(INLINE.js_raw), encoding="utf-8")


def plain_stars(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """A star in a docstring is a star, as in (*batch, n): outside of code it is escaped for Sphinx."""
    lines[:] = [
        "`".join(
            part if i % 2 else re.sub(r"([*|]|(?<=\w)_(?!\w))", r"\\\1", part) for i, part in enumerate(line.split("`"))
        )
        for line in lines
    ]


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table."""
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def glossary() -> str:
    """Every word of the screen, in the alphabet's order."""
    words = {explanation.term: explanation.sentence for explanation in EXPLANATIONS.values()}
    words |= {measure.label: measure.doc for measure in MEASURES.values()}
    words |= {declared.name.replace("_", " "): declared.doc for declared in declarations()}
    rows = [[f"**{term}**", words[term]] for term in sorted(words, key=str.lower)]
    intro = "Each word means one thing, in the code, on the screen, in links and in results."
    return f"# Glossary\n\n{intro}\n\n{table(['word', 'meaning'], rows)}\n"


def declarations() -> list[param.Parameter]:
    """Every parameter of a model."""
    return [declared for name, declared in Settings.param.objects().items() if name != "name"]


def parameters() -> str:
    """Every parameter of a model: its rule, default and meaning."""

    def swept(name: str) -> str:
        if name in GRID:
            return "always a dimension"
        return "a dimension if several are given" if name in (*BATCHED, *OUTER) else ""

    rows = [[f"`{p.name}`", describe(p), f"`{p.default!r}`", p.doc, swept(p.name)] for p in declarations()]
    intro = (
        "One declaration serves Python, the command line (with dashes), links, widgets and results. The default "
        "grid of `gs.sweep()` is the gates AND, OR and XOR at noise levels 0, 0.05, ..., 1 and seeds 0 to 19."
    )
    return f"# Parameters\n\n{intro}\n\n{table(['parameter', 'must be', 'default', 'meaning', 'in a sweep'], rows)}\n"


def measures() -> str:
    """Measures, statistics and limits."""
    one = table(["name", "on screen", "meaning"], [[f"`{n}`", m.label, m.doc] for n, m in MEASURES.items()])
    several = table(
        ["name", "on screen", "meaning"],
        [[f"`{n}`", label, EXPLANATIONS[n].sentence] for n, label in STATISTICS.items()],
    )
    best = table(
        ["name", "on screen", "meaning"], [[f"`{n}`", label, EXPLANATIONS[n].sentence] for n, label in LIMITS.items()]
    )
    return (
        f"# Measures\n\nOne number a model, for `gs.summaries.summary` and the Explorer.\n\n{one}\n\n"
        f"## Statistics over seeds\n\n{several}\n\n## Limits\n\n{best}\n"
    )


def dataset() -> str:
    """The variables that a sweep returns."""
    experiment = gs.Experiment.of(solver="sgd", record="epoch", epochs=1)
    small = gs.sweep(gate="AND", noise_level=0.1, seed=0, solver="sgd", record="epoch", epochs=1)
    rows = [
        [f"`{name}`", ", ".join(variable.dims), str(variable.dtype), small[name].attrs.get("long_name", "")]
        for name, variable in schema.variables(experiment).items()
    ]
    limits = [
        [f"`{name}`", ", ".join(map(str, small[name].dims)), "float64", LIMITS[name]]
        for name in LIMITS
        if name in small
    ]
    flags = small["status"].attrs["flag_meanings"].split()
    statuses = table(
        ["code", "status", "meaning"],
        [[code, f"`{name}`", EXPLANATIONS[name].sentence] for code, name in enumerate(flags)],
    )
    return (
        "# The dataset\n\n`gs.sweep` returns an `xarray.Dataset`. Its dimensions are `gate`, `noise_level` and `seed`, "
        "then every other parameter that was given as a sequence, then `feature` and, where asked for with "
        '`record="epoch"`, `epoch`. Accuracies are fractions, losses mean log losses in nats.\n\n'
        f"{table(['variable', 'dimensions', 'type', 'meaning'], [*rows, *limits])}\n\n"
        f"## Status\n\n{statuses}\n\n"
        "The attributes hold the experiment as JSON and its hash, the versions of the packages, the device and the "
        "number format: `gs.Experiment.from_json(ds.attrs['experiment'])` is the experiment again.\n"
    )


def commands() -> str:
    """What every command says of itself."""
    parts = []
    for name in ("", *COMMANDS):
        arguments = [name, "--help"] if name else ["--help"]
        said = CliRunner().invoke(main, arguments, prog_name="gatesweep", terminal_width=100).output
        parts.append(f"## gatesweep {name}\n\n```text\n{said.rstrip()}\n```\n")
    return "# Command line\n\n" + "\n".join(parts)


def gallery() -> str:
    """Pictures, each with the lines that make it; made when the site is built."""
    parts = [
        "# Gallery\n\nEach picture was made when this site was built, by the lines above it. Point at them.\n",
        raw('<script src="../bokeh.js"></script>'),
        "",
    ]
    silence(FIXED_SIZING_MODE, True)  # Which HoloViews gives its layouts, and Bokeh minds.
    names = {"gs": gs, "np": np}
    for title, code in PICTURES.items():
        exec(code, names)  # noqa: S102
        script, div = components(hv.render(names["picture"], backend="bokeh"))
        drawn = raw(f'<div class="picture">{div}</div>{script}')
        parts.append(f"## {title}\n\n```python\n{code.strip()}\n```\n\n{drawn}\n")
    frame = (
        '<iframe src="../page.html" title="The page that trains by itself" style="width:100%;height:900px"></iframe>'
    )
    live = (
        "## The page that trains\n\n`gatesweep export lecture.html` writes this page: one file, "
        "no server, no network.\n\n" + raw(f'<p><a href="../page.html">Open it alone</a></p>{frame}')
    )
    return "\n".join([*parts, live])


def raw(html: str) -> str:
    """HTML as it is."""
    return f"```{{raw}} html\n{html.strip()}\n```\n"


PICTURES = {
    "Three gates": """
ds = gs.sweep(noise_level=np.linspace(0, 1, 11))
picture = gs.plots.heatmap(ds)
""",
    "With their limits": """
picture = gs.plots.curves(ds)
""",
    "One model": """
X, y = gs.generate_data_with_noise(500, "AND", 0.2, random_state=42)
fit = gs.fit(X, y)
model = fit.weight, fit.intercept
picture = gs.plots.surface(*model) * gs.plots.points(X, y) * gs.plots.boundary(*model)
""",
    "A boundary that bends": """
X, y = gs.generate_data_with_noise(500, "XOR", 0.2, random_state=42)
fit = gs.fit(np.c_[X, X[:, 0] * X[:, 1]], y)
model = fit.weight, fit.intercept
picture = gs.plots.surface(*model) * gs.plots.points(X, y) * gs.plots.boundary(*model)
""",
    "How many rows": """
few = gs.sweep(num_samples=[8, 20, 50, 100, 200], noise_level=np.linspace(0, 1, 6), seed=range(50), C=1e4)
picture = gs.plots.heatmap(few, measure="gap_to_best_line", y="num_samples", panel="gate")
""",
}

PAGES = {
    "glossary": glossary,
    "parameters": parameters,
    "measures": measures,
    "dataset": dataset,
    "commands": commands,
    "gallery": gallery,
}
