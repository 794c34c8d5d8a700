"""The page's engine in Node against the big one: rows, splits, orders, parameters, scores and theory.

Node comes with Playwright, so that no other one is needed. The same cases run in Chromium too (see
`tests/ui/test_page_live.py`), whose engine may round a logarithm otherwise.
"""

import json
import math
import subprocess
from pathlib import Path

import numpy as np
import pytest

import gatesweep as gs
from gatesweep.engine.solvers.protocol import Status
from gatesweep.experiment import Experiment
from gatesweep.gates import GATE_NAMES
from gatesweep.grids.model import Rows
from gatesweep.lecture import draw, minibatches, split_rows
from gatesweep.page.scripts import bundle
from tests.page_cases import ENGINE, NODE, model_cases, network_cases, node, row_cases, swept


def engine(name: str, cases: list, tmp_path: Path) -> list:
    """What the engine's function of ENGINE gives for each case."""
    return json.loads(node(f"{ENGINE}\nconsole.log(JSON.stringify({json.dumps(cases)}.map({name})));", tmp_path))


def test_noise_is_numpy_s_within_two_units_in_the_last_place_and_rows_follow(tmp_path) -> None:
    cases = row_cases(500)
    for case, found in zip(cases, engine("rowsOf", cases, tmp_path), strict=True):
        drawn = draw(case["seed"], case["num_samples"])
        eps = np.array([found["eps1"], found["eps2"]]).T
        np.testing.assert_array_max_ulp(eps, drawn.eps, maxulp=2)
        X, y = gs.generate_data_with_noise(
            case["num_samples"], case["gate"], case["noise_level"], random_state=case["seed"]
        )
        np.testing.assert_array_equal(found["label"], y)
        corner_rows = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])[drawn.corner]
        np.testing.assert_allclose(corner_rows + case["noise_level"] * drawn.eps, X, rtol=0, atol=0)
        # From the same noise the same bits.
        np.testing.assert_array_equal(np.array([found["x1"], found["x2"]]).T, corner_rows + case["noise_level"] * eps)


def test_models_are_the_sweep_s(tmp_path) -> None:
    cases = model_cases(300)
    statuses, differing = set(), 0
    for case, found in zip(cases, engine("modelOf", cases, tmp_path), strict=True):
        model = swept(json.dumps(case))
        statuses.add(found["status"])
        assert found["status"] == Status(int(model.status)).name, case
        # Parameters that agree to 1e-5 may still part at a row that lies on the line: one row at most.
        rows = case["num_samples"] // 4 * 4
        assert found["train_accuracy"] == pytest.approx(float(model.train_accuracy), abs=1.01 / (0.79 * rows)), case
        assert found["test_accuracy"] == pytest.approx(float(model.test_accuracy), abs=1.01 / (0.19 * rows)), case
        differing += found["train_accuracy"] != pytest.approx(float(model.train_accuracy), abs=1e-9)
        for name in ("bayes_accuracy", "best_linear_accuracy", "majority_accuracy"):
            assert found[name] == pytest.approx(float(model[name]), abs=1e-9), (name, case)
        # Without an optimum newton stops where it likes, on the way to infinity.
        if case["solver"] == "newton" and found["status"] == "separable":
            continue
        params = [*model.weight.values.ravel(), float(model.intercept)]
        tolerance = 1e-8 if case["solver"] == "newton" else 1e-5
        np.testing.assert_allclose(found["params"], params, rtol=tolerance, atol=tolerance, err_msg=str(case))
        exact = gs.theory.exact_accuracy(
            found["params"][:-1], found["params"][-1], case["gate"], case["noise_level"], case["features"]
        )
        assert found["exact_accuracy"] == pytest.approx(float(exact), abs=1e-9), case
        exact = gs.theory.exact_log_loss(
            found["params"][:-1], found["params"][-1], case["gate"], case["noise_level"], case["features"]
        )
        assert found["exact_loss"] == pytest.approx(float(exact), rel=2e-6, abs=1e-9), case
        for name in ("train_loss", "test_loss"):
            assert found[name] == pytest.approx(float(model[name]), rel=1e-5, abs=1e-5), (name, case)
    assert differing <= 3
    assert statuses >= {"converged", "max_iter", "separable"}


def test_splits_are_the_lecture_s(tmp_path) -> None:
    cases = [
        {"seed": seed, "num_samples": n, "split": split, "train_seed": train_seed}
        for split in ("sklearn", "torch", "stratified")
        for n in (24, 60, 100, 222, 500)
        for seed, train_seed in ((0, 140), (7, 3), (42, 2**32 - 1))
    ]
    program = "(s) => { const {train, test} = dataOf(s); return [[...train], [...test]]; }"
    for case, found in zip(cases, engine(program, cases, tmp_path), strict=True):
        corner = draw(case["seed"], case["num_samples"]).corner
        expected = split_rows(corner, case["split"], case["train_seed"])
        assert found == [part.tolist() for part in expected], case


WALK = "(settings) => { const {path, status} = fit(settings); return {path: path.map((step) => [...step]), status}; }"


def test_newton_goes_the_engine_s_way_step_by_step(tmp_path) -> None:
    cases = [case for case in model_cases(300) if case["solver"] == "newton"]
    cases += [case | {"C": np.inf} for case in cases[:40]] + [case | {"init": "ones"} for case in cases]
    lengths = set()
    for case, found in zip(cases, engine(WALK, cases, tmp_path), strict=True):
        rows = Rows.of(Experiment.of(**case, dtype="float64"))
        walk = rows.fit(rows.origin if case["init"] == "auto" else None)
        assert (found["status"], len(found["path"])) == (walk.status.name, len(walk.model.params)), case
        np.testing.assert_allclose(found["path"], walk.model.params, rtol=1e-6, atol=1e-7, err_msg=str(case))
        lengths.add(len(found["path"]))
    assert len(lengths) > 8


