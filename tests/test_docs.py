"""What is written is true: the Python of README and pages prints what they say, and the site builds unwarned."""

import doctest
import html
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import gatesweep as gs
from gatesweep.cli.sweep import sweep as sweep_command
from gatesweep.cli.values import given_parameters
from gatesweep.settings import Settings

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted(path for path in (ROOT / "docs").rglob("*.md") if path.parent.name != "made")]
"""A block of `python` is run, all blocks of a page one after the other; a block of `py` is not: it waits for a server,
a cluster or a notebook."""


NUMBER = re.compile(r"[-+]?\d[\d,]*\.?\d*(?:e[-+]?\d+)?")


def same_text(printed: str, written: str) -> bool:
    """Equal but for numbers, which may differ by one in the last digit written."""
    if NUMBER.sub("#", printed).split() != NUMBER.sub("#", written).split():
        return False
    pairs = zip(NUMBER.findall(printed), NUMBER.findall(written), strict=True)
    return all(
        abs(float(a.replace(",", "")) - float(b.replace(",", ""))) <= 1.01 * 10 ** -len(b.partition(".")[2])
        if "." in b
        else a == b
        for a, b in pairs
    )


@pytest.mark.parametrize(
    ("printed", "written", "same"),
    [
        ("XOR 0.7512", "XOR 0.75", True),
        ("XOR 0.7812", "XOR 0.75", False),
        ("30,300 models", "30,300 models", True),
        ("30,301 models", "30,300 models", False),
        ("AND 0.75", "XOR 0.75", False),
        ("[0.1 0.2]", "[0.1 0.4]", False),
    ],
)
def test_same_text_tells_results_apart(printed: str, written: str, same: bool) -> None:
    assert same_text(printed, written) is same


def blocks(page: Path) -> list[str]:
    """The Python of a page."""
    return re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


def outputs(page: Path) -> list[str]:
    """What the page says that its Python prints: behind a print, or in a block of text right after its own."""
    said = []
    for code, below in re.findall(
        r"```python\n(.*?)```\n(?:\n```text\n(.*?)```)?", page.read_text(encoding="utf-8"), re.DOTALL
    ):
        said += re.findall(r"^print\(.*\)  # (.+)$", code, re.MULTILINE) + below.splitlines()
    return said


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page)], ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_prints_what_it_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    exec("".join(blocks(page)), {"__name__": "__main__"})
    printed, written = capsys.readouterr().out.splitlines(), outputs(page)
    assert len(printed) == len(written), printed
    assert [pair for pair in zip(printed, written, strict=True) if not same_text(*pair)] == []


def test_the_readme_s_shares_of_nets_that_solve_xor_are_what_its_page_prints() -> None:
    """The page's own table is held by the test above; here its sweep is the README's command, and the numbers agree."""
    readme, page = ROOT / "README.md", ROOT / "docs" / "howto" / "hidden_layer.md"
    [command] = re.findall(r"^gatesweep (sweep .*--hidden-units .*) --out .*$", readme.read_text("utf-8"), re.MULTILINE)
    options = sweep_command.make_context("sweep", shlex.split(command)[1:]).params
    asked = given_parameters({name: text for name, text in options.items() if name in Settings.param}, None)
    [call] = re.findall(r"gs\.sweep\((.*?)\n\)", blocks(page)[0], re.DOTALL)
    assert gs.Experiment.of(**asked) == gs.Experiment.of(**eval(f"dict({call})"))
    table = [line.split() for line in outputs(page)[2:]]
    said = re.findall(r"from ([\d, and]+)%", readme.read_text("utf-8"))
    for column, text in enumerate(said, start=1):
        assert [int(number) for number in NUMBER.findall(text.replace(",", " "))] == [
            round(100 * float(row[column])) for row in table
        ]
    assert len(said) == 2


