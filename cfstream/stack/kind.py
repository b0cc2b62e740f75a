"""The interface of a kind of resource.

A kind is a package in `kinds` and an entry of `KINDS`. Each method gets only what it may use: `observe` can read AWS
but not write to it, and the others cannot reach AWS at all.

1. `desire` returns what the spec asks for. Defaults are filled in here and nowhere else.
2. `observe` returns what is live: raw documents beside the parsed values, because an update replaces a whole document.
3. `propose` compares the two. It returns the steps, what they rely on, and what later kinds may refer to.

`reads` and `writes` list the calls that these methods and steps make; `survey` reads for a snapshot.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from cfstream.access.model import AccessModel
from cfstream.domain import LiveDistribution
from cfstream.ports import Answer, Call, Reads
from cfstream.spec.model import Spec
from cfstream.stack.calls import Needs, Scope
from cfstream.stack.context import StackContext
from cfstream.stack.fields import Overlay
from cfstream.stack.live_state import LiveState
from cfstream.stack.owned import OwnedKind
from cfstream.stack.proposal import KindResults, Proposal
from cfstream.stack.shown import ListEntry, Referred, Shown
from cfstream.stack.survey import survey_owned
from cfstream.steps.step import Step
from cfstream.values import Address, Json, Known


def own_id(ids: Mapping[Address, str], kind: str) -> str | None:
    """Return the id of the stack's resource of a kind that has no members; None if there is none."""
    return next((id_ for address, id_ in ids.items() if address.kind == kind and not address.member), None)


def ids_of_members(ids: Mapping[Address, str], kind: str) -> dict[str, str]:
    """Return the ids of the stack's resources of a kind, by member."""
    return {address.member: id_ for address, id_ in sorted(ids.items()) if address.kind == kind}


