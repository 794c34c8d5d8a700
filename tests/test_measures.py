"""Measures of single models against closed forms and loops."""

import numpy as np
import pytest
import xarray as xr
from scipy.stats import norm

from gatesweep import theory
from gatesweep.errors import InputError
from gatesweep.results.measures import MEASURES, axes, limits, per_model
from gatesweep.sweep import sweep

NOISE = (0.1, 0.4, 0.9)


@pytest.fixture(scope="module")
def dataset() -> xr.Dataset:
    return sweep(gate=("AND", "XOR"), noise_level=NOISE, seed=range(5), num_samples=80)


def accuracy_of(weight, intercept, truth, noise) -> float:
    """mean over corners of P(sign right), from the normal distribution alone."""
    corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    margin = (corners @ weight + intercept) / (noise * np.linalg.norm(weight))
    return float(np.mean(np.where(truth, norm.cdf(margin), norm.cdf(-margin))))


def test_separability_index_and_gaps_of_xor(dataset):
    q = norm.cdf(1 / (2 * np.array(NOISE)))
    bayes = q**2 + (1 - q) ** 2
    accuracy = dataset["exact_accuracy"].sel(gate="XOR").values
    index = per_model(dataset, "separability_index").sel(gate="XOR")
    np.testing.assert_allclose(index, (accuracy - 0.5) / (bayes[:, None] - 0.5), rtol=1e-5, atol=1e-6)
    gap = per_model(dataset, "gap_to_bayes").sel(gate="XOR")
    np.testing.assert_allclose(gap, accuracy - bayes[:, None], rtol=1e-5, atol=1e-6)
    assert (per_model(dataset, "gap_to_best_line") <= 1e-6).all()


def test_separability_index_is_undefined_where_nothing_beats_the_majority():
    constant = sweep(gate=("TRUE", "AND"), noise_level=0.2, seed=range(2), num_samples=40)
    index = per_model(constant, "separability_index")
    assert np.isnan(index.sel(gate="TRUE")).all() and np.isfinite(index.sel(gate="AND")).all()


def test_accuracy_at_another_noise_level(dataset):
    accuracy = per_model(dataset, "transfer_accuracy")
    assert accuracy.dims == ("gate", "noise_level", "seed", "test_noise_level")
    for gate, truth in (("AND", [0, 0, 0, 1]), ("XOR", [0, 1, 1, 0])):
        for seed in (0, 4):
            model = dataset.sel(gate=gate, noise_level=0.4, seed=seed)
            for noise in NOISE:
                expected = accuracy_of(model["weight"].values, model["intercept"].item(), np.array(truth) == 1, noise)
                found = accuracy.sel(gate=gate, noise_level=0.4, seed=seed, test_noise_level=noise).item()
                assert found == pytest.approx(expected, abs=1e-5)


def test_transfer_with_and_without_the_product_feature():
    both = sweep(gate="XOR", noise_level=(0.1, 0.3), seed=range(2), features=("linear", "interaction"))
    accuracy = per_model(both, "transfer_accuracy")
    for features in ("linear", "interaction"):
        for i in range(2):
            own = accuracy.sel(features=features).isel(noise_level=i, test_noise_level=i)
            np.testing.assert_allclose(
                own, both["exact_accuracy"].sel(features=features).isel(noise_level=i), atol=1e-4
            )


def test_shares_count_states(dataset):
    marked = dataset.copy(deep=True)
    marked["status"][:] = 0
    marked["status"][0, 0, :2] = 2
    marked["status"][1, 1, :3] = 3
    assert per_model(marked, "separable").sum().item() == 2
    assert per_model(marked, "diverged")[1, 1].values.tolist() == [1, 1, 1, 0, 0]
    assert per_model(marked, "converged").sum().item() == marked["status"].size - 5


def test_models_that_are_not_computed_yet_are_nan(dataset):
    partial = dataset.copy(deep=True)
    partial["status"][:, :, 3:] = -1
    values = per_model(partial, "test_accuracy")
    assert np.isnan(values[..., 3:]).all() and np.isfinite(values[..., :3]).all()


def test_limits_on_the_scale_of_the_measure(dataset):
    index = limits(dataset, "separability_index")
    np.testing.assert_allclose(index["bayes_accuracy"], 1)
    np.testing.assert_allclose(index["majority_accuracy"], 0)
    gap = limits(dataset, "gap_to_best_line")
    np.testing.assert_allclose(gap["best_linear_accuracy"], 0, atol=1e-12)
    population = limits(dataset, "exact_accuracy")["population_accuracy"].sel(gate="AND")
    best = [theory.best_linear_accuracy("AND", noise) for noise in NOISE]
    assert (population.values <= np.array(best) + 1e-9).all() and (population.values > np.array(best) - 0.01).all()


def test_every_measure_answers_for_every_model(dataset):
    for name in MEASURES:
        assert per_model(dataset, name).dims == axes(dataset, name)


def test_refusals(dataset):
    with pytest.raises(InputError, match="measure"):
        per_model(dataset, "f1")
    with pytest.raises(InputError, match="dimensions"):
        per_model(dataset, "test_loss", {"gate": "NAND"})
