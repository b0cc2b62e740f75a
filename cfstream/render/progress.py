"""Render the progress of a run: a line for each step that has ended."""

from collections import Counter
from collections.abc import Iterable, Mapping

from cfstream.applying import StackOutcome, StackReport, StepOutcome, StepReport
from cfstream.render.flow import Page, Style, Word, columns, words
from cfstream.render.verbs import step_words
from cfstream.render.verdicts import WENT_WELL, verdict_of, verdict_with_names
from cfstream.steps.step import Step
from cfstream.values import Address, Verb

ADDRESS_WIDTH = 36
"""Columns for an address, so that results are aligned; longer addresses shift theirs."""

ENDINGS: Mapping[StepOutcome, tuple[str, Style]] = {
    StepOutcome.DONE: ("done", Style.GREEN),
    StepOutcome.STALE: ("stale", Style.RED),
    StepOutcome.REFUSED: ("refused", Style.RED),
    StepOutcome.UNKNOWN: ("no reply", Style.RED),
    StepOutcome.TIMED_OUT: ("timed out", Style.YELLOW),
    StepOutcome.INTERRUPTED: ("interrupted", Style.YELLOW),
    StepOutcome.NOT_TRIED: ("not tried", Style.DIM),
}


def ended_line(report: StepReport, *, color: bool, account: str = "", width: int | None = None) -> str:
    """Return ``+ create  distribution:lectures  done in 1.2 s``; with `account`, also that.

    One line, however long; on a terminal of a `width`, several lines if the terminal would break it.
    """
    ending, style = ENDINGS[report.outcome]
    seconds = "" if report.outcome is StepOutcome.NOT_TRIED else f" in {took(report.seconds)}"
    rest = [*words(f" {ending}{seconds}", style), *words(f" account {account}" * bool(account), Style.DIM)]
    return _line(report.verb, report.address, rest, color=color, width=width)


def still_line(step: Step, text: str, seconds: float, *, color: bool) -> str:
    """Return ``. wait     distribution:lectures  InProgress, 1 min 30 s so far``, for logs where nothing else moves."""
    return _line(step.verb, step.address, words(f" {text}, {took(seconds)} so far"), color=color)


def stack_line(report: StackReport, seconds: float, *, color: bool) -> str:
    """Return ``✓ lectures  applied, 5 steps in 4 min 10 s``: one line for a stack that has ended."""
    verdict, style = verdict_with_names(report)
    done = sum(step.outcome is StepOutcome.DONE for step in report.steps)
    steps = f", {done} step{'s' * (done != 1)} in {took(seconds)}" if done else ""
    sign = Word("✓" if report.outcome in WENT_WELL else "✗", style)
    return Page(color=color).painted(
        [sign, Word(report.name, Style.BOLD), *words(f" {verdict}{steps}", style)]
    )


def fleet_line(reports: Iterable[StackReport], stacks: int, seconds: float) -> str:
    """Return ``12 of 40 stacks: 11 applied, 1 failed; 2 min 10 s``: how far a run over many stacks is."""
    order = list(StackOutcome)
    ordered = sorted(reports, key=lambda report: order.index(report.outcome))
    counted = [f"{number} {word}" for word, number in Counter(map(_outcome, ordered)).items()]
    ended = len(ordered)
    return f"{ended} of {stacks} stacks{': ' * bool(counted)}{', '.join(counted)}; {took(seconds)}"


def _outcome(report: StackReport) -> str:
    """Return the word under which a stack is counted. One that another stack still changes is not unchanged."""
    giving = report.gives and report.outcome is StackOutcome.UNCHANGED
    return "giving a host name" if giving else verdict_of(report)[0]


def took(seconds: float) -> str:
    """Return a duration as text: ``0.4 s``, ``12 s``, ``4 min 10 s``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"


def _line(verb: Verb, address: Address, rest: list[Word], *, color: bool, width: int | None = None) -> str:
    line = [*step_words(verb, str(address).ljust(ADDRESS_WIDTH)), *rest]
    if width is None or sum(columns(word.text) + 1 for word in line) - 1 <= width:
        return Page(color=color).painted(line)
    narrow = [*step_words(verb, address), *(word for word in rest if word.text)]
    return "\n".join(Page(width, color).flow(narrow, rest="    "))
