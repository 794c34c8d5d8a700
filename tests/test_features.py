"""Feature maps: the names, the rows, and the factored form that never builds rows."""

import numpy as np
import pytest
from sklearn.preprocessing import PolynomialFeatures

from gatesweep.features import expand, factor_columns, factor_lift, feature_names
from gatesweep.gates import corners


@pytest.mark.parametrize("n_inputs", [1, 2, 3, 4])
def test_interaction_is_all_products_of_distinct_inputs(n_inputs):
    X = np.random.default_rng(1).normal(size=(30, n_inputs))
    oracle = PolynomialFeatures(n_inputs, interaction_only=True, include_bias=False).fit(X)
    np.testing.assert_allclose(expand(X, "interaction"), oracle.transform(X), rtol=1e-14)
    spelled = [f"x{i + 1}" for i in range(n_inputs)]
    assert feature_names(n_inputs, "interaction") == [
        name.replace(" ", "*") for name in oracle.get_feature_names_out(spelled)
    ]


def test_linear_is_the_inputs_themselves():
    X = np.random.default_rng(2).normal(size=(5, 7, 3))
    assert expand(X, "linear").tolist() == X.tolist()
    assert feature_names(3, "linear") == ["x1", "x2", "x3"]


@pytest.mark.parametrize("features", ["linear", "interaction"])
@pytest.mark.parametrize("n_inputs", [1, 2, 3, 4])
def test_columns_times_lift_are_the_rows_at_every_noise_level(n_inputs, features):
    random = np.random.default_rng(3)
    eps, corner = random.normal(size=(2, 50, n_inputs)), random.integers(0, 2**n_inputs, (2, 50))
    noise_level = np.array([0.0, 0.3, 2.0])
    columns, (scale, lift) = factor_columns(eps, corner, features), factor_lift(noise_level, n_inputs, features)
    factored = np.einsum("snq,rq,qp->srnp", columns, scale, lift)
    X = corners(n_inputs)[corner][:, None] + noise_level[:, None, None] * eps[:, None]
    rows = np.concatenate([expand(X, features), np.ones((2, 3, 50, 1))], -1)
    np.testing.assert_allclose(factored, rows, rtol=1e-12, atol=1e-12)
