"""What a status claims, for random tables with many troubles: a small run of `benchmarks.status_audit`."""

from dataclasses import replace

import gatesweep as gs
from benchmarks.status_audit import TOLERANCE, Audit, audit_batch

CLAIMS = ("converged", "separable", "redundant")


def test_no_false_claim():
    found = Audit()
    for number in range(16):
        found.add(audit_batch(1, number, most_rows=60))
    assert not found.false
    assert found.open.total() < 8
    for dtype in TOLERANCE:
        assert set(CLAIMS) <= {name for kind, name in found.counts if kind == dtype}
    assert found.counts.total() - sum(found.counts[dtype, name] for dtype in TOLERANCE for name in CLAIMS) < 10


def test_an_optimum_that_combined_columns_lost_is_not_claimed():
    """A table of this batch has columns whose units differ by 24 powers of ten, some of them sums of others."""
    assert not audit_batch(1, 28).false


def test_the_audit_notices_a_false_claim(monkeypatch):
    monkeypatch.setattr("benchmarks.status_audit.has_line", lambda *table: False)
    assert any(claim.startswith("separable, but no line") for claim in audit_batch(1, 0, most_rows=60).false)


def test_the_audit_notices_a_missed_optimum(monkeypatch):
    fit = gs.fit
    monkeypatch.setattr(gs, "fit", lambda *args, **kwargs: moved(fit(*args, **kwargs)))
    found = audit_batch(1, 1, most_rows=60)
    assert any(claim.startswith("converged, but") for claim in found.false)


def moved(fit):
    return replace(fit, params=fit.params * 1.01, weight=fit.weight * 1.01)
