"""What a proof consists of: findings, one for each claim that was put to the test."""

from dataclasses import dataclass
from enum import StrEnum

from cfstream.errors import Notice
from cfstream.exit_codes import ExitCode


class Verdict(StrEnum):
    """What became of a claim."""

    HELD = "held"
    LET_IN = "let-in"
    """Broken: somebody gets in who must be refused."""
    KEPT_OUT = "kept-out"
    """Broken the other way: somebody is refused who must get in."""
    UNPROVED = "unproved"
    """No answer came from which it could be told."""

    @property
    def broken(self) -> bool:
        return self in (Verdict.LET_IN, Verdict.KEPT_OUT)


@dataclass(frozen=True)
class Finding:
    """One claim about one address, and what became of it. Carries no signature and nothing of a key."""

    where: str
    """The address that was asked, or what was read: ``https://media.example.com``, ``bucket media``."""
    part: str
    """The behavior that it is about, in words; empty where it is about none."""
    brief: str
    """The claim in a word or two, for a list of those that held: ``unsigned``."""
    claim: str
    """The claim in full: ``an unsigned request is refused``."""
    verdict: Verdict = Verdict.HELD
    saw: str = ""
    """What came back: ``403 MissingKey``."""
    why: str = ""
    """Of a claim that did not hold, the reason as far as it is known."""
    do: str = ""
    good: str = "refuses"
    """What is done with what `brief` names, where the claim holds: ``refuses``, ``opens to``."""


@dataclass(frozen=True)
class StackProof:
    """All findings about one stack, in the order in which they are told."""

    name: str
    spec: str
    findings: tuple[Finding, ...]
    notices: tuple[Notice, ...] = ()
    readers: tuple[str, ...] = ()
    """Who can read, in the words of the plan's exposure."""

    @property
    def broken(self) -> tuple[Finding, ...]:
        return tuple(each for each in self.findings if each.verdict.broken)

    @property
    def unproved(self) -> tuple[Finding, ...]:
        return tuple(each for each in self.findings if each.verdict is Verdict.UNPROVED)

    @property
    def exit_code(self) -> ExitCode:
        """EXPOSED if a check failed, FAILED if one could not be proved, else DONE."""
        if self.broken:
            return ExitCode.EXPOSED
        return ExitCode.FAILED if self.unproved else ExitCode.DONE


@dataclass(frozen=True)
class Proof:
    """The proofs of several stacks."""

    stacks: tuple[StackProof, ...]

    @property
    def exit_code(self) -> ExitCode:
        return ExitCode.of_run(stack.exit_code for stack in self.stacks)
