"""What the Explorer gives away in a real browser: files with the numbers on show, code that makes them again."""

import ast
import shlex
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from bokeh.palettes import Cividis256
from PIL import Image
from playwright.sync_api import Download, Page

import gatesweep as gs
from tests.tolerances import TOLERANCE
from tests.ui.explorer_pages import FIND, cells, go, shows, slide, until

LINK = "?view=explorer&noise_level=0.1,0.9&noise_count=5&seed=3&seed_count=4&num_samples=60"
BASE = {"gate": ("AND", "OR", "XOR"), "noise_level": (0.1, 0.3, 0.5, 0.7, 0.9), "seed": range(3, 7), "num_samples": 60}
SHOWN = {
    "plain": ("", {}, ("gate", "noise_level")),
    "compared": (
        "&features=interaction&compare=C&compare_values=0.1,inf&y=C&panel=gate&statistic=mean",
        {"features": "interaction", "C": (0.1, float("inf"))}, ("gate", "C", "noise_level"),
    ),
    "recorded": (
        "&solver=adam&learning_rate=0.1&epochs=3&record=epoch&statistic=mean",
        {"solver": "adam", "learning_rate": 0.1, "epochs": 3, "record": "epoch"}, ("gate", "noise_level"),
    ),
    "one level": ("&noise_level=0.2,0.2&x=seed", {"noise_level": (0.2,)}, ("gate", "seed")),
}  # fmt: skip
"""A link, its grid, and the dimensions of the picture."""
EPOCH = 2
"""The epoch on show where they are recorded."""
PIXEL = f"""(index) => {{
  const figure = ({FIND})("heatmap"), mapper = figure.right[0].color_mapper
  const data = ({FIND})("cells").data
  const view = Bokeh.index.find_one_by_id(figure.id), near = (a, b) => a + (b - a) * 0.15
  const x = view.frame.x_scale.compute(near(data.left[index], data.right[index]))
  const y = view.frame.y_scale.compute(near(data.bottom[index], data.top[index]))
  return [x, y, (data.number[index] - mapper.low) / (mapper.high - mapper.low)]
}}"""


def files(page: Page, button: str, folder: Path, count: int = 1) -> dict[str, Path]:
    """What a click on a button downloads, by name."""
    came: list[Download] = []

    def keep(download: Download) -> None:
        came.append(download)

    page.on("download", keep)
    page.get_by_role("button", name=button, exact=True).click()
    until(page, lambda: len(came) == count, f"{button}: {len(came)} files")
    page.remove_listener("download", keep)
    for download in came:
        download.save_as(folder / download.suggested_filename)
    return {download.suggested_filename: folder / download.suggested_filename for download in came}


