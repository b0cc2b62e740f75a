"""The standard distribution (``delivery: http``): compared field by field, created with signers, changed in one update.

The status InProgress alone needs no step. A change is also sent to a distribution that is InProgress: CloudFront
propagates changes in the order submitted (Developer Guide, "Update a distribution").
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any

from cfstream.access.world import BucketWorld
from cfstream.domain import Delivery, LiveDistribution, Signers
from cfstream.domain.new_document import new_config
from cfstream.errors import Notice, Problem
from cfstream.kinds.distribution import certificate, policies, preflight
from cfstream.kinds.distribution.always_managed import minimum_tls, origin_domain, settings, top_fields
from cfstream.kinds.distribution.behaviors import (
    Wanted,
    WantedBehavior,
    fields,
    place,
    wanted_signers,
)
from cfstream.kinds.distribution.cors import cors_fields
from cfstream.kinds.distribution.http_fields import HTTP_FIELDS, LOOKUPS, managed, policies_named
from cfstream.kinds.distribution.lookup import Lookup
from cfstream.kinds.distribution.moving import apart, arriving_notices, leaving, leaving_notices, moves
from cfstream.kinds.distribution.policies import CACHE, POLICY_KINDS, OwnPolicies, PolicyKind, read_own
from cfstream.kinds.distribution.policy_preflight import policy_notices, policy_problems
from cfstream.kinds.distribution.unlisted import deletion, going, unlisted_notices, without
from cfstream.kinds.response_headers_policy import attachment
from cfstream.ports import Answer, Call, Reads
from cfstream.spec.model import Spec
from cfstream.stack.caller_reference import caller_reference
from cfstream.stack.calls import ANYTHING, OWN, SEEN, Needs, Scope, calls
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
from cfstream.stack.distribution_world import after_distribution_step, leads_to_bucket
from cfstream.stack.distributions import distribution_entries, distribution_shown, infer_unlisted
from cfstream.stack.fields import Overlay, OwnedField, creation, overlay
from cfstream.stack.handover import Coming, coming
from cfstream.stack.key_groups import names_of_groups
from cfstream.stack.kind import Kind
from cfstream.stack.log_bucket import LogBucket, log_notices, log_problems, read_log_bucket
from cfstream.stack.owners import ClaimedDistribution
from cfstream.stack.proposal import Landscape, Proposal
from cfstream.stack.scene import Scene
from cfstream.stack.shown import ListEntry, Referred
from cfstream.stack.surroundings import Surroundings
from cfstream.stack.survey import listed, survey_distributions
from cfstream.startup.frozen import dataclass
from cfstream.steps.step import Step
from cfstream.values import Json, Known

KIND = Delivery.HTTP.kind

CERTIFICATES = Scope(
    "Certificates",
    lambda spec, place: (
        place.arn("acm", "certificate/*", certificate.REGION)
        if spec.http.certificate == "auto"
        else spec.http.certificate
    ),
)


@dataclass(frozen=True)
class WantedDistribution:
    """The names in the spec that must be looked up."""

    aliases: tuple[str, ...]
    certificate: str
    """ARN; empty if the spec does not name one."""
    policies: tuple[tuple[PolicyKind, str], ...]
    """The policies that the spec names, by kind."""


@dataclass(frozen=True)
class ObservedDistribution:
    """The live state: the stack's distribution, all others as rows, and what preflight checks."""

    live: LiveDistribution | None
    claims: tuple[ClaimedDistribution, ...] = ()
    going: tuple[LiveDistribution, ...] = ()
    """Every distribution of the stack, if it is being destroyed."""
    rows: tuple[LiveDistribution, ...] = ()
    policies: OwnPolicies = field(default_factory=dict)
    """The account's own policies; read only if the spec names one of the kind."""
    group_names: Mapping[str, str] = field(default_factory=dict)
    """Names of the account's key groups, by id."""
    evidence: preflight.Evidence = field(default_factory=preflight.Evidence)
    certificates: certificate.Certificates = field(default_factory=certificate.Certificates)
    """The account's certificates; read only if cfstream chooses one."""
    logs: LogBucket | None = None
    answers: tuple[tuple[Lookup, Answer | None], ...] = ()
    """What AWS answered about values of fields."""
    coming: tuple[Coming, ...] = ()
    """The cnames that another stack of the run still has, and whose spec no longer has them."""


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

    def desire(self, scene: Scene) -> WantedDistribution | None:
        """Return the names to look up; None for an rtmp stack."""
        spec = scene.stack.spec
        if scene.delivery is not Delivery.HTTP:
            return None
        return WantedDistribution(
            aliases=tuple(spec.cnames or ()),
            certificate="" if spec.http.certificate == "auto" else spec.http.certificate,
            policies=tuple((kind, name) for kind, name, _ in policies_named(spec.http)),
        )

    def observe(
        self, aws: Reads, around: Surroundings, want: WantedDistribution | None
    ) -> ObservedDistribution:
        """Read key groups, and what the spec names: certificates, policies, the log bucket."""
        scene, rows, live = around.scene, around.distributions, around.own
        if scene.destroying:
            return ObservedDistribution(None, going=around.own_of(Delivery.HTTP))
        if want is None:
            return ObservedDistribution(None, rows=rows)
        return ObservedDistribution(
            live=live,
            claims=around.claims,
            rows=rows,
            policies=read_own(aws, want.policies),
            group_names=around.lists.of(names_of_groups),
            evidence=preflight.gather(aws, want.certificate, want.aliases, around),
            certificates=certificate.observe(aws, scene),
            coming=coming(aws, scene, rows, live.id if live else None),
            logs=read_log_bucket(aws, scene),
            answers=tuple((each, each.read(aws, scene)) for each in LOOKUPS),
        )

    def propose(
        self, scene: Scene, want: WantedDistribution | None, have: ObservedDistribution, land: Landscape
    ) -> Proposal:
        """Create it with its signers and tags in one call, or change it in one update."""
        if scene.destroying:
            return ending(scene, have.going)
        if want is None:
            return Proposal()
        problems, notices = self._preflight(scene, want, have)
        notices += unlisted_notices(scene.stack.spec, have.live, _wanted(scene, have, land))
        if have.live is None and scene.stack.spec.adopt:
            return Proposal(problems=tuple(problems))
        made = (
            self._create(scene, have, land)
            if have.live is None
            else self._modify(scene, have.live, have, land)
        )
        return Proposal(
            steps=made,
            brings={scene.address(KIND): brings(scene, have.live)},
            relied_on=(relied(scene, have.live),),
            problems=tuple(problems),
            notices=tuple(notices),
            after=tuple(sorted({each.giver.name for each in have.coming})),
            leaving=tuple(leaving(scene, have.live)),
        )

    def after_step(self, world: BucketWorld, step: Step, stack: str) -> BucketWorld:
        """Return the world with the distribution as the step leaves it."""
        return after_distribution_step(world, step, Delivery.HTTP, stack)

    def concerns(self, step: Step, bucket: str) -> bool:
        """Return whether the step writes a distribution that has an origin in the bucket."""
        return leads_to_bucket(step, Delivery.HTTP, bucket)

    def listed(self, have: ObservedDistribution) -> Sequence[Referred]:
        """Return the policies of AWS, and those of the account that were read."""
        return policies.known_policies(have.policies)

    def outputs(self, scene: Scene, land: Landscape) -> Mapping[str, Any]:
        """Return the id and the domain name."""
        return distribution_outputs(scene, land) if scene.delivery is Delivery.HTTP else {}

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
        self, scene: Scene, want: WantedDistribution, have: ObservedDistribution
    ) -> tuple[list[Problem], list[Notice]]:
        problems = ownership_problems(scene, have.live, have.claims, have.rows)
        arriving = {each.alias for each in have.coming}
        problems += preflight.alias_problems(scene, have.rows, have.live, have.evidence, arriving)
        problems += preflight.certificate_problems(scene, want.certificate, have.evidence)
        choice = certificate.choose(scene, have.live, have.certificates)
        problems += choice.problems
        if have.live is not None:
            problems += preflight.origin_problems(scene, have.live)
        problems += [*policy_problems(scene, have.live, have.policies), *log_problems(scene, have.logs)]
        problems += [one for asked, answer in have.answers for one in asked.problems(scene, answer)]
        notices = [
            *policy_notices(scene),
            *log_notices(have.logs),
            *(one for asked, answer in have.answers for one in asked.notices(answer)),
            *preflight.notices(scene, have.live, have.evidence),
            *choice.notices,
        ]
        return problems, [*notices, *arriving_notices(have.coming), *leaving_notices(scene, have.live)]

    def _create(self, scene: Scene, have: ObservedDistribution, land: Landscape) -> tuple[Step, ...]:
        made = self._laid_out(scene, have, land)
        steps = creating(scene, Delivery.HTTP, made, land)
        return (*steps, *moves(scene, None, made.config, have.coming, steps))

    def _laid_out(self, scene: Scene, have: ObservedDistribution, land: Landscape) -> Overlay:
        """Return a new configuration: the spec over AWS's defaults."""
        reference = caller_reference(scene.account, scene.name, KIND)
        base = new_config(reference, _domain(scene, land), CACHE.managed["CachingOptimized"])
        wanted = _wanted(scene, have, land)
        top = creation(base, _top(scene, have, land))
        tls = creation(top.config, minimum_tls(top.config, scene.stack.spec.http.minimum_tls))
        cors = [one for one in _cors(scene, tls.config, land) if one.read(tls.config) != one.want]
        shared = creation(tls.config, cors)
        signed = creation(shared.config, fields(wanted, [settings(shared.config).default]))
        config = dict(signed.config)
        added = place(config, wanted, creating=True)
        return Overlay(config, (*top.changes, *tls.changes, *shared.changes, *signed.changes, *added))

    def _modify(
        self, scene: Scene, live: LiveDistribution, have: ObservedDistribution, land: Landscape
    ) -> tuple[Step, ...]:
        laid = self._laid_over(scene, live, have, land)
        steps = changing(scene, live, laid, moving=any(each.moves for each in have.coming))
        return (*steps, *moves(scene, live, laid.config, have.coming, steps))

    def _laid_over(
        self, scene: Scene, live: LiveDistribution, have: ObservedDistribution, land: Landscape
    ) -> Overlay:
        """Return the live configuration with the spec over it."""
        if preflight.origin_problems(scene, live):
            return Overlay(live.config)
        wanted = _wanted(scene, have, land)
        spec = scene.stack.spec
        gone = going(spec, live)
        top = overlay(without(live.config, gone), _top(scene, have, land))
        tls = overlay(top.config, minimum_tls(top.config, scene.stack.spec.http.minimum_tls))
        shared = overlay(tls.config, _cors(scene, tls.config, land))
        config = dict(shared.config)
        added = place(config, wanted, creating=False)
        signed = overlay(config, fields(wanted, settings(config).leading_to(spec.bucket.name)))
        deleted = [deletion(wanted, each) for each in gone]
        return Overlay(
            signed.config,
            (*deleted, *top.changes, *tls.changes, *shared.changes, *signed.changes, *added),
            (*top.hazards, *tls.hazards),
        )

    def configured(self, scene: Scene, live: LiveDistribution | None, land: Landscape) -> Overlay | None:
        """Return the configuration of the spec as far as the spec alone shows it."""
        if scene.delivery is not Delivery.HTTP:
            return None
        have = ObservedDistribution(live)
        return self._laid_over(scene, live, have, land) if live else self._laid_out(scene, have, land)

    def survey(self, aws: Reads, stacks: Sequence[Surroundings]) -> None:  # noqa: ARG002
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
    asked = {
        kind.listing.operation: None for kind, name, _ in policies_named(spec.http) if kind.needs_lookup(name)
    }
    yield from calls(ANYTHING, "cloudfront", *asked)
    for each in LOOKUPS:
        yield from each.needs(spec)


