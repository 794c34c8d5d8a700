"""`benchmarks.gpu` runs anywhere, says where no figure is one, and stops at a wrong result."""

import json

import pytest

from benchmarks import gpu


def test_it_runs_on_a_cpu_and_claims_nothing(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(gpu, "BANDWIDTH_BYTES", 1 << 22)
    gpu.main(["--device", "cpu", "--models", "12,30", "--json", str(tmp_path / "gpu.json")])
    found = json.loads((tmp_path / "gpu.json").read_text())
    assert not found["is_figure"] and "no figure here is one" in capsys.readouterr().out
    assert [(run["solver"], run["models"]) for run in found["runs"]] == [
        (solver, models) for models in (12, 30) for solver in gpu.SOLVERS
    ]
    assert found["bandwidth_bytes_per_s"] > 0 and set(found["launches_per_step"].values()) == {None}
    assert all(error < 1e-3 for error in found["errors"].values())


def test_it_stops_at_a_wrong_result(monkeypatch):
    monkeypatch.setattr(gpu, "error", lambda solver, device, models: float("nan") if solver == "sgd" else 0.0)
    with pytest.raises(SystemExit, match="wrong on this device: sgd"):
        gpu.main(["--device", "cpu", "--models", "12"])
