"""A check: a claim, the request that tests it, and the function that judges the answer."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from cfstream.ports import Viewer, Visit
from cfstream.startup.frozen import dataclass
from cfstream.verification.finding import Finding, Verdict
from cfstream.verification.reading import ReplyKind, Seen, read


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
    refused = judged.verdict is Verdict.DENIED and seen.saw in _REFUSALS
    finding = replace(check.finding, verdict=judged.verdict, saw=seen.text, why=judged.why, do=judged.do)
    return replace(finding, observed=_observed(finding, seen), refused=refused)


_REFUSALS = {
    ReplyKind.REFUSED: "refused",
    ReplyKind.PAGE: "refused",
    ReplyKind.ORIGIN: "refused by S3",
    ReplyKind.ELSEWHERE: "redirected",
}
_PASSED = {
    ReplyKind.OBJECT: "served",
    ReplyKind.PAGE: "answered with an error page",
    ReplyKind.ORIGIN: "passed on to the bucket",
}
_CLAIM = re.compile(r"(?P<subject>.+) (?P<verb>is|are) (?:refused|served|accepted)\b.*")


def _observed(finding: Finding, seen: Seen) -> str:
    """Return what happened to the request of a broken claim; empty if the claim has another form."""
    claim = _CLAIM.fullmatch(finding.claim)
    done = {Verdict.SERVED: _PASSED, Verdict.DENIED: _REFUSALS}.get(finding.verdict, {}).get(seen.saw)
    if claim is None or done is None:
        return ""
    return f"{claim['subject']} {'was' if claim['verb'] == 'is' else 'were'} {done}"
