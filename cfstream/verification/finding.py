"""The results of a verification: one finding for each claim that was tested."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from enum import StrEnum

from cfstream.access.closing import without_repeats
from cfstream.access.report import Opening
from cfstream.errors import Notice
from cfstream.exit_codes import ExitCode
from cfstream.startup.frozen import dataclass
from cfstream.values import Account


class Verdict(StrEnum):
    """The result of testing a claim."""

    HELD = "held"
    SERVED = "let-in"
    """Broken: a request was served that must be refused."""
    DENIED = "kept-out"
    """Broken: a request was refused that must be served."""
    UNPROVED = "unproved"
    """No answer decided it."""

    @property
    def broken(self) -> bool:
        return self in (Verdict.SERVED, Verdict.DENIED)


@dataclass(frozen=True)
class Finding:
    """The result of one claim about one address. Contains no signature and no part of a key."""

    where: str
    """The address of the request, or what was read: ``https://media.example.com``, ``bucket media``."""
    part: str
    """The behavior that it concerns, as text; empty if it concerns none."""
    brief: str
    """The claim in one or two words, for the list of claims that hold: ``unsigned``."""
    claim: str
    """The claim in full: ``an unsigned request is refused``."""
    verdict: Verdict = Verdict.HELD
    saw: str = ""
    """The answer: ``403 MissingKey``."""
    why: str = ""
    """The reason why the claim does not hold, if it is known."""
    do: str = ""
    good: str = "refuses"
    """The verb for `brief` if the claim holds: ``refuses``, ``serves``."""
    observed: str = ""
    """What was observed instead of the claim: ``an unsigned HEAD reached the bucket``."""
    otherwise: str = ""
    """The opposite of a claim that is not only about whether a request is refused or served, if it is broken."""
    refused: bool = False
    """Whether the claim is broken because a request was refused."""
    openings: tuple[Opening, ...] = ()
    """The openings that break the claim. `why` and `do` are their texts and fixes."""

    @property
    def shown(self) -> str:
        """The claim if it holds, or else a sentence that cannot be read as if it held."""
        if self.verdict is Verdict.HELD:
            return self.claim
        about, colon, claim = self.claim.rpartition(": ")
        if self.verdict is Verdict.UNPROVED:
            return self.observed or f"{about}{colon}whether {claim}"
        return self.observed or self.otherwise or f"{about}{colon}it is not true that {claim}"

    def opened(self, openings: tuple[Opening, ...]) -> "Finding":
        """Return the finding, broken by these openings."""
        why = "; ".join(each.text for each in openings)
        advice = "\n".join(without_repeats(dict.fromkeys(each.do for each in openings)))
        return replace(self, verdict=Verdict.SERVED, why=why, do=advice, openings=openings)


def by_addresses(findings: Iterable[Finding]) -> dict[tuple[str, ...], list[Finding]]:
    """Return each finding once, under all addresses that have the same one, in the order of the first address.

    What differs between addresses only in the answers to claims that hold is the same finding.
    """
    addresses: dict[Finding, list[str]] = {}
    for each in findings:
        held = each.verdict is Verdict.HELD
        same = replace(each, where="", saw="" if held else each.saw)
        addresses.setdefault(same, []).append(each.where)
    found: dict[tuple[str, ...], list[Finding]] = {}
    for same, where in addresses.items():
        found.setdefault(tuple(dict.fromkeys(where)), []).append(same)
    return found


@dataclass(frozen=True)
class StackProof:
    """All findings about one stack, in the order in which they are shown."""

    name: str
    spec: str
    findings: tuple[Finding, ...]
    notices: tuple[Notice, ...] = ()
    readers: tuple[str, ...] = ()
    """Who can read, in the same words as the plan's exposure."""
    account: Account = Account("")

    @property
    def key(self) -> tuple[str, str]:
        """Account and name, which identify the stack."""
        return self.account, self.name

    @property
    def broken(self) -> tuple[Finding, ...]:
        return tuple(each for each in self.findings if each.verdict.broken)

    @property
    def openings(self) -> tuple[Opening, ...]:
        return tuple(opening for each in self.broken for opening in each.openings)

    def without(self, shown: Collection[str]) -> "StackProof":
        """Return the proof without the openings that have these texts."""
        findings = []
        for each in self.findings:
            left = tuple(opening for opening in each.openings if opening.text not in shown)
            if left == each.openings:
                findings.append(each)
            elif left:
                findings.append(each.opened(left))
        return replace(self, findings=tuple(findings))

    @property
    def unproved(self) -> tuple[Finding, ...]:
        return tuple(each for each in self.findings if each.verdict is Verdict.UNPROVED)

    @property
    def exit_code(self) -> ExitCode:
        """EXPOSED if a check failed, FAILED if one was not decided, else DONE."""
        if self.broken:
            return ExitCode.EXPOSED
        return ExitCode.FAILED if self.unproved else ExitCode.DONE


@dataclass(frozen=True)
class Proof:
    """The results for several stacks."""

    stacks: tuple[StackProof, ...]

    @property
    def exit_code(self) -> ExitCode:
        return ExitCode.of_run(stack.exit_code for stack in self.stacks)
