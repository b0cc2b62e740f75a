"""Read one distribution or identity and everything that it refers to, and return it as `details`."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC
from typing import Any

from cfstream.domain import ACL_TAG, NAME_TAG, CacheBehavior, Delivery, LiveDistribution, Origin, document
from cfstream.domain.tags import read_tags, tags_of
from cfstream.inventory.details import (
    ActiveSigners,
    BehaviorDetails,
    Details,
    DistributionDetails,
    HeadersPolicyDetails,
    IdentityDetails,
    NamedId,
    OriginDetails,
    Tls,
    beside,
)
from cfstream.inventory.grants import grants_of
from cfstream.inventory.lookup import Found
from cfstream.inventory.unmanaged import unmanaged
from cfstream.kinds import KINDS
from cfstream.kinds.distribution.http_fields import HTTP_FIELDS, HttpField, Part
from cfstream.ports import Reads
from cfstream.spec.model import Spec
from cfstream.stack.identities import IDENTITY, users_of_identity
from cfstream.stack.owned import owner_by_mark
from cfstream.stack.owners import all_distributions
from cfstream.stack.shown import Referred
from cfstream.values import Json, Known


def details_of(aws: Reads, found: Found, spec: Spec | None = None) -> Details:
    """Return all settings of a resource, with the names of the resources that it refers to.

    With the `spec` of the resource, also which of them the spec does not manage.

    If names or policies of other resources cannot be read, a note lists them. Otherwise raises as `Reads.read`.
    """
    return _identity(aws, found) if found.kind == IDENTITY.kind else _distribution(aws, found, spec)


def _identity(aws: Reads, found: Found) -> IdentityDetails:
    comment = found.config.get("Comment") or ""
    return IdentityDetails(
        id=found.id,
        etag=found.etag,
        owner=owner_by_mark(comment),
        canonical_user=found.live["S3CanonicalUserId"],
        comment=comment,
        caller_reference=found.config["CallerReference"],
        kind=found.kind,
        used_by=users_of_identity(found.id, all_distributions(aws)),
    )


def _distribution(aws: Reads, found: Found, spec: Spec | None) -> DistributionDetails:
    live = found.distribution
    tags = tags_of(aws.read(read_tags(live.arn)))
    referred = [each for kind in KINDS for each in kind.referred(aws, live)]
    named = {each.id: each for each in referred}
    own = _own_settings(found, tags, named)
    grants, notes = grants_of(aws, live.arn, own.owner, own.origins, marked=ACL_TAG in tags)
    unread = dict.fromkeys(each.unread for each in referred if each.unread)
    if spec is not None:
        own = replace(
            own, unmanaged=unmanaged(spec, live, own, lambda entry, value: _shown(entry, value, named))
        )
    return replace(own, grants=grants, notes=(*unread, *notes))


def _own_settings(
    found: Found, tags: Mapping[str, str], named: Mapping[str, Referred]
) -> DistributionDetails:
    """Return what the distribution's own document and tags show."""
    config, live = found.config, found.distribution
    return DistributionDetails(
        kind=found.kind,
        id=found.id,
        arn=live.arn,
        etag=found.etag,
        owner=tags.get(NAME_TAG),
        status=live.status,
        enabled=live.enabled,
        domain_name=live.domain_name,
        cnames=live.aliases,
        comment=live.comment,
        last_modified=_utc(live.last_modified),
        caller_reference=config["CallerReference"],
        price_class=live.price_class,
        origins=tuple(_origin(each, named) for each in live.origins),
        behaviors=tuple(_behavior(each, live, named) for each in (live.default, *live.named)),
        headers_policies=tuple(_headers(live, named)),
        active_signers=tuple(_active(live, named)),
        logging=_logging(config),
        tls=_tls(config.get("ViewerCertificate")),
        **_split(DistributionDetails, {} if live.delivery is Delivery.RTMP else _http(config, named)),
        tags=dict(sorted(tags.items())),
    )


def _name(id_: Known, named: Mapping[str, Referred]) -> NamedId:
    found = named.get(str(id_))
    return NamedId(str(id_), found.name if found else "")


