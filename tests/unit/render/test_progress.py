"""The progress lines of apply."""

import pytest

from cfstream.applying import StackOutcome, StackReport, StepOutcome, StepReport
from cfstream.render.progress import ended_line, fleet_line, stack_line, still_line, took
from cfstream.values import Address, Verb, step_id
from tests.unit.render.plans import NEW

DISTRIBUTION = Address("distribution", "lectures")


def ended(outcome: StepOutcome, seconds: float) -> StepReport:
    """Return a create with this outcome."""
    return StepReport(step_id(Verb.CREATE, DISTRIBUTION), Verb.CREATE, DISTRIBUTION, outcome, seconds)


def test_a_step_that_has_ended_is_one_line_with_its_seconds() -> None:
    """Logs can be searched for the id of a step and its outcome."""
    line = ended_line(ended(StepOutcome.DONE, 1.23), color=False)
    assert line == "+ create  distribution:lectures                 done in 1.2 s"


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (80, ["+ create  distribution:lectures                 done in 1.2 s"]),
        (60, ["+ create  distribution:lectures done in 1.2 s"]),
        (40, ["+ create  distribution:lectures done in", "    1.2 s"]),
    ],
)
def test_a_terminal_does_not_break_the_line_of_a_step(width: int, lines: list[str]) -> None:
    """It loses its columns first, and breaks between words if it has no room without them."""
    assert ended_line(ended(StepOutcome.DONE, 1.23), color=False, width=width).splitlines() == lines


def test_a_step_that_was_not_tried_took_no_time() -> None:
    """It has no seconds."""
    assert (
        ended_line(ended(StepOutcome.NOT_TRIED, 0.0), color=False)
        == "+ create  distribution:lectures                 not tried"
    )


def test_a_long_wait_is_shown_in_a_plain_log() -> None:
    """Otherwise the process would seem to hang."""
    assert still_line(NEW.steps[3], "InProgress", 90.0, color=False) == (
        ". wait    distribution:lectures                 InProgress, 1 min 30 s so far"
    )


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0 s"), (9.96, "10.0 s"), (12.4, "12 s"), (59.6, "1 min 0 s"), (250, "4 min 10 s")],
)
def test_durations_read_as_people_say_them(seconds: float, text: str) -> None:
    """Short ones have tenths of seconds, long ones minutes."""
    assert took(seconds) == text


@pytest.mark.parametrize(
    ("outcome", "line", "counted"),
    [
        (StackOutcome.UNCHANGED, "✓ old  gives a.example.com to new", "1 giving a host name"),
        (StackOutcome.APPLIED, "✓ old  applied, gives a.example.com to new", "1 applied"),
        (StackOutcome.FAILED, "✗ old  failed", "1 failed"),
    ],
)
def test_a_stack_whose_name_another_one_takes_later_is_not_unchanged(
    outcome: StackOutcome, line: str, counted: str
) -> None:
    """Its own steps end first, and then the other stack changes its distribution."""
    report = StackReport("old", "old.yaml", outcome, gives={"a.example.com": "new"})
    assert stack_line(report, 0.1, color=False) == line
    assert fleet_line([report], 2, 1) == f"1 of 2 stacks: {counted}; 1.0 s"