class NamedResource(Protocol):
    """A resource that a spec calls by its name, and AWS by its id."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...


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
    decides: ClassVar[bool] = False
    """Whether a write to such a resource can change who reads a bucket through CloudFront."""
    dispensable: ClassVar[frozenset[str]] = frozenset()
    """The operations whose refusal only makes a plan show a notice."""
    scopes: ClassVar[tuple[Scope, ...]] = ()
    """The scopes of calls that only this kind makes."""

    @abstractmethod
    def desire(self, context: StackContext) -> W | None:
        """Return what the spec asks for; None if it asks for nothing, or the stack is being destroyed. Pure."""

    @abstractmethod
    def observe(self, aws: Reads, state: LiveState, want: W | None) -> H:
        """Return what is live, beyond what `state` has. Reads only. Raises Refused, Unreachable or NoCredentials."""

    @abstractmethod
    def propose(self, context: StackContext, want: W | None, have: H, results: KindResults) -> Proposal:
        """Return the steps from live to desired. Pure.

        The order in which AWS lists resources does not matter.
        """

    def observe_readers(self, aws: Reads, state: LiveState) -> H:
        """Return what is live, with all that decides who can read the bucket, for a kind that `opens`.

        A plan may need less of it. Raises as `observe`.
        """
        return self.observe(aws, state, None)

    def observe_more(
        self,
        aws: Reads,  # noqa: ARG002
        state: LiveState,  # noqa: ARG002
        have: H,
        steps: Sequence[Step],  # noqa: ARG002
    ) -> H:
        """Return `have` with what matters only if these steps are proposed. Raises as `observe`."""
        return have

    def add_to_model(self, context: StackContext, have: H, model: AccessModel) -> AccessModel:  # noqa: ARG002
        """Return the model that `access` judges with what this kind observed. Pure."""
        return model

    def former_model(self, context: StackContext, have: H, model: AccessModel) -> AccessModel | None:  # noqa: ARG002
        """Return the model around the bucket that the distribution reads now, if the spec names another one. Pure.

        `model` is the model around the bucket of the spec.
        """
        return None

    def after_step(self, model: AccessModel, step: Step, stack: str) -> AccessModel:  # noqa: ARG002
        """Return the model after a step on a resource of this kind. Pure.

        `stack` owns what the step creates; it is empty for a step of another stack.
        """
        return model

    def concerns(self, step: Step, bucket: str) -> bool:  # noqa: ARG002
        """Return whether a step of a stack with another bucket may change who reads this bucket. Pure."""
        return False

    def listed(self, have: H) -> Sequence[NamedResource]:  # noqa: ARG002
        """Return the account's resources of this kind that have a name in specs. Stacks share the list. Pure."""
        return ()

    def outputs(self, context: StackContext, results: KindResults) -> Mapping[str, Any]:  # noqa: ARG002
        """Return the outputs of the contract that are known before any step runs. Pure.

        An output that a step will bring is its Ref; the others are None.
        """
        return {}

    def left(self, ids: Mapping[Address, str], steps: Sequence[Step]) -> Mapping[str, Any]:  # noqa: ARG002
        """Return the outputs of the contract for what is not deleted yet. Pure.

        `steps` are those that are left of a plan that destroys, and `ids` what they delete.
        """
        return {}

    def described(self, context: StackContext) -> Mapping[Address, Mapping[str, Known]]:  # noqa: ARG002
        """Return what a proposal brings as far as the spec shows: names stand for ids. Pure."""
        return {}

    def configured(
        self,
        context: StackContext,  # noqa: ARG002
        live: LiveDistribution | None,  # noqa: ARG002
        results: KindResults,  # noqa: ARG002
    ) -> Overlay | None:
        """Return the distribution of the spec, new or over a live one; None from any other kind. Pure."""
        return None

    def granted(self, context: StackContext, results: KindResults) -> Json | None:  # noqa: ARG002
        """Return the policy statement that allows what the spec grants; None from any other kind. Pure."""
        return None

    def survey(self, aws: Reads, stacks: Sequence[LiveState]) -> None:  # noqa: ARG002
        """Read what a snapshot keeps of this kind, beyond what a plan of `stacks` reads.

        Refused reads are recorded too. Raises only NoCredentials.
        """
        if self.owned:
            survey_owned(aws, self.owned)

    def infer(
        self,
        asked: Call,  # noqa: ARG002
        listed: Callable[[Call], Sequence[Json] | None],  # noqa: ARG002
    ) -> Answer | None:
        """Return the answer to a read that a snapshot lacks, if its lists leave no doubt; None if they do. Pure.

        `listed` returns the rows of a list, and None if the snapshot does not have it.
        """
        return None

    def remains(self, live: LiveDistribution) -> Iterable[str]:  # noqa: ARG002
        """Return what a distribution refers to and what still exists after it was deleted by id. Pure."""
        return ()

    def referred(self, aws: Reads, live: LiveDistribution) -> Iterable[Referred]:  # noqa: ARG002
        """Yield the resources of this kind that a distribution names, also those that could not be read."""
        return ()

    @property
    def lists(self) -> tuple[Call, ...]:
        """CloudFront's lists that plans read for this kind; `doctor` checks that they can be read."""
        return (self.owned.listing,) if self.owned else ()

    def entries(
        self,
        aws: Reads,  # noqa: ARG002
        rows: Sequence[LiveDistribution],  # noqa: ARG002
        owners: Mapping[str, str],  # noqa: ARG002
    ) -> Iterable[ListEntry]:
        """Return the lines of `list`, from all distributions and the names of the stacks that own them, by id."""
        return ()

    def reads(self, spec: Spec, *, destroying: bool) -> Needs:  # noqa: ARG002
        """Yield the calls of a plan, or of a plan that destroys."""
        yield from ()

    def writes(self, spec: Spec, *, destroying: bool) -> Needs:  # noqa: ARG002
        """Yield the calls of the steps, with their own reads, or of the steps that destroy."""
        yield from ()