def _top(scene: Scene, have: ObservedDistribution, land: Landscape) -> list[Any]:
    named = scene.stack.spec.http.certificate
    arn = certificate.choose(scene, have.live, have.certificates).arn if named == "auto" else named
    identity = _identity(scene, land)
    return top_fields(
        scene,
        _domain(scene, land),
        identity,
        _looked_up_ids(have, land),
        certificate=arn,
        apart=apart(scene, have.live, have.coming),
    )


def _looked_up_ids(have: ObservedDistribution, land: Landscape) -> OwnPolicies:
    """Return the ids of the account's own policies, and of what other kinds looked up."""
    return {**have.policies, **land.live_ids()}


def _cors(scene: Scene, config: Json, land: Landscape) -> list[OwnedField]:
    return cors_fields(config, attachment(scene, land), scene.stack.spec.http.behaviors)


def _identity(scene: Scene, land: Landscape) -> Known | None:
    kinds = {"oac": "origin-access-control", "oai": "origin-access-identity"}
    identity = scene.stack.spec.identity
    return land.get(scene.address(kinds[identity])) if identity in kinds else None


def _domain(scene: Scene, land: Landscape) -> str:
    bucket = scene.stack.spec.bucket
    region = land.get(scene.address("bucket"), "region")
    return origin_domain(bucket.name, str(region or bucket.region or scene.region), scene.partition)


def _wanted(scene: Scene, have: ObservedDistribution, land: Landscape) -> Wanted:
    spec = scene.stack.spec
    names: dict[str, str] = dict(have.group_names)
    ids = _looked_up_ids(have, land)

    def group_id(name: str) -> Known:
        known = land.get(scene.address("key-group", name)) or name
        names[str(known)] = have.group_names.get(str(known), name)
        return known

    def named(number: int, behavior: Any) -> WantedBehavior:
        return WantedBehavior(
            path=behavior.path,
            number=number,
            public=behavior.public,
            signers=wanted_signers(scene, behavior, group_id),
            settings=managed(behavior, ids),
        )

    default = wanted_signers(scene, spec, group_id)
    return Wanted(
        account=scene.account,
        public=spec.public,
        default=default if default is not None else Signers(),
        named=tuple(named(number, behavior) for number, behavior in enumerate(spec.http.behaviors)),
        group_names=names,
    )
