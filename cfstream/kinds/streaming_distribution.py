"""The streaming distribution (``delivery: rtmp``): the recipe of 2011, through the API that AWS still has.

AWS retired RTMP at the end of 2020 (SummitRoute/aws_breaking_changes#38). On real AWS every plan has a notice about
that, and cfstream shows AWS's answers unchanged.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from cfstream.access.model import AccessModel
from cfstream.domain import Delivery, LiveDistribution, bucket_of, document
from cfstream.domain.new_document import new_streaming_config
from cfstream.errors import Notice, Problem
from cfstream.ports import Answer, Call, Reads
from cfstream.spec.model import Spec
from cfstream.stack.caller_reference import caller_reference
from cfstream.stack.calls import Needs
from cfstream.stack.context import StackContext
from cfstream.stack.distribution_fields import common_fields, normal, normal_signers, opened
from cfstream.stack.distribution_model import after_distribution_step, leads_to_bucket
from cfstream.stack.distribution_preflight import distribution_notices, ownership_problems
from cfstream.stack.distribution_steps import (
    brings,
    changing,
    creating,
    distribution_outputs,
    distribution_reads,
    distribution_writes,
    ending,
    relied,
)
from cfstream.stack.distributions import (
    alias_problems,
    distribution_entries,
    distribution_shown,
    infer_unlisted,
)
from cfstream.stack.fields import Overlay, OwnedField, creation, overlay
from cfstream.stack.kind import Kind
from cfstream.stack.live_state import LiveState
from cfstream.stack.log_bucket import LogBucket, log_notices, log_problems, read_log_bucket
from cfstream.stack.owners import ClaimedDistribution
from cfstream.stack.proposal import KindResults, Proposal
from cfstream.stack.shown import ListEntry
from cfstream.stack.survey import survey_distributions
from cfstream.startup.frozen import dataclass
from cfstream.steps.step import Change, Step
from cfstream.values import Json, Known

KIND = Delivery.RTMP.kind

RETIRED = (
    "AWS retired RTMP at the end of 2020 and deleted all RTMP distributions, so expect errors from AWS; "
    "use `delivery: http` instead"
)


@dataclass(frozen=True)
class WantedStreaming:
    """An rtmp stack is wanted. Everything else is in the spec."""


@dataclass(frozen=True)
class ObservedStreaming:
    """The live state: the stack's streaming distribution, and all distributions as rows."""

    live: LiveDistribution | None
    claims: tuple[ClaimedDistribution, ...] = ()
    going: tuple[LiveDistribution, ...] = ()
    """Every streaming distribution of the stack, if it is being destroyed."""
    rows: tuple[LiveDistribution, ...] = ()
    stacks: Mapping[str, str] = field(default_factory=dict)
    """The name of the stack that owns each distribution, by distribution id."""
    logs: LogBucket | None = None


