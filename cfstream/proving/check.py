"""A check: one claim, the request that puts it to the test, and who judges the answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cfstream.ports import Viewer, Visit
from cfstream.proving.finding import Finding, Verdict
from cfstream.proving.reading import Seen, read


@dataclass(frozen=True)
class Judgement:
    """What an answer says of a claim."""

    verdict: Verdict = Verdict.HELD
    why: str = ""
    do: str = ""


Judge = Callable[[Seen], Judgement]

HELD = Judgement()


@dataclass(frozen=True)
class Check:
    """What is to be found out. `finding` is what is told when the claim holds."""

    finding: Finding
    visit: Visit
    judge: Judge
    optional: bool = False
    """Whether a claim that does not hold is worth a notice, and no alarm."""


def ask(viewer: Viewer, checks: Sequence[Check]) -> tuple[Finding, ...]:
    """A finding for each check; all requests are made at the same time."""
    replies = viewer.together([check.visit for check in checks])
    return tuple(told(check, read(reply)) for check, reply in zip(checks, replies, strict=True))


def told(check: Check, seen: Seen) -> Finding:
    """The finding of a check whose answer is here."""
    judged = check.judge(seen)
    return replace(check.finding, verdict=judged.verdict, saw=seen.told, why=judged.why, do=judged.do)
