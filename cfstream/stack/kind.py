"""The interface of a kind of resource.

A kind is a package in `kinds` and an entry of `KINDS`. Each method gets only what it may use: `observe` can read AWS
but not write to it, and the others cannot reach AWS at all.

1. `desire` returns what the spec asks for. Defaults are filled in here and nowhere else.
2. `observe` returns what is live: raw documents beside the parsed values, because an update replaces a whole document.
3. `propose` compares the two. It returns the steps, what they rely on, and what later kinds may refer to.

`reads` and `writes` list the calls that these methods and steps make; `survey` reads for a snapshot.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Generic, TypeVar

from cfstream.domain import LiveDistribution
from cfstream.ports import Call, Reads
from cfstream.spec.model import Spec
from cfstream.stack.calls import Needs, Scope
from cfstream.stack.owned import OwnedKind
from cfstream.stack.proposal import Landscape, Proposal
from cfstream.stack.scene import Scene
from cfstream.stack.shown import Entry, Shown
from cfstream.stack.surroundings import Surroundings
from cfstream.stack.survey import survey_owned
from cfstream.steps.step import Step

W = TypeVar("W")
H = TypeVar("H")


class Kind(ABC, Generic[W, H]):
    """A kind of resource. Law: proposing again after a proposal was applied proposes nothing."""

    name: ClassVar[str]
    owned: ClassVar[OwnedKind | None] = None
    """How the API names the resources, if they show their owner in a comment."""
    shown: ClassVar[Shown | None] = None
    """How `list`, `show` and `delete` find the resources; None if they do not show this kind."""
    opens: ClassVar[bool] = False
    """Whether who can read the bucket depends on resources of this kind, beside the distributions."""
    dispensable: ClassVar[frozenset[str]] = frozenset()
    """The operations whose refusal only makes a plan show a notice."""
    scopes: ClassVar[tuple[Scope, ...]] = ()
    """What IAM can limit the calls of this kind alone to."""

    @abstractmethod
    def desire(self, scene: Scene) -> W | None:
        """Return what the spec asks for; None if it asks for none of this kind, or the scene is destroying. Pure."""

    @abstractmethod
    def observe(self, aws: Reads, around: Surroundings, want: W | None) -> H:
        """Return what is live, beyond what `around` has. Reads only. Raises Refused, Unreachable or NoCredentials."""

    @abstractmethod
    def propose(self, scene: Scene, want: W | None, have: H, land: Landscape) -> Proposal:
        """Return the steps from live to desired. Pure.

        Equal input, in whatever order AWS lists it, gives an equal proposal.
        """

    def observe_more(
        self,
        aws: Reads,  # noqa: ARG002
        around: Surroundings,  # noqa: ARG002
        have: H,
        steps: Sequence[Step],  # noqa: ARG002
    ) -> H:
        """Return `have` with what matters only if these steps are proposed. Raises as `observe`."""
        return have

    def survey(self, aws: Reads, stacks: Sequence[Surroundings]) -> None:  # noqa: ARG002
        """Read what a snapshot keeps of this kind, beyond what a plan of `stacks` reads.

        A refusal is an answer as well. Raises only what `Reads` raises over credentials.
        """
        if self.owned:
            survey_owned(aws, self.owned)

    @property
    def lists(self) -> tuple[Call, ...]:
        """CloudFront's lists that plans read for this kind; `doctor` checks that they can be read."""
        return (self.owned.listing,) if self.owned else ()

    def entries(
        self,
        aws: Reads,  # noqa: ARG002
        rows: Sequence[LiveDistribution],  # noqa: ARG002
        owners: Mapping[str, str],  # noqa: ARG002
    ) -> Iterable[Entry]:
        """Return the lines of `list`, from all distributions and the names of the stacks that own them, by id."""
        return ()

    def reads(self, spec: Spec, *, destroying: bool) -> Needs:  # noqa: ARG002
        """Yield the calls of a plan, or of a plan that destroys."""
        yield from ()

    def writes(self, spec: Spec, *, destroying: bool) -> Needs:  # noqa: ARG002
        """Yield the calls of the steps, with their own reads, or of the steps that destroy."""
        yield from ()
