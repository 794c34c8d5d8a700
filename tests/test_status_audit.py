"""What a status claims, for random tables with many troubles: a small run of `benchmarks.status_audit`."""

from benchmarks.status_audit import Audit, audit_batch


def test_no_false_claim_of_separability():
    found = Audit()
    for number in range(10):
        found.add(audit_batch(1, number))
    assert found.counts["float32", "separable"] and found.counts["float64", "separable"]
    assert not [claim for claim in found.false if claim.startswith("separable")]
    assert not found.counts["float32", "undecided"] + found.counts["float64", "undecided"]


def test_the_audit_notices_a_false_claim(monkeypatch):
    monkeypatch.setattr("benchmarks.status_audit.has_line", lambda *table: False)
    assert any(claim.startswith("separable, but no line") for claim in audit_batch(1, 0).false)
