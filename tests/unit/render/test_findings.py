"""What `verify` prints about a check that did not pass cannot be read as if it had passed."""

from dataclasses import replace

import pytest

from cfstream.verification.finding import Finding, Verdict

CLAIM = Finding("https://a.example", "", "", "public: no signature is required")


def test_a_check_that_passed_shows_its_claim() -> None:
    """The sign before it shows the result."""
    assert CLAIM.shown == "public: no signature is required"


@pytest.mark.parametrize("verdict", [Verdict.SERVED, Verdict.DENIED])
def test_a_failed_check_shows_what_happened_or_the_opposite(verdict: Verdict) -> None:
    """What was observed is more exact than the opposite of the claim. Without both, the claim is denied."""
    failed = replace(CLAIM, verdict=verdict)
    assert failed.shown == "public: it is not true that no signature is required"
    opposite = replace(failed, otherwise="a signature is required")
    assert opposite.shown == "a signature is required"
    assert replace(opposite, observed="it was refused").shown == "it was refused"


def test_an_undecided_check_shows_neither_the_claim_nor_its_opposite() -> None:
    """It was not decided whether the claim holds."""
    open_ = replace(CLAIM, verdict=Verdict.UNPROVED, otherwise="a signature is required")
    assert open_.shown == "public: whether no signature is required"
    assert replace(open_, observed="its live state cannot be read").shown == "its live state cannot be read"
