"""What is told off a terminal while a plan is applied."""

import pytest

from cfstream.applying import Quiet, StepOutcome, StepReport
from cfstream.cli import connection, terminal
from cfstream.cli.telling import HEARTBEAT, Plain, telling
from tests.unit.render.plans import NEW

WAIT = NEW.steps[3]


def test_a_long_step_is_heard_of_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    """A line every half minute, however often the step reports."""
    clock = [0.0]
    plain = Plain(lambda: clock[0])
    plain.began("lectures", WAIT)
    for seconds in (1.0, HEARTBEAT, HEARTBEAT + 1, 2 * HEARTBEAT):
        clock[0] = seconds
        plain.progress("lectures", WAIT, "InProgress", 0.1)
    plain.ended("lectures", StepReport(WAIT.id, WAIT.verb, WAIT.address, StepOutcome.DONE, 61.0))
    told = capsys.readouterr()
    assert told.out == ""
    assert [line.split("  ")[-1].strip() for line in told.err.splitlines()] == [
        "InProgress, 30 s so far",
        "InProgress, 1 min 0 s so far",
        "done in 1 min 1 s",
    ]


def test_quiet_tells_nothing_and_verbose_has_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    """-q leaves the report alone; -v writes lines between which a bar would jump."""
    connection.remember(connection.Connection(verbosity=-1))
    with telling() as quiet:
        assert isinstance(quiet, Quiet)
    terminal.note("a remark\n")
    connection.remember(connection.Connection(verbosity=1))
    with telling() as verbose:
        assert isinstance(verbose, Plain)
    connection.remember(connection.Connection())
    assert capsys.readouterr() == ("", "")
