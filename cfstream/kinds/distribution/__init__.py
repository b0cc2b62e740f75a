"""The standard distribution (``delivery: http``): compared field by field, created with signers, changed in one update.

The status InProgress alone needs no step. A change is also sent to a distribution that is InProgress: CloudFront
propagates changes in the order in which they are submitted (Developer Guide, "Update a distribution").
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cfstream.access.model import AccessModel
from cfstream.domain import Delivery, LiveDistribution
from cfstream.errors import Notice, Problem
from cfstream.kinds.distribution import certificate, policies, preflight
from cfstream.kinds.distribution.configuration import (
    ObservedDistribution,
    WantedDistribution,
    changed_configuration,
    new_configuration,
    wanted_behaviors,
)
from cfstream.kinds.distribution.http_fields import HTTP_FIELDS, LOOKUPS, policies_named
from cfstream.kinds.distribution.left import left_notices
from cfstream.kinds.distribution.moving import arriving_notices, leaving, leaving_notices, moves
from cfstream.kinds.distribution.policies import POLICY_KINDS, read_own
from cfstream.kinds.distribution.policy_preflight import policy_notices, policy_problems
from cfstream.kinds.distribution.unlisted import unlisted_notices
from cfstream.ports import Answer, Call, Reads
from cfstream.spec.model import Spec
from cfstream.stack.calls import ANYTHING, OWN, SEEN, Needs, Scope, calls, optional
from cfstream.stack.context import StackContext
from cfstream.stack.distribution_model import after_distribution_step, leads_to_bucket
from cfstream.stack.distribution_preflight import ownership_problems
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
from cfstream.stack.distributions import distribution_entries, distribution_shown, infer_unlisted
from cfstream.stack.fields import Overlay
from cfstream.stack.handover import coming
from cfstream.stack.key_groups import names_of_groups
from cfstream.stack.kind import Kind
from cfstream.stack.live_state import LiveState
from cfstream.stack.log_bucket import log_notices, log_problems, read_log_bucket
from cfstream.stack.proposal import KindResults, Proposal
from cfstream.stack.shown import ListEntry, Referred
from cfstream.stack.survey import listed, survey_distributions
from cfstream.steps.step import Step
from cfstream.values import Json

KIND = Delivery.HTTP.kind

CERTIFICATES = Scope(
    "Certificates",
    lambda spec, place: (
        place.arn("acm", "certificate/*", certificate.REGION)
        if spec.http.certificate == "auto"
        else spec.http.certificate
    ),
)


class DistributionKind(Kind[WantedDistribution, ObservedDistribution]):
    """The distribution of an http stack."""

    name = KIND
    shown = distribution_shown(Delivery.HTTP)
    decides = True
    scopes = (CERTIFICATES, *(each.scope for each in LOOKUPS))
    dispensable = frozenset({"describe_certificate", "list_conflicting_aliases"})

    @property
    def lists(self) -> tuple[Call, ...]:
        """The distributions, and the account's own policies."""
        return (Delivery.HTTP.listing, *(each.listing for each in POLICY_KINDS))

    def desire(self, context: StackContext) -> WantedDistribution | None:
        """Return the names to look up; None for an rtmp stack."""
        spec = context.stack.spec
        if context.delivery is not Delivery.HTTP:
            return None
        return WantedDistribution(
            aliases=tuple(spec.cnames or ()),
            certificate="" if spec.http.certificate == "auto" else spec.http.certificate,
            policies=tuple((kind, name) for kind, name, _ in policies_named(spec.http)),
        )

    def observe(self, aws: Reads, state: LiveState, want: WantedDistribution | None) -> ObservedDistribution:
        """Read key groups, and what the spec names: certificates, policies, the log bucket."""
        context, rows, live = state.context, state.distributions, state.own
        if context.destroying:
            return ObservedDistribution(None, going=state.own_of(Delivery.HTTP))
        if want is None:
            return ObservedDistribution(None, rows=rows)
        return ObservedDistribution(
            live=live,
            claims=state.claims,
            rows=rows,
            policies=read_own(aws, want.policies),
            group_names=state.lists.of(names_of_groups),
            evidence=preflight.gather(aws, want.certificate, want.aliases, state),
            certificates=certificate.observe(aws, context),
            coming=coming(aws, context, rows, live.id if live else None),
            logs=read_log_bucket(aws, context),
            answers=tuple((each, each.read(aws, context)) for each in LOOKUPS),
        )

    def propose(
        self,
        context: StackContext,
        want: WantedDistribution | None,
        have: ObservedDistribution,
        results: KindResults,
    ) -> Proposal:
        """Create it with its signers and tags in one call, or change it in one update."""
        if context.destroying:
            ended = ending(context, have.going)
            return replace(ended, notices=(*ended.notices, *left_notices(context.stack.spec)))
        if want is None:
            return Proposal()
        problems, notices = self._preflight(context, want, have)
        notices += unlisted_notices(context.stack.spec, have.live, wanted_behaviors(context, have, results))
        if have.live is None and context.stack.spec.adopt:
            return Proposal(problems=tuple(problems))
        made, warnings = (
            (self._create(context, have, results), ())
            if have.live is None
            else self._modify(context, have.live, have, results)
        )
        return Proposal(
            steps=made,
            brings={context.address(KIND): brings(context, have.live)},
            relied_on=(relied(context, have.live),),
            problems=tuple(problems),
            notices=(*notices, *warnings),
            after=tuple(sorted({each.giver.name for each in have.coming})),
            leaving=tuple(leaving(context, have.live)),
        )

    def after_step(self, model: AccessModel, step: Step, stack: str) -> AccessModel:
        """Return the model with the distribution as the step leaves it."""
        return after_distribution_step(model, step, Delivery.HTTP, stack)

    def concerns(self, step: Step, bucket: str) -> bool:
        """Return whether the step writes a distribution that has an origin in the bucket."""
        return leads_to_bucket(step, Delivery.HTTP, bucket)

    def listed(self, have: ObservedDistribution) -> Sequence[Referred]:
        """Return the policies of AWS, and those of the account that were read."""
        return policies.known_policies(have.policies)

    def outputs(self, context: StackContext, results: KindResults) -> Mapping[str, Any]:
        """Return the id and the domain name."""
        return distribution_outputs(context, results) if context.delivery is Delivery.HTTP else {}

    def reads(self, spec: Spec, *, destroying: bool) -> Needs:
        """Yield the reads of the stack's distribution, and of what its spec names: certificates and policies."""
        if spec.delivery != "http":
            return
        yield from distribution_reads(spec)
        if not destroying:
            yield from _looked_up(spec)

    def writes(self, spec: Spec, *, destroying: bool) -> Needs:
        """Yield the calls that create, change or delete the distribution, and those that move host names to it."""
        if spec.delivery != "http":
            return
        yield from distribution_writes(spec, destroying=destroying)
        if spec.cnames and not destroying:
            yield from calls(OWN, "cloudfront", "update_domain_association")

    def _preflight(
        self, context: StackContext, want: WantedDistribution, have: ObservedDistribution
    ) -> tuple[list[Problem], list[Notice]]:
        problems = ownership_problems(context, have.live, have.claims, have.rows)
        arriving = {each.alias for each in have.coming}
        problems += preflight.alias_problems(context, have.rows, have.live, have.evidence, arriving)
        problems += preflight.certificate_problems(context, want.certificate, have.evidence)
        choice = certificate.choose(context, have.live, have.certificates)
        problems += choice.problems
        if have.live is not None:
            problems += preflight.origin_problems(context, have.live)
        problems += [*policy_problems(context, have.live, have.policies), *log_problems(context, have.logs)]
        problems += [one for asked, answer in have.answers for one in asked.problems(context, answer)]
        notices = [
            *policy_notices(context),
            *log_notices(have.logs),
            *(one for asked, answer in have.answers for one in asked.notices(answer)),
            *preflight.notices(context, have.live, have.evidence),
            *choice.notices,
        ]
        return problems, [*notices, *arriving_notices(have.coming), *leaving_notices(context, have.live)]

    def _create(
        self, context: StackContext, have: ObservedDistribution, results: KindResults
    ) -> tuple[Step, ...]:
        made = new_configuration(context, have, results)
        steps = creating(context, Delivery.HTTP, made, results)
        return (*steps, *moves(context, None, made.config, have.coming, steps))

    def _modify(
        self, context: StackContext, live: LiveDistribution, have: ObservedDistribution, results: KindResults
    ) -> tuple[tuple[Step, ...], tuple[Notice, ...]]:
        """Return the steps, and what people must know of the changes."""
        laid = changed_configuration(context, live, have, results)
        steps = changing(context, live, laid, moving=any(each.moves for each in have.coming))
        return (*steps, *moves(context, live, laid.config, have.coming, steps)), laid.notices

    def configured(
        self, context: StackContext, live: LiveDistribution | None, results: KindResults
    ) -> Overlay | None:
        """Return the configuration of the spec as far as the spec alone shows it."""
        if context.delivery is not Delivery.HTTP:
            return None
        have = ObservedDistribution(live)
        return (
            changed_configuration(context, live, have, results)
            if live
            else new_configuration(context, have, results)
        )

    def survey(self, aws: Reads, stacks: Sequence[LiveState]) -> None:  # noqa: ARG002
        """Read each distribution with its tags, the account's own policies, and its certificates."""
        survey_distributions(aws, Delivery.HTTP)
        for each in POLICY_KINDS:
            listed(aws, each.listing)
        certificates = listed(aws, certificate.LISTING)
        aws.together([certificate.describe(row["CertificateArn"]) for row in certificates])

    def infer(self, asked: Call, listed: Callable[[Call], Sequence[Json] | None]) -> Answer | None:
        """Return that a distribution does not exist, if it is in no list."""
        return infer_unlisted(Delivery.HTTP, asked, listed)

    def referred(self, aws: Reads, live: LiveDistribution) -> Iterable[Referred]:
        """Yield the account's own policies that its behaviors name."""
        for each in HTTP_FIELDS if live.delivery is Delivery.HTTP else ():
            if each.policies in POLICY_KINDS:
                values = (each.read(each.part.of(live.config, one.path)) for one in live.behaviors)
                yield from each.policies.referred(aws, values)

    def entries(
        self,
        aws: Reads,  # noqa: ARG002
        rows: Sequence[LiveDistribution],
        owners: Mapping[str, str],
    ) -> Iterable[ListEntry]:
        """Return a line for each distribution."""
        return distribution_entries(Delivery.HTTP, rows, owners)


def _looked_up(spec: Spec) -> Needs:
    """Yield the reads of certificates, of policies, and of the holders of host names."""
    if spec.cnames:
        yield from calls(SEEN, "cloudfront", "list_conflicting_aliases")
        if spec.http.certificate == "auto":
            yield from calls(ANYTHING, "acm", "list_certificates")
    if spec.cnames or spec.http.certificate != "auto":
        yield from calls(CERTIFICATES, "acm", "describe_certificate")
    if spec.http.certificate != "auto":
        yield from optional(calls(ANYTHING, "acm", "list_certificates"))
    asked = {
        kind.listing.operation: None for kind, name, _ in policies_named(spec.http) if kind.needs_lookup(name)
    }
    yield from calls(ANYTHING, "cloudfront", *asked)
    for each in LOOKUPS:
        yield from each.needs(spec)
