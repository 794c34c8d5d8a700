"""The project's own promises: lists in step, budgets of size, the direction of imports, the README."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions, version
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import gatesweep as gs
from gatesweep.experiment import DEFAULT_GRID, Parameters

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "gatesweep"

ORDER = (
    "errors paths engine gates settings codec features lecture experiment groups fit theory models results grids "
    "store sweep estimator tables summaries notebook plots lessons app page bench cli"
).split()
"""A module or folder of gatesweep imports only from those before it."""

TENSORS_ONLY = "engine groups fit".split()
"""What knows tensors, and nothing of gates, labels, files or screens."""

FIT_ALSO = {"gatesweep.lecture.Stream", "gatesweep.settings.Settings"}
"""What `fit` takes besides: the order of mini-batches, and the check of its arguments."""

CONDA_NAMES = {"torch": "pytorch", "playwright": "playwright-python"}
"""Packages whose name on conda-forge differs."""

OF_A_TORCH_BUILD = ("cuda-", "nvidia-", "setuptools", "triton")
"""Packages that only some builds of torch need, by how their names begin."""


# --- lists of packages ---------------------------------------------------------------------------


@cache
def declared() -> dict[str, Requirement]:
    """Every direct requirement of pyproject.toml, all extras included, by canonical name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    requirements = [Requirement(line) for line in lines]
    return {canonicalize_name(r.name): r for r in requirements if r.name != "gatesweep"}


@cache
def constraints() -> dict[str, str]:
    """Pinned version by canonical name; every line of constraints.txt must be a plain pin."""
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    pins = [re.fullmatch(r"([\w.-]+)==([\w.]+)", line) for line in lines]
    odd = [line for line, pin in zip(lines, pins, strict=True) if pin is None]
    assert not odd, f"constraints.txt holds lines that are no plain pins: {odd}"
    return {canonicalize_name(pin[1]): pin[2] for pin in pins if pin}


@pytest.mark.parametrize("name", declared())
def test_a_constraint_satisfies_each_declared_range(name: str) -> None:
    assert name in constraints(), f"{name} is in pyproject.toml but not in constraints.txt"
    assert declared()[name].specifier.contains(constraints()[name])


@pytest.mark.parametrize("name", declared())
def test_each_declared_range_has_a_lower_bound(name: str) -> None:
    assert any(part.operator == ">=" for part in declared()[name].specifier)


def test_the_conda_environment_has_the_same_packages_and_ranges() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    *conda, pip = environment["dependencies"]
    # What conda-forge has not comes from PyPI; and gatesweep itself.
    listed = [Requirement(line) for line in (*conda, *pip["pip"]) if line != "--editable ."]
    expected = {CONDA_NAMES.get(name, name): r.specifier for name, r in declared().items()}
    expected |= {
        "python": Requirement(f"python{project['requires-python']}").specifier,
        "pip": Requirement("pip").specifier,
    }
    assert {canonicalize_name(r.name): r.specifier for r in listed} == expected


def test_every_package_that_a_declared_one_needs_is_pinned() -> None:
    queue, seen = list(declared().values()), set()
    while queue:
        requirement = queue.pop()
        name = canonicalize_name(requirement.name)
        if (name, frozenset(requirement.extras)) in seen or name.startswith(OF_A_TORCH_BUILD):
            continue
        seen.add((name, frozenset(requirement.extras)))
        queue.extend(needed_by(requirement))
    assert {name for name, _ in seen} - constraints().keys() == set()


def needed_by(requirement: Requirement) -> list[Requirement]:
    """What the installed package of that name needs here, with the extras asked for; [] if not installed."""
    try:
        needed = [Requirement(line) for line in distribution(requirement.name).requires or []]
    except PackageNotFoundError:
        return []
    extras = ["", *requirement.extras]
    return [r for r in needed if r.marker is None or any(r.marker.evaluate({"extra": extra}) for extra in extras)]


# --- imports -------------------------------------------------------------------------------------


SOURCES = sorted(PACKAGE.rglob("*.py"))


