"""A check: a claim, the request that tests it, and the function that judges the answer."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from cfstream.ports import Viewer, Visit
from cfstream.proving.finding import Finding, Verdict
from cfstream.proving.reading import Seen, read
from cfstream.startup.frozen import dataclass


@dataclass(frozen=True)
class ClaimJudgement:
    """What an answer says about a claim."""

    verdict: Verdict = Verdict.HELD
    why: str = ""
    do: str = ""


Judge = Callable[[Seen], ClaimJudgement]

HELD = ClaimJudgement()


@dataclass(frozen=True)
class Check:
    """One test. `finding` is the result if the claim holds."""

    finding: Finding
    visit: Visit
    judge: Judge
    optional: bool = False
    """Whether a failure is only a notice."""


def ask(viewer: Viewer, checks: Sequence[Check]) -> tuple[Finding, ...]:
    """Send all requests at the same time, and return a finding for each check."""
    replies = viewer.together([check.visit for check in checks])
    return tuple(finding_for(check, read(reply)) for check, reply in zip(checks, replies, strict=True))


def finding_for(check: Check, seen: Seen) -> Finding:
    """Return the finding of a check for its answer."""
    judged = check.judge(seen)
    return replace(check.finding, verdict=judged.verdict, saw=seen.text, why=judged.why, do=judged.do)
