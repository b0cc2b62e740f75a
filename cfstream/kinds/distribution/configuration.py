"""The configuration of an http distribution: what the spec asks for, over AWS's defaults or over the live one."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from cfstream.domain import Delivery, LiveDistribution, Signers
from cfstream.domain.new_document import new_config
from cfstream.kinds.distribution import certificate, preflight
from cfstream.kinds.distribution.always_managed import minimum_tls, origin_domain, settings, top_fields
from cfstream.kinds.distribution.behaviors import (
    Wanted,
    WantedBehavior,
    fields,
    place,
    wanted_signers,
)
from cfstream.kinds.distribution.cors import cors_fields
from cfstream.kinds.distribution.http_fields import managed
from cfstream.kinds.distribution.lookup import Lookup
from cfstream.kinds.distribution.moving import apart
from cfstream.kinds.distribution.policies import CACHE, NEW_CACHE_POLICY, OwnPolicies, PolicyKind
from cfstream.kinds.distribution.unlisted import deletion, going, without
from cfstream.kinds.response_headers_policy import attachment
from cfstream.ports import Answer
from cfstream.stack.caller_reference import caller_reference
from cfstream.stack.context import StackContext
from cfstream.stack.fields import Overlay, OwnedField, creation, overlay
from cfstream.stack.handover import Coming
from cfstream.stack.log_bucket import LogBucket
from cfstream.stack.owners import ClaimedDistribution
from cfstream.stack.proposal import KindResults
from cfstream.startup.frozen import dataclass
from cfstream.values import Json, Known


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


def new_configuration(context: StackContext, have: ObservedDistribution, results: KindResults) -> Overlay:
    """Return a new configuration: the spec over AWS's defaults."""
    reference = caller_reference(context.account, context.name, Delivery.HTTP.kind)
    base = new_config(reference, _domain(context, results), CACHE.managed[NEW_CACHE_POLICY])
    behaviors = wanted_behaviors(context, have, results)
    top = creation(base, _top(context, have, results))
    tls = creation(top.config, minimum_tls(top.config, context.stack.spec.http.minimum_tls))
    cors = [one for one in _cors(context, tls.config, results) if one.read(tls.config) != one.want]
    shared = creation(tls.config, cors)
    signed = creation(shared.config, fields(behaviors, [settings(shared.config).default]))
    config = dict(signed.config)
    added = place(config, behaviors, creating=True)
    return Overlay(config, (*top.changes, *tls.changes, *shared.changes, *signed.changes, *added))


def changed_configuration(
    context: StackContext, live: LiveDistribution, have: ObservedDistribution, results: KindResults
) -> Overlay:
    """Return the live configuration with the spec over it."""
    if preflight.origin_problems(context, live):
        return Overlay(live.config)
    behaviors = wanted_behaviors(context, have, results)
    spec = context.stack.spec
    gone = going(spec, live)
    top = overlay(without(live.config, gone), _top(context, have, results))
    tls = overlay(top.config, minimum_tls(top.config, context.stack.spec.http.minimum_tls))
    shared = overlay(tls.config, _cors(context, tls.config, results))
    config = dict(shared.config)
    added = place(config, behaviors, creating=False)
    signed = overlay(config, fields(behaviors, settings(config).leading_to(spec.bucket.name)))
    deleted = [deletion(behaviors, each) for each in gone]
    return Overlay(
        signed.config,
        (*deleted, *top.changes, *tls.changes, *shared.changes, *signed.changes, *added),
        (*top.hazards, *tls.hazards),
        (*top.notices, *signed.notices),
    )


def _top(context: StackContext, have: ObservedDistribution, results: KindResults) -> list[Any]:
    named = context.stack.spec.http.certificate
    arn = certificate.choose(context, have.live, have.certificates).arn if named == "auto" else named
    identity = _identity(context, results)
    return top_fields(
        context,
        _domain(context, results),
        identity,
        _looked_up_ids(have, results),
        certificate=arn,
        apart=apart(context, have.live, have.coming),
    )


def _looked_up_ids(have: ObservedDistribution, results: KindResults) -> OwnPolicies:
    """Return the ids of the account's own policies, and of what other kinds looked up."""
    return {**have.policies, **results.live_ids()}


def _cors(context: StackContext, config: Json, results: KindResults) -> list[OwnedField]:
    return cors_fields(config, attachment(context, results), context.stack.spec.http.behaviors)


def _identity(context: StackContext, results: KindResults) -> Known | None:
    kinds = {"oac": "origin-access-control", "oai": "origin-access-identity"}
    identity = context.stack.spec.identity
    return results.get(context.address(kinds[identity])) if identity in kinds else None


def _domain(context: StackContext, results: KindResults) -> str:
    bucket = context.stack.spec.bucket
    region = results.get(context.address("bucket"), "region")
    return origin_domain(bucket.name, str(region or bucket.region or context.region), context.partition)


def wanted_behaviors(context: StackContext, have: ObservedDistribution, results: KindResults) -> Wanted:
    """Return the settings that the spec asks of the default behavior and of each named one."""
    spec = context.stack.spec
    names: dict[str, str] = dict(have.group_names)
    ids = _looked_up_ids(have, results)

    def group_id(name: str) -> Known:
        known = results.get(context.address("key-group", name)) or name
        names[str(known)] = have.group_names.get(str(known), name)
        return known

    def named(number: int, behavior: Any) -> WantedBehavior:
        return WantedBehavior(
            path=behavior.path,
            number=number,
            public=behavior.public,
            signers=wanted_signers(context, behavior, group_id),
            settings=managed(behavior, ids),
        )

    default = wanted_signers(context, spec, group_id)
    return Wanted(
        account=context.account,
        public=spec.public,
        default=default if default is not None else Signers(),
        named=tuple(named(number, behavior) for number, behavior in enumerate(spec.http.behaviors)),
        group_names=names,
    )
