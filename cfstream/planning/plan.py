"""The plan as data."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import field
from functools import cached_property
from typing import Any, TypeAlias

from cfstream.errors import Notice, Problem
from cfstream.planning.exposure import Exposure
from cfstream.planning.known_names import KnownNames
from cfstream.planning.sent_digest import sealed
from cfstream.stack.grant_estimate import GrantEstimate
from cfstream.stack.proposal import Relied, WriteCheck
from cfstream.startup.frozen import dataclass
from cfstream.steps.hazards import Hazard, worst_first
from cfstream.steps.stage import Stage
from cfstream.steps.step import Step
from cfstream.values import Account, ETag, StepId, Verb, digest


@dataclass(frozen=True)
class LiveSummary:
    """The live distribution of a stack, for the head of its plan; all None if it has none."""

    distribution_id: str | None = None
    domain_name: str | None = None
    status: str | None = None
    etag: ETag | None = None


@dataclass(frozen=True)
class Topology:
    """The names between viewers and objects that the picture of a plan shows."""

    hosts: tuple[str, ...] = ()
    identity: str = "none"
    """``oac``, ``oai`` or ``none``."""
    bucket: str = ""


@dataclass(frozen=True)
class Companions:
    """The other stacks that must be applied together with a stack."""

    specs: tuple[str, ...] = ()
    """The other spec files that a command for the stack must name."""
    hazards: tuple[str, ...] = ()
    """The hazards of these stacks that it must allow too."""


StackKey: TypeAlias = tuple[str, str]
"""Account and name: they identify a stack of a run."""


@dataclass(frozen=True)
class StackPlan:
    """The plan of one stack. `steps` are in the order in which they run."""

    name: str
    spec: str
    spec_sha256: str
    account: Account = Account("")
    role: str = ""
    """The ARN of the role that is assumed for the stack; empty for the caller's own credentials."""
    live: LiveSummary = LiveSummary()
    relied_on: tuple[Relied, ...] = ()
    problems: tuple[Problem, ...] = ()
    notices: tuple[Notice, ...] = ()
    exposure: Exposure = field(default_factory=Exposure)
    steps: tuple[Step, ...] = ()
    after: tuple[str, ...] = ()
    """The stacks of the run that must be done before this one begins."""
    settling: Step | None = None
    """The wait for what an earlier run changed, if no step waits. Apply runs it last; it is not a change."""
    leaving: tuple[str, ...] = ()
    """What another stack of the run takes from this one. This stack has no step for it."""
    companions: Companions = Companions()
    """The stacks of the run that take something over from this one, or give it something, and so on."""
    protect: bool = False
    flags: str = ""
    """The flags that other commands need for the same AWS, with a space before each."""
    distribution: str = "distribution"
    """The kind of the stack's distribution, which names its address."""
    destroying: bool = False
    """Whether the plan deletes the stack."""
    topology: Topology = Topology()
    outputs: Mapping[str, Any] | None = None
    """The outputs that are known before any step runs. Values may be Refs."""
    names: KnownNames = field(default=KnownNames(), compare=False, repr=False)
    """The names of what AWS knows by an id, for texts."""

    checks: tuple[WriteCheck, ...] = ()
    """What is checked before the first write."""
    estimate: GrantEstimate | None = None
    """What the grant on objects takes; None if there is none, or if the bucket is small."""
    unread: bool = False
    """Whether the account could not be read at all. The problem has the reason."""
    failed: bool = False
    """Whether it could not be read because AWS failed or could not be reached: a problem that no spec can fix."""

    @property
    def key(self) -> StackKey:
        return self.account, self.name

    @property
    def keys_before(self) -> tuple[StackKey, ...]:
        """The keys of the stacks that must be done first: they are of the same account."""
        return tuple((self.account, name) for name in self.after)

    @property
    def keeps(self) -> bool:
        """Whether something of the stack stays because others use it. Only its spec can delete it later."""
        return any(notice.stays for notice in self.notices)

    @property
    def risk_of_giving(self) -> str:
        """Why the stack must not run without one that takes over a host name from it, in words; empty if it may.

        Until the other one moves the name, viewers get what this stack serves. Hazards may be allowed only because the
        name moves, and a streaming distribution removes the name itself, which is a hazard.
        """
        if self.hazards:
            return "has hazards"
        deletes = any(step.stage is Stage.DELETE_RECORDS for step in self.steps)
        return "deletes DNS records" if deletes else ""

    @property
    def left(self) -> tuple[str, ...]:
        """What a destroyed stack leaves in the account although nothing is known to need it."""
        return tuple(name for notice in self.notices for name in notice.left)

    @property
    def in_sync(self) -> bool:
        """Whether live is as the spec says: no steps, here or in another stack, and no problems."""
        return not self.steps and not self.problems and not self.leaving

    @property
    def hazards(self) -> tuple[tuple[Hazard, StepId], ...]:
        """Every hazard with the id of its step, the worst first."""
        found = ((hazard, step.id) for step in self.steps for hazard in step.hazards)
        return tuple(sorted(found, key=lambda each: worst_first(each[0])))