def place(path: Path) -> str:
    """The entry of ORDER that a file of gatesweep belongs to; "__init__" for the package's own."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def imports(path: Path) -> list[tuple[str, bool]]:
    """Each import of a file: the dotted name, and whether it stands inside a function."""
    found = []
    tree = ast.parse(path.read_text())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    inside = {id(node) for function in functions for node in ast.walk(function)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, id(node) in inside) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [(f"{node.module}.{alias.name}", id(node) in inside) for alias in node.names]
    return found


def own_imports(path: Path) -> Iterator[tuple[str, bool]]:
    """The entries of ORDER that a file imports from, and whether inside a function."""
    for name, inside in imports(path):
        package, _, rest = name.partition(".")
        if package == "gatesweep":
            yield rest.split(".")[0], inside


def test_every_module_has_its_place_in_the_order() -> None:
    assert {place(path) for path in SOURCES} - {"__init__", *ORDER} == set()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_downward_only(path: Path) -> None:
    if place(path) == "__init__":
        return
    allowed = {*ORDER[: ORDER.index(place(path)) + 1], "__version__"}
    assert {name for name, _ in own_imports(path)} - allowed == set()


def test_no_modules_import_each_other_not_even_later_or_for_types() -> None:
    names = {path: ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in SOURCES}

    def module(name: str) -> str:
        return name if name in names.values() else module(name.rpartition(".")[0])

    needs = {names[path]: {module(n) for n, _ in imports(path) if n.startswith("gatesweep.")} for path in SOURCES}
    list(TopologicalSorter({name: others - {name, "gatesweep"} for name, others in needs.items()}).static_order())


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_command_line_the_export_and_lazy_names_import_the_app(path: Path) -> None:
    found = [inside for name, inside in own_imports(path) if name == "app"]
    if place(path) in ("cli", "__init__"):
        assert all(found), "the app must be imported inside a function here"
    elif place(path) not in ("app", "page"):
        assert not found


@pytest.mark.parametrize("path", [p for p in SOURCES if place(p) in TENSORS_ONLY], ids=lambda path: path.name)
def test_the_engine_knows_tensors_only(path: Path) -> None:
    names = {name for name, _ in imports(path)} - (FIT_ALSO if place(path) == "fit" else set())
    rooms = {name.split(".")[1] for name in names if name.startswith("gatesweep.")}
    assert rooms <= {"errors", *TENSORS_ONLY}
    assert {name.split(".")[0] for name in names}.isdisjoint({"xarray", "pandas", "param", "zarr"})


def test_what_gatesweep_imports_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    lines = [*project["dependencies"], *(line for name in extras if name != "test" for line in extras[name])]
    known = {canonicalize_name(Requirement(line).name) for line in lines} | {"gatesweep", "distributed"}
    imported = {name.split(".")[0] for path in SOURCES for name, _ in imports(path)} - set(sys.stdlib_module_names)
    owners = packages_distributions()
    assert {name for name in imported if known.isdisjoint(map(canonicalize_name, owners.get(name, [name])))} == set()


HEAVY = "{'bokeh', 'click', 'holoviews', 'numpy', 'panel', 'param', 'scipy', 'sklearn', 'torch', 'xarray'}"


@pytest.mark.parametrize(
    ("program", "loaded"),
    [
        ("import gatesweep", ""),
        ("import gatesweep; gatesweep.InputError, gatesweep.__version__, dir(gatesweep)", ""),
        ("import gatesweep; gatesweep.sweep", "numpy param scipy sklearn torch xarray"),
        ("from gatesweep.cli import main; main(['--help'], standalone_mode=False)", "click"),
        ("from gatesweep.cli import main; main(['--version'], standalone_mode=False)", "click"),
        ("from gatesweep.cli import main; main(['sweep', '--help'], standalone_mode=False)", "click numpy param"),
    ],
)
def test_nobody_waits_for_what_is_not_needed(program: str, loaded: str) -> None:
    said = run_python(f"{program}\nimport sys; print(*sorted({HEAVY} & set(sys.modules)))", ROOT)
    assert said.splitlines()[-1] == loaded


# --- public names --------------------------------------------------------------------------------


def test_every_public_name_is_listed_and_is_what_its_module_has() -> None:
    names = {"BatchedLogisticRegression", "Explorer", "Lab", "export", "fit", "plots", "summaries", "sweep", "theory"}
    assert names < set(gs.__all__) < set(dir(gs))
    assert [name for name in dir(gs) if not name.startswith("__") and name not in gs.__all__] == []
    for name in gs.__all__:
        value = getattr(gs, name)
        assert isinstance(value, ModuleType) == (name in ("plots", "summaries", "theory"))
        assert value.__name__.rpartition(".")[2] == name
    with pytest.raises(AttributeError, match="has no attribute 'swep'"):
        _ = gs.swep


def test_type_checkers_are_told_of_every_public_name() -> None:
    stub = ast.parse((PACKAGE / "__init__.pyi").read_text())
    told = {a.name: (n.module, a.asname) for n in stub.body if isinstance(n, ast.ImportFrom) for a in n.names}
    assert set(told) == set(gs.__all__)
    for name, (module, alias) in told.items():
        assert alias == name and getattr(import_module(module), name) is getattr(gs, name)


def test_fit_and_sweep_are_functions_whatever_was_imported_first() -> None:
    # One process, which forgets gatesweep each time and keeps the libraries: to load those again takes seconds.
    program = """
