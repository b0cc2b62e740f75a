"""Who owns what in the account, read from the sandbox's own records and not with cfstream's code."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import ClientError

from cfstream.kinds.distribution.http_fields import HTTP_FIELDS, Part
from cfstream.sandbox.cloudfront.records import Distribution
from tests.laws.account import OBJECTS
from tests.laws.language import BUCKETS, NAME, Spec
from tests.world.account import SandboxAccount

Json = dict[str, Any]

MARK = f"cfstream:{NAME}"
OUR_SIDS = frozenset({f"cfstream-{NAME}-oac", f"cfstream-{NAME}-oai"})
OUR_TAGS = frozenset({"cfstream:name", "cfstream:acl"})
SIGNERS = frozenset({"TrustedSigners", "TrustedKeyGroups"})
LEGACY = frozenset({"ForwardedValues", "MinTTL", "DefaultTTL", "MaxTTL"})
"""What a cache policy excludes."""


def own_distributions(account: SandboxAccount) -> list[tuple[str, Distribution]]:
    """Return kind and record of each distribution of the stack, by its tag or by adoption."""
    world = account.sandbox.cloudfront.state
    shelves = (("distribution", world.distributions), ("streaming-distribution", world.streaming))
    return [
        (kind, record)
        for kind, shelf in shelves
        for record in shelf
        if record.tags.get("cfstream:name") == NAME or record.id == account.ids.get("@adopted")
    ]


def ours(account: SandboxAccount) -> dict[str, list[str]]:
    """Return what the stack owns, by kind: names if there are any, else ids."""
    world = account.sandbox.cloudfront.state
    return {
        "distributions": [record.id for _, record in own_distributions(account)],
        "identities": [each.id for each in world.identities if _marked(each.config["Comment"])],
        "controls": [each.id for each in world.controls if _marked(each.config.get("Description"))],
        "keys": [each.config["Name"] for each in world.public_keys if _marked(each.config.get("Comment"))],
        "groups": [each.config["Name"] for each in world.key_groups if _marked(each.config.get("Comment"))],
    }


@dataclass(frozen=True)
class InUse:
    """Names of the stack's key groups that its distribution trusts, and of the keys in them."""

    groups: set[str]
    keys: set[str]


def names_in_use(account: SandboxAccount) -> InUse:
    """Return what stays with any spec: signers are never removed from a path that no spec makes public."""
    world = account.sandbox.cloudfront.state
    trusted = {
        group
        for kind, record in own_distributions(account)
        for behavior in (world.behaviors(record) if kind == "distribution" else ())
        for group in behavior["TrustedKeyGroups"].get("Items", ())
    }
    groups = [each for each in world.key_groups if each.id in trusted and _marked(each.config.get("Comment"))]
    held = {key for group in groups for key in group.config["Items"]}
    return InUse(
        {group.config["Name"] for group in groups},
        {key.config["Name"] for key in world.public_keys if key.id in held},
    )


def foreign_state(account: SandboxAccount, *specs: Spec) -> Json:
    """Return everything that the stack does not own, in a form in which equal meaning is equal.

    Of the stack's own distribution, it has what none of `specs` manages.
    """
    world = account.sandbox.cloudfront.state
    own = own_distributions(account)
    mine = {record.id for _, record in own}
    return {
        "distributions": {
            each.id: [unordered(each.config), each.tags]
            for each in (*world.distributions, *world.streaming)
            if each.id not in mine
        },
        "identities": {
            each.id: each.config for each in world.identities if not _marked(each.config["Comment"])
        },
        "controls": {
            each.id: each.config for each in world.controls if not _marked(each.config.get("Description"))
        },
        "keys": {
            each.id: each.config for each in world.public_keys if not _marked(each.config.get("Comment"))
        },
        "groups": {
            each.id: unordered(each.config)
            for each in world.key_groups
            if not _marked(each.config.get("Comment"))
        },
        "records": _foreign_records(account, {record.domain_name for _, record in own}),
        "headers": {
            each.id: each.config
            for each in world.policies["ResponseHeadersPolicy"]
            if not each.managed and not _marked(each.config.get("Comment"))
        },
        "statements": {bucket: _foreign_statements(account, bucket) for bucket in BUCKETS},
        "grants": {bucket: _foreign_grants(account, bucket) for bucket in BUCKETS},
        "inside": {
            record.id: _unmanaged(kind, _without_our_headers(account, record), specs) for kind, record in own
        },
    }