def test_first_values_are_torch_s_bit_for_bit(tmp_path) -> None:
    cases = [{"d": d, "h": h} for d in (2, 3) for h in (0, 1, 2, 5, 16)]
    program = """({d, h}) => [...miniBatches(
        {n: 500, nTrain: 400, batchSize: 64, epochs: 1, nFeatures: d, linear: true, hiddenUnits: h}).first]"""
    for case, found in zip(cases, engine(program, cases, tmp_path), strict=True):
        drawn = minibatches(500, 400, 64, 1, n_features=case["d"], linear=True, hidden_units=case["h"])
        np.testing.assert_array_equal(found, drawn.first)


def test_networks_are_the_sweep_s(tmp_path) -> None:
    cases = network_cases(60, 5)
    for case, found in zip(cases, engine("networksOf", cases, tmp_path), strict=True):
        settings = {name: value for name, value in case.items() if name != "seeds"}
        sweep = gs.sweep(**settings, seed=case["seeds"], dtype="float64").squeeze(drop=True)
        for seed, one in zip(case["seeds"], found, strict=True):
            model = sweep.sel(seed=seed)
            weight, intercept = model.hidden_weight.values, model.hidden_intercept.values
            lines = np.column_stack([weight.reshape(case["hidden_units"], -1), intercept.ravel()])
            params = [*lines.ravel(), *model.output_weight.values.ravel(), float(model.intercept)]
            np.testing.assert_allclose(one["params"], params, rtol=1e-5, atol=1e-5, err_msg=str(case))
            assert one["status"] == Status(int(model.status)).name, case
            assert one["exact_accuracy"] == pytest.approx(float(model.exact_accuracy), abs=2e-5), case
            # Parameters that agree to 1e-5 may still part at a row that lies on the boundary: one row at most.
            rows = case["num_samples"] // 4 * 4
            assert one["train_accuracy"] == pytest.approx(float(model.train_accuracy), abs=1.01 / (0.79 * rows)), case
            assert one["test_accuracy"] == pytest.approx(float(model.test_accuracy), abs=1.01 / (0.19 * rows)), case
            for name in ("train_loss", "test_loss"):
                assert one[name] == pytest.approx(float(model[name]), rel=1e-5, abs=1e-5), (name, case)


@pytest.mark.parametrize("features", ["linear", "interaction"])
def test_the_model_of_infinitely_many_rows_is_theory_s(features, tmp_path) -> None:
    levels = (0.0, 0.005, 0.05, 0.3, 1.5)
    cases = [{"gate": g, "level": s, "C": C} for g in GATE_NAMES for s in levels for C in (0.01, 1.0, 1e4, "inf")]
    program = f"({{gate, level, C}}) => [...populationOptimum(gate, level, Number(C) || Infinity, 400, '{features}')]"
    for case, found in zip(cases, engine(program, cases, tmp_path), strict=True):
        weight, intercept = gs.theory.population_optima(
            [case["gate"]], case["level"], float(case["C"]), 400, features, 1e-4
        )
        np.testing.assert_allclose(found, [*weight[0], intercept[0]], rtol=1e-9, atol=1e-9, err_msg=str(case))


def test_gates_are_the_engine_s(tmp_path) -> None:
    found = json.loads(node(f"{ENGINE}\nconsole.log(JSON.stringify(GATES.map((g) => [g, truthOf(g)])));", tmp_path))
    assert [name for name, _ in found] == list(GATE_NAMES)
    assert all(tuple(truth) == gs.as_gate(name).truth for name, truth in found)


def test_sums_of_logarithms_keep_their_digits_however_small_they_are(tmp_path) -> None:
    dice = np.random.default_rng(5)
    cases = [*(10 ** dice.uniform(-18, 0, (20, 500))), np.zeros(3), np.ones(5000), np.full(400, 1e-17)]
    found = engine("(all) => sumLog1p(all, all.length)", [case.tolist() for case in cases], tmp_path)
    np.testing.assert_allclose(found, [math.fsum(np.log1p(case)) for case in cases], rtol=1e-14)


def test_hands_that_share_a_job_make_each_of_its_models_once(tmp_path) -> None:
    job = {"settings": {}, "axes": {"gate": ["AND", "XOR"], "seed": list(range(33))}}
    cases = [job, *({**job, "hands": 3, "hand": hand} for hand in range(3))]
    alone, *shares = engine("(job) => [...crowd(job)].map(([model, kept]) => [model, [...kept]])", cases, tmp_path)
    assert [model for model, _ in alone] == list(range(66))
    assert sorted(sum(shares, [])) == alone
    assert all(shares)


@pytest.mark.parametrize("noise_level", [0.0, 1e-6, 0.01, 0.2, 0.5, 1.0, 10.0, 1e4])
def test_theory_is_the_engine_s_at_every_noise_level(noise_level, tmp_path) -> None:
    cases = [{"gate": gate, "noise_level": noise_level} for gate in GATE_NAMES]
    for case, found in zip(cases, engine("limitsOf", cases, tmp_path), strict=True):
        for name in ("bayes_accuracy", "best_linear_accuracy"):
            expected = float(getattr(gs.theory, name)(**case))
            assert found[name] == pytest.approx(expected, abs=1e-9), (name, case)


def test_the_modules_make_one_script(tmp_path) -> None:
    script = tmp_path / "script.js"
    script.write_text(bundle("start.js"))
    # Two modules that declare one name would be a syntax error here.
    done = subprocess.run([NODE, "--check", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "import " not in script.read_text()