class StreamingDistributionKind(Kind[WantedStreaming, ObservedStreaming]):
    """The distribution of an rtmp stack."""

    name = KIND
    shown = distribution_shown(Delivery.RTMP)
    decides = True

    @property
    def lists(self) -> tuple[Call, ...]:
        """The streaming distributions."""
        return (Delivery.RTMP.listing,)

    def desire(self, context: StackContext) -> WantedStreaming | None:
        """Return a value if the spec is for an rtmp stack."""
        return WantedStreaming() if context.delivery is Delivery.RTMP else None

    def observe(self, aws: Reads, state: LiveState, want: WantedStreaming | None) -> ObservedStreaming:
        """Read the log bucket. Raises as `Reads.read`."""
        context = state.context
        if context.destroying:
            return ObservedStreaming(None, going=state.own_of(Delivery.RTMP))
        if want is None:
            return ObservedStreaming(None)
        return ObservedStreaming(
            state.own,
            claims=state.claims,
            rows=state.distributions,
            stacks=state.stacks,
            logs=read_log_bucket(aws, context),
        )

    def propose(
        self,
        context: StackContext,
        want: WantedStreaming | None,
        have: ObservedStreaming,
        results: KindResults,
    ) -> Proposal:
        """Create it with its signers and tags in one call, or change it in one update."""
        if context.destroying:
            return ending(context, have.going)
        if want is None:
            return Proposal()
        problems = _problems(context, have)
        if have.live is None and context.stack.spec.adopt:
            return Proposal(problems=tuple(problems))
        if have.live is None:
            steps = _create(context, results)
        else:
            steps = changing(
                context, have.live, overlay(have.live.config, streaming_fields(context, results))
            )
        retired = [Notice(RETIRED, warning=True)] if context.real_aws else []
        return Proposal(
            steps=steps,
            brings={context.address(KIND): brings(context, have.live)},
            relied_on=(relied(context, have.live),),
            problems=tuple(problems),
            notices=(
                *retired,
                *log_notices(have.logs),
                *distribution_notices(context, have.live),
            ),
        )

    def after_step(self, model: AccessModel, step: Step, stack: str) -> AccessModel:
        """Return the model with the distribution as the step leaves it."""
        return after_distribution_step(model, step, Delivery.RTMP, stack)

    def concerns(self, step: Step, bucket: str) -> bool:
        """Return whether the step writes a distribution that has an origin in the bucket."""
        return leads_to_bucket(step, Delivery.RTMP, bucket)

    def configured(
        self, context: StackContext, live: LiveDistribution | None, results: KindResults
    ) -> Overlay | None:
        """Return the configuration of the spec as far as the spec alone shows it."""
        if context.delivery is not Delivery.RTMP:
            return None
        return (
            overlay(live.config, streaming_fields(context, results)) if live else _laid_out(context, results)
        )

    def outputs(self, context: StackContext, results: KindResults) -> Mapping[str, Any]:
        """Return the id and the domain name."""
        return distribution_outputs(context, results) if context.delivery is Delivery.RTMP else {}

    def reads(self, spec: Spec, *, destroying: bool) -> Needs:  # noqa: ARG002
        """Yield the reads of the stack's streaming distribution."""
        if spec.delivery == "rtmp":
            yield from distribution_reads(spec)

    def writes(self, spec: Spec, *, destroying: bool) -> Needs:
        """Yield the calls that create, change or delete the streaming distribution."""
        if spec.delivery == "rtmp":
            yield from distribution_writes(spec, destroying=destroying)

    def survey(self, aws: Reads, stacks: Sequence[LiveState]) -> None:  # noqa: ARG002
        """Read each streaming distribution with its tags."""
        survey_distributions(aws, Delivery.RTMP)

    def infer(self, asked: Call, listed: Callable[[Call], Sequence[Json] | None]) -> Answer | None:
        """Return that a distribution does not exist, if it is in no list."""
        return infer_unlisted(Delivery.RTMP, asked, listed)

    def entries(
        self,
        aws: Reads,  # noqa: ARG002
        rows: Sequence[LiveDistribution],
        owners: Mapping[str, str],
    ) -> Iterable[ListEntry]:
        """Return a line for each streaming distribution."""
        return distribution_entries(Delivery.RTMP, rows, owners)


def streaming_fields(context: StackContext, results: KindResults) -> list[OwnedField]:
    """Return the owned fields of a streaming distribution."""
    return [*common_fields(context), _identity(context, results), *_signers(context)]


def _identity(context: StackContext, results: KindResults) -> OwnedField:
    wanted: Known = ""
    if context.stack.spec.identity == "oai":
        wanted = results.get(context.address("origin-access-identity")) or ""

    def read(config: Json) -> Known:
        return document.oai(document.default_origin(config))

    return OwnedField("oai", wanted, read, document.set_oai, show=lambda value: value or None)


def _signers(context: StackContext) -> list[OwnedField]:
    spec = context.stack.spec
    if spec.trusted_signers is None and not spec.public:
        return []

    def accounts(config: Json) -> tuple[str, ...]:
        return normal(document.signers(config), context.account).accounts

    open_to_all = opened("public", lambda config: bool(accounts(config)))
    return [
        *([open_to_all] if spec.public else []),
        OwnedField(
            "trusted_signers",
            normal_signers(spec.trusted_signers or (), context.account),
            accounts,
            document.set_trusted_signers,
        ),
    ]


def _laid_out(context: StackContext, results: KindResults) -> Overlay:
    """Return a new configuration: the spec over AWS's defaults."""
    reference = caller_reference(context.account, context.name, KIND)
    base = new_streaming_config(reference, context.stack.spec.bucket.name)
    return creation(base, streaming_fields(context, results))


def _create(context: StackContext, results: KindResults) -> tuple[Step, ...]:
    made = _laid_out(context, results)
    changes = (Change("bucket", None, context.stack.spec.bucket.name), *made.changes)
    return creating(context, Delivery.RTMP, replace(made, changes=changes), results)


def _problems(context: StackContext, have: ObservedStreaming) -> list[Problem]:
    problems = ownership_problems(context, have.live, have.claims, have.rows)
    problems += log_problems(context, have.logs)
    problems += alias_problems(context, have.rows, have.live.id if have.live else None, have.stacks)
    if have.live is not None:
        origin = have.live.default_origin
        live_bucket = bucket_of(origin.domain_name) if origin else None
        if live_bucket != context.stack.spec.bucket.name:
            what = f"{have.live.id} streams from the bucket {live_bucket}, and its origin cannot change"
            do = "restore the old bucket in the spec, or give the stack a new name to get a new distribution"
            problems.append(context.stack.problem(what, do, "bucket"))
    return problems