def unordered(value: Any) -> Any:
    """Return the document with its lists in one order, except behaviors: their first match counts."""
    match value:
        case dict():
            return {
                name: [unordered(one) for one in item["Items"]]
                if name == "CacheBehaviors" and item["Quantity"]
                else unordered(item)
                for name, item in value.items()
            }
        case list() | tuple():
            return sorted(
                (unordered(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True)
            )
    return value


def _marked(comment: str | None) -> bool:
    return (comment or "").split(" ")[0] == MARK


def _foreign_statements(account: SandboxAccount, bucket: str) -> list[Json]:
    """Return the statements of others as S3 returns them, in order."""
    s3 = account.clients("s3", BUCKETS[bucket])
    try:
        policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except ClientError as refused:
        if refused.response["Error"]["Code"] != "NoSuchBucketPolicy":
            raise
        return []
    return [each for each in policy["Statement"] if each.get("Sid") not in OUR_SIDS]


def _foreign_records(account: SandboxAccount, domains: set[str]) -> list[Json]:
    """Return the records of the zone that are not aliases of the stack."""
    listed = account.clients("route53").list_resource_record_sets(HostedZoneId=account.ids["@zone"])
    return [
        record
        for record in listed["ResourceRecordSets"]
        if record.get("AliasTarget", {}).get("DNSName", "").rstrip(".") not in domains
    ]


def _foreign_grants(account: SandboxAccount, bucket: str) -> dict[str, Any]:
    """Return owner and grants of each object, without grants to identities, which belong to stacks."""
    s3 = account.clients("s3", BUCKETS[bucket])
    identities = {each.canonical_user for each in account.sandbox.cloudfront.state.identities}
    found = {}
    for key in OBJECTS:
        acl = s3.get_object_acl(Bucket=bucket, Key=key)
        grants = [grant for grant in acl["Grants"] if grant["Grantee"].get("ID") not in identities]
        found[key] = [acl["Owner"], grants]
    return found


def _without_our_headers(account: SandboxAccount, record: Distribution) -> Distribution:
    """Return the record without the stack's headers policy, which new behaviors copy from the default one."""
    policies = account.sandbox.cloudfront.state.policies["ResponseHeadersPolicy"]
    nothing = {"", *(each.id for each in policies if _marked(each.config.get("Comment")))}

    def bare(value: Any) -> Any:
        match value:
            case dict():
                kept = {name: bare(item) for name, item in value.items()}
                return kept if kept.get("ResponseHeadersPolicyId") not in nothing else _left(kept)
            case list() | tuple():
                return [bare(item) for item in value]
        return value

    def _left(behavior: Json) -> Json:
        return {name: item for name, item in behavior.items() if name != "ResponseHeadersPolicyId"}

    return replace(record, config=bare(record.config))


def _unmanaged(kind: str, record: Distribution, specs: Iterable[Spec]) -> Json:
    """Return config and tags of the stack's distribution without everything that `specs` may change."""
    specs = tuple(specs)
    spoken = _managed_at_the_top(specs)
    config = unordered({name: item for name, item in record.config.items() if name not in spoken})
    if kind == "streaming-distribution":
        config["S3Origin"] = None  # its domain cannot change, and its identity is ours
    else:
        config |= _inside(record.config, specs)
        if "ViewerCertificate" in config:
            config["ViewerCertificate"] = {**config["ViewerCertificate"], "MinimumProtocolVersion": None}
    named = {key for spec in specs for key in spec.get("tags", {})} | OUR_TAGS
    return {"config": config, "tags": {key: value for key, value in record.tags.items() if key not in named}}


def _managed_at_the_top(specs: Iterable[Spec]) -> set[str]:
    """Return the fields at the top of a config that these specs manage."""
    fields = {
        "comment": "Comment",
        "price_class": "PriceClass",
        "cnames": "Aliases",
        "logging": "Logging",
        "certificate": "ViewerCertificate",
        **{each.name: each.member for each in HTTP_FIELDS if each.part is Part.DISTRIBUTION},
    }
    named = {field for spec in specs for field in (*spec, *spec.get("http", {}))}
    named |= {"certificate" for spec in specs if spec.get("cnames")}  # looked for where none is named
    return {"Enabled", "TrustedSigners", *(name for field, name in fields.items() if field in named)}


def _inside(config: Json, specs: Iterable[Spec]) -> Json:
    """Return origins and behaviors of a standard distribution without what these specs manage of them."""
    main = config["DefaultCacheBehavior"]["TargetOriginId"]
    owned = {"DomainName", "OriginAccessControlId", "S3OriginConfig"}
    owned |= {name for spec in specs for name in _members(spec.get("http", {}), Part.ORIGIN)}
    origins = [
        {name: item for name, item in origin.items() if origin["Id"] != main or name not in owned}
        for origin in config["Origins"]["Items"]
    ]
    named: dict[str, set[str]] = {}
    default = {"ViewerProtocolPolicy"}
    for spec in specs:
        http = spec.get("http", {})
        default |= _members(http, Part.BEHAVIOR)
        default |= {"ResponseHeadersPolicyId", "AllowedMethods"} if "cors" in http else set()
        for one in http.get("behaviors", ()):
            named.setdefault(one["path"], set()).update(_members(one, Part.BEHAVIOR))
    behaviors = config["CacheBehaviors"].get("Items", [])
    return {
        "Origins": unordered(origins),
        "DefaultCacheBehavior": _without(config["DefaultCacheBehavior"], default),
        "CacheBehaviors": [_without(one, ()) for one in behaviors if one["PathPattern"] not in named],
        "named": {
            one["PathPattern"]: _without(one, named[one["PathPattern"]])
            for one in behaviors
            if one["PathPattern"] in named
        },
    }


def _members(section: Json, part: Part) -> set[str]:
    """Return the members of a part of the config that the fields of a section manage."""
    found = {each.member for each in HTTP_FIELDS if each.part is part and each.name in section}
    return found | LEGACY if "CachePolicyId" in found else found


def _without(behavior: Mapping[str, Any], names: Iterable[str]) -> Any:
    """Return a behavior without its signers and without these fields."""
    dropped = SIGNERS | set(names)
    return unordered({name: item for name, item in behavior.items() if name not in dropped})