import sys
from importlib import import_module
from types import FunctionType
for first in sys.argv[1:]:
    for name in [name for name in sys.modules if name.partition(".")[0] == "gatesweep"]:
        del sys.modules[name]
    import_module(first)
    import gatesweep as gs
    from gatesweep import fit, sweep
    print(first, {type(f) for f in (gs.fit, gs.sweep, fit, sweep)} == {FunctionType})
"""
    rooms = ("fit", "sweep", "grids.training", "store", "app.lab.lab")
    said = run_python(program, ROOT, *(f"gatesweep.{room}" for room in rooms))
    assert said.splitlines() == [f"gatesweep.{room} True" for room in rooms]


def test_parameters_are_declared_to_type_checkers_too() -> None:
    assert set(Parameters.__annotations__) == set(gs.Settings.param) - {"name"}
    text = " ".join(gs.sweep.__doc__.split())
    assert [name for name in Parameters.__annotations__ if not re.search(rf"\b{name}\b", text)] == []
    gate, noise_level, seed = (DEFAULT_GRID[name] for name in ("gate", "noise_level", "seed"))
    default = f"gate {gate}, noise_level {noise_level[0]:g}, {noise_level[1]}, ..., {noise_level[-1]:g} and seed"
    assert f"{default} {seed[0]}, {seed[1]}, ..., {seed[-1]};".replace("'", '"') in text


def test_a_type_checker_finds_what_is_misspelt(tmp_path: Path) -> None:
    lines = {
        "gs.sweep(noise_level=3, gate=('AND', 'XOR'), seed=range(3), out='a.zarr')": "",
        "gs.sweep(nois_level=3)": 'Unexpected keyword argument "nois_level" for "sweep"; did you mean "noise_level"?',
        "gs.sweep(epochs='many')": 'Argument "epochs" to "sweep" has incompatible type "str"; expected "int"',
        "gs.fit([[0.0], [1.0]], [0, 1]).weigth": '"Fit" has no attribute "weigth"; maybe "weight"?',
        "gs.Experiment.of(sed=1)": 'Unexpected keyword argument "sed" for "of" of "Experiment"; did you mean "seed"?',
        "gs.BatchedLogisticRegression(c=1)": 'Unexpected keyword argument "c" for "BatchedLogisticRegression"',
        "gs.Lap()": 'Module has no attribute "Lap"',
        "gs.Lab(), gs.Explorer(), gs.export('a.html'), gs.plots.heatmap, gs.summaries.summary": "",
    }
    script = tmp_path / "script.py"
    script.write_text("\n".join(["import gatesweep as gs", *lines]))
    command = [sys.executable, "-m", "mypy", "--config-file", ROOT / "pyproject.toml", script]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=600)
    found = re.findall(r"script.py:(\d+): error: (.*?)  \[", done.stdout)
    wanted = [(str(i), message) for i, message in enumerate(lines.values(), 2) if message]
    assert [(line, message.split("; maybe it")[0]) for line, message in found] == wanted, done.stdout


def test_the_version_is_told_once() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert version("gatesweep") == project["version"]
    assert run_python("import gatesweep; print(gatesweep.__version__)", ROOT).strip() == project["version"]
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"] == project["version"]


def run_python(program: str, folder: Path, *arguments: str) -> str:
    """What a fresh Python prints; its warnings are errors."""
    command = [sys.executable, "-W", "error", "-c", program, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout


# --- sizes and texts -----------------------------------------------------------------------------


@cache
def committed() -> list[Path]:
    """Every file that git tracks or would track; all files where there is no checkout, as in an unpacked sdist."""
    if not (ROOT / ".git").exists():
        return [path for path in sorted(ROOT.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [ROOT / name for name in sorted(set(listed.stdout.split("\0")) - {""}) if (ROOT / name).is_file()]


def test_no_text_names_places_outside_the_project() -> None:
    # Written in two halves, so that this file does not hold what it looks for.
    outside = re.compile("|".join([r"/work" r"/", r"\bshared" r"/", r"pypi" r"\.org", r"pythonhosted" r"\.org"]))
    found = {}
    for path in committed():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        if match := outside.search(text):
            found[str(path.relative_to(ROOT))] = match[0]
    assert found == {}