def test_the_readme_and_the_start_page_print_something() -> None:
    assert outputs(ROOT / "README.md") and outputs(ROOT / "docs" / "index.md")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make docs` builds it: a warning is an error."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going", "--quiet", "-d", folder / "trees"]
    done = subprocess.run([*command, ROOT / "docs", folder / "html"], capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    return folder / "html"


def test_the_reference_has_every_public_name(site: Path) -> None:
    pages = "".join(path.read_text(encoding="utf-8") for path in (site / "reference").glob("*.html"))
    anchors = set(re.findall(r'id="(gatesweep[\w.]+)"', pages))
    functions = {
        f"{module}.{name}" for module in ("plots", "summaries", "theory") for name in getattr(gs, module).__all__
    }
    names = {*gs.__all__, *functions} - {"plots", "summaries", "theory", "summaries.BAND", "summaries.STATISTICS"}
    assert {name for name in names if not any(a.endswith("." + name.rpartition(".")[2]) for a in anchors)} == set()


def test_the_site_asks_no_other_host(site: Path) -> None:
    asked = re.compile(r"""(?:<(?:script|img|iframe|source)[^>]*\ssrc|<link[^>]*\shref)=["']?(https?:)?//""")
    found = [path.name for path in site.rglob("*.html") if asked.search(path.read_text(encoding="utf-8"))]
    assert found == []


def test_the_gallery_is_drawn_and_the_glossary_has_its_words(site: Path) -> None:
    gallery = (site / "made" / "gallery.html").read_text(encoding="utf-8")
    assert gallery.count("data-root-id") >= 5 and (site / "page.html").stat().st_size > 5e5
    glossary = (site / "made" / "glossary.html").read_text(encoding="utf-8")
    assert "Bayes limit" in glossary and "noise level" in glossary


QUESTIONS = {
    "How do I get the weights of one model?": "one.weight.values",
    "Where is the standard deviation over seeds?": 'std("seed")',
    "Can I use my own gate?": 'gate="0110"',
    "Can I use my own rows?": "gs.fit(X, y)",
    "How do I stop the app?": "Ctrl+C in the terminal",
    "Which file do I send to the students?": "gatesweep export lecture.html",
    "How do I save a sweep, open it again and plot it?": "xr.open_zarr",
    "What does gs.sweep() run by default?": "1,260 models",
    "How do I cite it?": "CITATION.cff",
    "How do I install it without the GPU build?": "--torch-backend cpu",
    "What do the statuses mean?": "converged is a promise",
    "What is the separability index?": "(Bayes − majority)",
    "How is it embedded in an app?": "pn.Column",
    "Does it work without a network?": "without internet",
    "How do I run it behind a proxy?": "proxy_pass",
}
"""What people ask, and words of the answer."""


def seen(page: Path) -> str:
    """A page's words as a reader has them, its navigation left out."""
    article = re.findall(r"<article.*?</article>", page.read_text(encoding="utf-8"), re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", "".join(article))).split())


def links(page: Path) -> set[Path]:
    """The pages of the site that a page links to, itself included."""
    found = re.findall(r'href="([^"#?]+\.html)', page.read_text(encoding="utf-8"))
    linked = ((page.parent / link).resolve() for link in found if "://" not in link)
    return {page, *filter(Path.exists, linked)}


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_people_ask_is_answered_within_two_clicks(site: Path, question: str) -> None:
    first = links((site / "index.html").resolve())
    near = first.union(*map(links, first))
    assert any(QUESTIONS[question] in seen(page) for page in near)


# --- docstrings ----------------------------------------------------------------------------------


def public_names() -> dict[str, object]:
    """Every function and class that users are handed."""
    modules = [getattr(gs, name) for name in gs.__all__ if isinstance(getattr(gs, name), ModuleType)]
    several = {name: getattr(gs, name) for name in gs.__all__ if not isinstance(getattr(gs, name), ModuleType)}
    for module in modules:
        several |= {f"{module.__name__}.{name}": getattr(module, name) for name in module.__all__ if name.islower()}
    return several


@pytest.mark.parametrize("name", public_names())
def test_a_docstring_s_example_gives_what_it_says(name: str) -> None:
    thing = public_names()[name]
    names = vars(sys.modules[thing.__module__])
    examples = doctest.DocTestFinder(recurse=False).find(thing, name, globs=dict(names))
    assert sum(len(found.examples) for found in examples) > 0, f"{name} has no example"
    told: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
    for found in examples:
        runner.run(found, out=told.append)
    assert runner.failures == 0, "".join(told)
