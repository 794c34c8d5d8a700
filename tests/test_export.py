"""The static page's contents, read back from the file: the lecture's rows, the sweep's models, no address."""

import base64
import json
import re
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import bokeh
import numpy as np
import pytest
import xarray as xr
from sklearn.model_selection import train_test_split

import gatesweep as gs
from gatesweep.page.export import MAX_BYTES, export, render
from gatesweep.page.figures import page_figures
from tests.lecture import generate_data_with_noise

GRID = {"gate": ("AND", "XOR"), "noise_level": (0.0, 0.05, 0.4), "seed": (42, 7)}
CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])


@pytest.fixture(scope="module", autouse=True)
def drawn_once() -> Iterator[None]:
    """Pages differ here in their data: their figures, which take longer than all else, are drawn once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gatesweep.page.export.page_figures", cache(page_figures))
        yield


@pytest.fixture(scope="module")
def dataset() -> xr.Dataset:
    return gs.sweep(**GRID, num_samples=(100, 500))


@pytest.fixture(scope="module")
def path_dataset() -> xr.Dataset:
    return gs.sweep(**GRID, solver="sgd", record="epoch", epochs=5)


def element(page: str, name: str) -> str:
    return re.search(rf'<script type="[a-z/]+" id="{name}">(.*?)</script>', page, re.S)[1]


def read(page: str) -> tuple[dict, dict]:
    """The page's JSON, and a function's worth of arrays: those of its first run, and the noise draws as `eps`."""
    data = json.loads(element(page, "page-data"))
    packed = base64.b64decode(element(page, "page-bytes"))

    def array(entry: dict) -> np.ndarray:
        planes = zlib.decompress(packed[entry["at"] : entry["at"] + entry["length"]])
        dtype = np.dtype("<" + entry["dtype"])
        plain = np.frombuffer(planes, np.uint8).reshape(dtype.itemsize, -1).T.copy()
        return plain.view(dtype).reshape(entry["shape"]) if "shape" in entry else plain.view(dtype).ravel()

    arrays = {name: array(entry) for name, entry in data["runs"][0]["arrays"].items()}
    return data, arrays | {"eps": array(data["noise"]["eps"])}


def test_rows_and_split_are_the_lecture_s(dataset: xr.Dataset) -> None:
    data, arrays = read(render([dataset]))
    for i, n in enumerate((100, 500)):
        for j, seed in enumerate((42, 7)):
            np.random.seed(seed)
            X, y = generate_data_with_noise(n, "XOR", 0.4)
            train, test, _, _ = train_test_split(X, y, test_size=0.2, random_state=140)
            eps = arrays["eps"][data["noise"]["seeds"].index(seed), :n]
            rows = np.repeat(CORNERS, n // 4, axis=0) + 0.4 * eps
            is_test = np.unpackbits(arrays["test_rows"][i, j], bitorder="little")[:n].astype(bool)
            assert sorted(map(tuple, rows[is_test])) == sorted(map(tuple, test))
            assert sorted(map(tuple, rows[~is_test])) == sorted(map(tuple, train))


def test_models_and_counts_are_the_sweep_s(dataset: xr.Dataset) -> None:
    data, arrays = read(render([dataset]))
    assert [dim["name"] for dim in data["runs"][0]["dims"]] == ["gate", "noise_level", "seed", "num_samples"]
    np.testing.assert_array_equal(arrays["models"][..., :2], dataset.weight.values)
    np.testing.assert_array_equal(arrays["models"][..., 2], dataset.intercept.values)
    for part, share in (("train", 0.8), ("test", 0.2)):
        rows = dataset.num_samples.values * share
        np.testing.assert_allclose(arrays[part] / rows, dataset[f"{part}_accuracy"], rtol=0, atol=1e-7)
        assert arrays[part].max() <= 400


def test_every_epoch_of_a_recorded_sweep_is_kept(path_dataset: xr.Dataset) -> None:
    data, arrays = read(render([path_dataset]))
    assert data["runs"][0]["epochs"] == 6
    np.testing.assert_array_equal(arrays["models"][..., :2], path_dataset.weight_history.transpose(..., "feature"))
    np.testing.assert_array_equal(arrays["test"], np.rint(path_dataset.test_accuracy_history * 100))


def test_limits_stand_beside_the_models(dataset: xr.Dataset) -> None:
    limits = read(render([dataset]))[1]["limits"]
    np.testing.assert_array_equal(limits[..., 0], dataset.bayes_accuracy)
    np.testing.assert_array_equal(limits[..., 1], dataset.best_linear_accuracy)
    np.testing.assert_array_equal(limits[:, 0, 2], [0.75, 0.5])


def test_the_order_of_dimensions_does_not_matter(dataset: xr.Dataset) -> None:
    turned = dataset.transpose("feature", "num_samples", "seed", "gate", "noise_level")
    expected = read(render([dataset]))[1]
    for name, array in read(render([turned]))[1].items():
        np.testing.assert_array_equal(array, expected[name], err_msg=name)


BOKEH = re.compile(r'<script type="text/plain" id="bokeh">(.*?)</script>', re.S)


def test_nothing_comes_from_elsewhere(dataset: xr.Dataset) -> None:
    page = render([dataset])
    own, removed = BOKEH.subn("", page)
    assert removed == 1
    assert not re.search(r"""(src|href)\s*=\s*(?!["']?data:,)|@import|url\(""", own)
    assert "{{" not in own.split('id="page-data"')[0]


def test_nothing_of_an_open_app_comes_along(dataset: xr.Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gatesweep.page.export.page_figures", page_figures)

    def shape(page: str) -> str:
        return re.sub(r"p\d{4,}|[0-9a-f]{8}-[0-9a-f-]{27}", "id", page)

    before = render([dataset])
    gs.Lab().__panel__()
    after = render([dataset])
    assert shape(after) == shape(before)
    script = zlib.decompress(base64.b64decode(BOKEH.search(after)[1])).decode()
    library = (Path(bokeh.__file__).parent / "server/static/js/bokeh.min.js").read_text(encoding="utf-8")
    assert script.startswith(library)
    assert script.removeprefix(library).count("Bokeh.require") == 2  # the two replacements, and no extension


def test_writes_one_file_and_never_over_another(tmp_path: Path, dataset: xr.Dataset) -> None:
    target = gs.export(tmp_path / "page.html", dataset)
    assert target.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert target.stat().st_size < MAX_BYTES
    with pytest.raises(gs.InputError, match="must not replace"):
        gs.export(target, dataset)
    target.write_text("old")
    assert gs.export(target, dataset, overwrite=True).stat().st_size > 500_000


def test_the_name_export_is_the_function_however_it_was_loaded() -> None:
    assert gs.export is export


@pytest.mark.parametrize("name", ["page.txt", "page", "no/such/folder/page.html"])
def test_bad_paths(tmp_path: Path, dataset: xr.Dataset, name: str) -> None:
    with pytest.raises(gs.InputError):
        export(tmp_path / name, dataset)


def broken(dataset: xr.Dataset, **attrs: object) -> xr.Dataset:
    return dataset.assign_attrs(experiment=json.dumps(json.loads(dataset.attrs["experiment"]) | attrs))


BREAKS = {
    "no dataset": lambda ds: {"weight": 1},
    "no experiment": lambda ds: ds.drop_attrs(),
    "experiment is no JSON": lambda ds: ds.assign_attrs(experiment="{"),
    "experiment is no object": lambda ds: ds.assign_attrs(experiment="[1]"),
    "experiment is no text": lambda ds: ds.assign_attrs(experiment=3),
    "unknown parameter": lambda ds: broken(ds, colour="</script><script>alert(1)</script>"),
    "unknown gate": lambda ds: broken(ds, gate=["<b>AND</b>", "XOR"]),
    "three inputs": lambda ds: broken(ds, gate=["01101001", "00000001"]),
    "other values": lambda ds: broken(ds, noise_level=[0.0, 0.05, 0.5]),
    "a value twice": lambda ds: ds.isel(seed=[0, 0]),
    "one value, not named": lambda ds: ds.isel(seed=0, drop=True),
    "no weights": lambda ds: ds.drop_vars("weight"),
    "weights without features": lambda ds: ds.assign(weight=ds.weight.isel(feature=0, drop=True)),
    "weights are text": lambda ds: ds.assign(weight=ds.weight.astype(str)),
    "too many weights": lambda ds: ds.drop_vars("feature").pad(feature=(0, 2), constant_values=0),
    "accuracy beyond 1": lambda ds: ds.assign(test_accuracy=ds.test_accuracy * 1e9),
    "unfinished": lambda ds: ds.assign(status=ds.status.where(ds.seed != 7, -1).astype("int8")),
}


@pytest.mark.parametrize("name", BREAKS)
def test_hostile_datasets_are_refused_in_one_sentence(dataset: xr.Dataset, name: str) -> None:
    with pytest.raises(gs.InputError) as caught:
        render([BREAKS[name](dataset)])
    assert len(str(caught.value)) < 600


def test_a_dataset_that_cannot_fit_is_refused_before_it_is_read(dataset: xr.Dataset) -> None:
    huge = gs.Experiment.of(gate="AND", noise_level=np.linspace(0, 1, 101), seed=range(100_000))
    lazy = {name: (huge.swept, np.broadcast_to(np.float32(0.5), huge.shape)) for name in dataset.data_vars}
    grid = ("gate", "noise_level")
    for name in ("bayes_accuracy", "best_linear_accuracy", "majority_accuracy"):
        lazy[name] = (grid, np.ones((1, 101)))
    lazy["weight"] = ((*huge.swept, "feature"), np.broadcast_to(np.float32(0.5), (*huge.shape, 2)))
    coords = {name: list(huge.grid[name]) for name in huge.swept}
    with pytest.raises(gs.InputError, match="10,100,000 models"):
        render([xr.Dataset(lazy, coords, {"experiment": huge.to_json()})])


@pytest.mark.parametrize("history", [False, True])
@pytest.mark.parametrize(
    "part",
    [
        {"gate": ["XOR"], "noise_level": [0.4, 0.05], "seed": [7]},
        {"gate": "XOR"},
        {"noise_level": 0.05},
        {"seed": 42},
        {"gate": "AND", "noise_level": 0.4, "seed": 7},
    ],
    ids=str,
)
def test_a_part_of_a_sweep_is_a_page_of_that_part(dataset, path_dataset, part: dict, history: bool) -> None:
    rest = {"solver": "sgd", "record": "epoch", "epochs": 5} if history else {"num_samples": (100, 500)}
    alone = gs.sweep(**GRID | part, **rest)
    whole = path_dataset if history else dataset
    (data, arrays), (wanted, expected) = (read(render([one])) for one in (whole.sel(part), alone))
    assert data["runs"][0]["dims"] == wanted["runs"][0]["dims"]
    assert arrays.keys() == expected.keys()
    for name, array in arrays.items():
        np.testing.assert_allclose(array, expected[name], rtol=1e-5, atol=1e-6, err_msg=name)
