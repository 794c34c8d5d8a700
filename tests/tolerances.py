"""The one table of tolerances: how far two right results of one dtype may differ."""

TOLERANCE = {
    "float64": {"rtol": 1e-7, "atol": 1e-9},
    "float32": {"rtol": 1e-4, "atol": 1e-5},
}
"""Keyword arguments of `numpy.testing.assert_allclose`, `torch.testing.assert_close` and `numpy.isclose`."""
