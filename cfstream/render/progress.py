"""The lines that tell, while a plan is applied, what goes on; one for each step that has ended."""

from collections.abc import Mapping

from cfstream.applying import StepOutcome, StepReport
from cfstream.render.flow import Page, Style, Word, words
from cfstream.render.text import step_words
from cfstream.steps.step import Step
from cfstream.values import Address, Verb

ADDRESS_WIDTH = 36
"""Columns for an address, so that what became of the steps stands in one column; longer ones push it on."""

ENDINGS: Mapping[StepOutcome, tuple[str, Style]] = {
    StepOutcome.DONE: ("done", Style.GREEN),
    StepOutcome.STALE: ("stale: live moved", Style.RED),
    StepOutcome.REFUSED: ("refused", Style.RED),
    StepOutcome.UNKNOWN: ("no answer came", Style.RED),
    StepOutcome.TIMED_OUT: ("not in time", Style.YELLOW),
    StepOutcome.NOT_TRIED: ("not tried", Style.DIM),
}


def ended_line(report: StepReport, *, color: bool) -> str:
    """``+ create  distribution:lectures  done in 1.2 s``: one line, however long."""
    ending, style = ENDINGS[report.outcome]
    seconds = "" if report.outcome is StepOutcome.NOT_TRIED else f" in {took(report.seconds)}"
    return _line(report.verb, report.address, words(f" {ending}{seconds}", style), color=color)


def still_line(step: Step, text: str, seconds: float, *, color: bool) -> str:
    """``. wait     distribution:lectures  InProgress, 1 min 30 s so far``, for logs where nothing else moves."""
    return _line(step.verb, step.address, words(f" {text}, {took(seconds)} so far"), color=color)


def took(seconds: float) -> str:
    """A duration for people: ``0.4 s``, ``12 s``, ``4 min 10 s``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"


def _line(verb: Verb, address: Address, said: list[Word], *, color: bool) -> str:
    line = [*step_words(verb, str(address).ljust(ADDRESS_WIDTH)), *said]
    return Page(color=color).painted(line)