@dataclass(frozen=True)
class SnapshotSource:
    """The snapshot that a plan was made from in place of AWS."""

    file: str
    taken: str
    """The time of the recording, in ISO 8601."""
    age_seconds: int
    text: str
    """Where and when it was recorded, and its age, as a sentence."""
    warning: str = ""
    """What to do about an old one; empty if it is recent."""

    @property
    def whole(self) -> str:
        """The sentence, and the warning about an old one."""
        return f"{self.text} {self.warning}".rstrip()


@dataclass(frozen=True)
class Plan:
    """The plans of all stacks of a run, sorted by account and name."""

    account: Account | None
    """None if the run covers several accounts."""
    stacks: tuple[StackPlan, ...]
    snapshot: SnapshotSource | None = None
    """None if the plan was made from AWS."""

    @property
    def accounts(self) -> tuple[Account, ...]:
        """The accounts of the stacks, sorted."""
        return tuple(sorted({stack.account for stack in self.stacks}))

    def of_account(self, account: Account) -> tuple[StackPlan, ...]:
        """Return the plans of the stacks of one account."""
        return tuple(stack for stack in self.stacks if stack.account == account)

    @property
    def in_sync(self) -> bool:
        return all(stack.in_sync for stack in self.stacks)

    @property
    def openings(self) -> Mapping[StackKey, frozenset[str]]:
        """The texts of the openings that it shows, by stack."""
        return {stack.key: frozenset(each.text for each in stack.exposure.openings) for stack in self.stacks}

    @property
    def summary(self) -> dict[Verb, int]:
        """The number of steps of each verb, zero included."""
        return count(step.verb for stack in self.stacks for step in stack.steps)

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of the accounts, everything that the plan relied on, and the steps: a saved plan is bound to it.

        ETags, reasons and line numbers are not in it. It can be computed from the JSON form of the plan. Hazards and
        openings are in it: a plan that was approved without them is stale once there are some.
        """
        return digest(
            {
                "account": self.account,
                **({} if self.account else {"accounts": [stack.account for stack in self.stacks]}),
                "relied_on": [
                    {"address": str(relied.address), "sha256": relied.sha256}
                    for stack in self.stacks
                    for relied in stack.relied_on
                ],
                "steps": [sealed(step) for stack in self.stacks for step in stack.steps],
                "hazards": [
                    {"name": hazard.name, "step": step}
                    for stack in self.stacks
                    for hazard, step in stack.hazards
                ],
                "openings": [each.text for stack in self.stacks for each in stack.exposure.openings],
            }
        )


def count(verbs: Iterable[Verb]) -> dict[Verb, int]:
    """Return how often each verb is in `verbs`, zero included."""
    counted = Counter(verbs)
    return {verb: counted[verb] for verb in Verb}