def run(*command: str, folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", SHOWN)
def test_data_and_code_are_what_is_shown(explorer, tmp_path, name):
    link, grid, dims = SHOWN[name]
    dataset = gs.sweep(**(BASE | grid))
    values = dataset["exact_accuracy_history" if "record" in grid else "exact_accuracy"].astype(float)
    if "seed" not in dims:
        values = values.mean("seed") if "mean" in link else values.median("seed")
    expected = values.squeeze("noise_level") if name == "one level" else values
    go(explorer, LINK + link)
    shows(explorer, (expected.isel(epoch=0) if "record" in grid else expected).transpose(*dims))
    if "record" in grid:
        slide(explorer, "Epoch", "Home", *["ArrowRight"] * EPOCH)
        shows(explorer, expected.isel(epoch=EPOCH).transpose(*dims))

    shown = np.reshape(cells(explorer)["number"], [expected.sizes[d] for d in dims])
    csv = files(explorer, "CSV", tmp_path)["gatesweep.csv"]
    assert_table(csv, dims, shown, expected)
    with xr.open_dataset(files(explorer, "NetCDF", tmp_path)["sweep.nc"]) as stored:
        assert_same_models(stored, dataset)

    script = files(explorer, "Python", tmp_path)["gatesweep_sweep.py"]
    words = shlex.split(ast.get_docstring(ast.parse(script.read_text())).splitlines()[-1])
    csv.unlink()
    run(sys.executable, script.name, folder=tmp_path)
    assert_table(csv, dims, shown, expected)
    assert words[:2] == ["gatesweep", "sweep"]
    (tmp_path / "sweep.nc").unlink()
    run(str(Path(sys.executable).with_name("gatesweep")), *words[1:], folder=tmp_path)
    with xr.open_dataset(tmp_path / "sweep.nc") as made:
        assert_same_models(made, dataset)


def assert_table(csv: Path, dims: tuple[str, ...], shown: np.ndarray, expected: xr.DataArray) -> None:
    """The table holds the numbers on the page, and all of the sweep's."""
    index = [*dims, "epoch"] if "epoch" in expected.dims else [*dims]
    table = pd.read_csv(csv).set_index(index)["value"].to_xarray().transpose(*index)
    np.testing.assert_allclose(table, expected.transpose(*index), **TOLERANCE["float32"])
    np.testing.assert_allclose(table.sel(epoch=EPOCH) if "epoch" in index else table, shown, rtol=1e-9)


def assert_same_models(found: xr.Dataset, expected: xr.Dataset) -> None:
    assert found["weight"].dims == expected["weight"].dims
    for dim in expected["weight"].dims:
        np.testing.assert_array_equal(found[dim], expected[dim])
    for name in ("weight", "intercept", "test_accuracy"):
        np.testing.assert_allclose(found[name], expected[name], **TOLERANCE["float32"])


def show_plain(page: Page) -> None:
    go(page, LINK)
    shows(page, gs.sweep(**BASE)["exact_accuracy"].astype(float).median("seed"))


def test_png_is_the_picture(explorer, tmp_path):
    show_plain(explorer)
    pictures = files(explorer, "PNG", tmp_path, count=2)
    for name in ("heatmap", "curves"):
        with Image.open(pictures[f"{name}.png"]) as picture:
            pixels = np.asarray(picture.convert("RGBA"))
        size = explorer.evaluate(f"(n) => {{ const f = ({FIND})(n); return [f.outer_height, f.outer_width] }}", name)
        assert pixels.shape[1] == pytest.approx(size[1], abs=1)
        assert 30 <= pixels.shape[0] - size[0] <= 80, "room for the title and the keys"
        assert (pixels[..., 3] == 255).all()
        assert len(np.unique(pixels.reshape(-1, 4), axis=0)) > 50
    with Image.open(pictures["heatmap.png"]) as picture:
        top = picture.height - explorer.evaluate(f"({FIND})('heatmap').outer_height")
        for index in (0, 7, 14):
            x, y, share = explorer.evaluate(PIXEL, index)
            colour = Cividis256[min(int(share * 256), 255)]
            wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
            assert picture.convert("RGB").getpixel((round(x), round(y + top))) == pytest.approx(wanted, abs=4)


def test_svg_holds_the_gates_as_text(explorer, tmp_path):
    show_plain(explorer)
    pictures = files(explorer, "SVG", tmp_path, count=2)
    for name in ("heatmap", "curves"):
        root = ElementTree.fromstring(pictures[f"{name}.svg"].read_text())
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        texts = {"".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")}
        assert {"AND", "OR", "XOR", "0.1", "0.9", "noise level"} <= texts
        assert "Exact accuracy, median of 4 seeds" in texts
        assert (name == "curves") == ({"median", "10 to 90% of seeds", "Bayes limit", "best line"} <= texts)
        assert len(list(root.iter("{http://www.w3.org/2000/svg}path"))) > 10
    numbers = {f"{value:.2f}" for value in cells(explorer)["number"]}
    heatmap = ElementTree.fromstring(pictures["heatmap.svg"].read_text())
    assert numbers <= {"".join(n.itertext()) for n in heatmap.iter("{http://www.w3.org/2000/svg}text")}
