"""Stacks that are as their specs say: every claim holds, and nothing is left unproved."""

from cfstream.verify import Verdict
from tests.verify.stage import Stage


def test_every_claim_about_a_good_stack_holds(stage: Stage) -> None:
    """Without a key and with one, nothing is broken and nothing is unproved."""
    for key in (None, stage.key):
        proof = stage.proved(key=key)
        assert [each for each in proof.findings if each.verdict is not Verdict.HELD] == []
        assert proof.exit_code == 0