def _origin(origin: Origin, named: Mapping[str, Referred]) -> OriginDetails:
    plain = OriginDetails(origin.id, origin.domain_name, origin.path)
    if origin.oac_id:
        return replace(plain, access="oac", identity=_name(origin.oac_id, named))
    if origin.oai_id:
        canonical = named[str(origin.oai_id)].canonical_user
        return replace(plain, access="oai", identity=_name(origin.oai_id, named), canonical_user=canonical)
    return plain


def _behavior(
    behavior: CacheBehavior, live: LiveDistribution, named: Mapping[str, Referred]
) -> BehaviorDetails:
    rtmp = live.delivery is Delivery.RTMP
    return BehaviorDetails(
        path=behavior.path,
        origin_id=behavior.target,
        trusted_signers=behavior.signers.accounts,
        key_groups=tuple(_name(each, named) for each in behavior.signers.key_groups),
        viewer_protocol="" if rtmp else behavior.viewer_protocol,
        **_split(BehaviorDetails, {} if rtmp else _http(live.config, named, behavior)),
    )


def _active(live: LiveDistribution, named: Mapping[str, Referred]) -> Iterable[ActiveSigners]:
    for account, pairs in live.active_signers.items():
        yield ActiveSigners(NamedId(account), tuple(NamedId(pair) for pair in pairs))
    for group, keys in live.active_key_groups.items():
        yield ActiveSigners(_name(group, named), tuple(_name(key, named) for key in keys))


def _split(details: type[DistributionDetails | BehaviorDetails], http: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of the details that are fields under ``http``, and all other such fields as ``http``."""
    own = beside(details)
    return {
        **{each.name: _or_none(http[each.name]) for each in own if each.name in http},
        "http": {name: value for name, value in http.items() if name not in {each.name for each in own}},
    }


def _or_none(value: Any) -> Any:
    """Return the value; an empty text for no policy."""
    return "" if value is None else value


def _http(
    config: Json, named: Mapping[str, Referred], behavior: CacheBehavior | None = None
) -> dict[str, Any]:
    """Return the fields of a behavior, or all fields outside behaviors, as a spec has them."""
    path = behavior.path if behavior else ""
    return {
        each.name: _shown(each, each.read(each.part.of(config, path)), named)
        for each in HTTP_FIELDS
        if (each.part is Part.BEHAVIOR) is (behavior is not None)
    }


def _shown(entry: HttpField, value: Any, named: Mapping[str, Referred]) -> Any:
    """Return a value as a spec has it; a policy of the account by its name, if that could be read."""
    found = named.get(value) if entry.policies is not None and isinstance(value, str) else None
    own = {entry.policies.resource: {found.name: found.id}} if entry.policies and found and found.name else {}
    return entry.shown(value, own)


def _headers(live: LiveDistribution, named: Mapping[str, Referred]) -> Iterable[HeadersPolicyDetails]:
    """Yield each policy that adds headers to answers, with the paths where it does."""
    places: dict[str, list[str]] = {}
    for behavior in (live.default, *live.named) if live.delivery is Delivery.HTTP else ():
        policy = str(document.response_headers_policy(document.behavior(live.config, behavior.path)))
        if policy:
            places.setdefault(policy, []).append(behavior.path)
    for policy, paths in places.items():
        found = named.get(policy)
        yield HeadersPolicyDetails(_name(policy, named), tuple(paths), dict(found.settings) if found else {})


def _logging(config: Json) -> str:
    logging = config.get("Logging") or {}
    return f"{logging.get('Bucket', '')}/{logging.get('Prefix', '')}" if logging.get("Enabled") else ""


def _tls(certificate: Any) -> Tls | None:
    if not certificate:
        return None
    named = certificate.get("ACMCertificateArn") or certificate.get("IAMCertificateId") or "cloudfront"
    return Tls(
        named, certificate.get("MinimumProtocolVersion") or "", certificate.get("SSLSupportMethod") or ""
    )


def _utc(time: Any) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if time is not None else ""
