"""The account's distributions of both kinds, as rows; and which of them is the stack's own.

List rows carry neither tags nor caller references (botocore 1.44.5, DistributionSummary), so bucket and aliases put the
candidates in order and the tag decides.
"""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from cfstream.errors import Missing, Problem, Refused
from cfstream.kinds.kind import Scene
from cfstream.ports import Call, Reads
from cfstream.steps.step import Stage, at
from cfstream.steps.wait import Deployed, Wait
from cfstream.values import ETag, Json

NAME_TAG = "cfstream:name"
ACL_TAG = "cfstream:acl"

OAI_PREFIX = "origin-access-identity/cloudfront/"

RESOURCE = {"distribution": "Distribution", "streaming-distribution": "StreamingDistribution"}
"""The top key of AWS's replies, by kind; the config inside bears the same name with ``Config`` behind."""

_BUCKET_DOMAIN = re.compile(
    r"^(?P<bucket>.+?)\.s3(?:[.-](?:dualstack\.)?[a-z]{2}(?:-[a-z]+)+-\d)?\.amazonaws\.com(?:\.cn)?$"
)


@dataclass(frozen=True)
class Origin:
    """One origin of a distribution, and how CloudFront may read it."""

    id: str
    domain_name: str
    oai_id: str = ""
    oac_id: str = ""

    @property
    def bucket(self) -> str | None:
        """The bucket that the domain names; None for an origin that is no bucket."""
        return bucket_of(self.domain_name)


@dataclass(frozen=True)
class BehaviorRow:
    """One cache behavior: `path` is empty for the default one."""

    path: str
    origin_id: str
    """The origin that it leads to, or the origin group."""
    signers: tuple[str, ...] = ()
    key_groups: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    """Of an origin group the origins in it, the one that is asked first at the front."""

    @property
    def origin_ids(self) -> tuple[str, ...]:
        """Every origin that it leads to."""
        return self.members or (self.origin_id,)

    @property
    def signed(self) -> bool:
        return bool(self.signers or self.key_groups)


@dataclass(frozen=True)
class Row:
    """A distribution as a list shows it."""

    kind: str
    id: str
    arn: str
    domain_name: str
    status: str
    enabled: bool
    etag: ETag | None
    aliases: tuple[str, ...]
    comment: str
    origins: tuple[Origin, ...]
    behaviors: tuple[BehaviorRow, ...]
    price_class: str = ""
    raw: Json = field(default_factory=dict, compare=False, repr=False)

    def buckets(self) -> frozenset[str]:
        """The buckets that it has as origins."""
        return frozenset(origin.bucket for origin in self.origins if origin.bucket)


@dataclass(frozen=True)
class LiveDistribution:
    """The stack's own distribution, whole. `config` is the raw document, for an update sends all of it back."""

    kind: str
    id: str
    arn: str
    etag: ETag
    status: str
    domain_name: str
    config: Json
    tags: Mapping[str, str]
    active_groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Public key ids in force, by key group id."""
    active_signers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Key pair ids in force, by account number or ``self``."""
    last_modified: Any = None


def bucket_of(domain_name: str) -> str | None:
    """The bucket behind an S3 origin's domain name, in any of its spellings; None for all else."""
    match = _BUCKET_DOMAIN.match(domain_name)
    return match.group("bucket") if match else None


def items(counted: Any) -> list[Any]:
    """The items of one of CloudFront's counted lists; at zero AWS leaves `Items` out."""
    return list((counted or {}).get("Items") or ())


def counted(values: Iterable[Any]) -> dict[str, Any]:
    """A list as CloudFront wants it, with its Quantity."""
    listed = list(values)
    return {"Quantity": len(listed), **({"Items": listed} if listed else {})}


def all_distributions(aws: Reads) -> tuple[Row, ...]:
    """Every distribution of the account, of both kinds, sorted by id. Makes two list calls; raises as `Reads.items`."""
    rows = [_row(row) for row in aws.items(Call("cloudfront", "list_distributions"))]
    streaming = aws.items(Call("cloudfront", "list_streaming_distributions"))
    rows += [_streaming_row(row) for row in streaming]
    return tuple(sorted(rows, key=lambda row: row.id))


def find(aws: Reads, scene: Scene) -> LiveDistribution | None:
    """The distribution that is the stack's: it carries the tag ``cfstream:name``, or the spec adopts it.

    Makes the list calls, ListTagsForResource for the candidates, and one Get. Raises as `Reads.read`; two that bear the
    name are ordered by id and the first is taken: `claims` tells of the others.
    """
    found = claims(aws, scene)
    return read_distribution(aws, *found[0]) if found else None


def claims(aws: Reads, scene: Scene) -> tuple[tuple[str, str], ...]:
    """Kind and id of each distribution of the stack's kind that is ours by tag or adoption; one at most is expected."""
    kind = kind_of(scene)
    adopted = scene.stack.spec.adopt
    if adopted:
        return ((kind, adopted),) if _exists(aws, kind, adopted) else ()
    rows = [row for row in all_distributions(aws) if row.kind == kind]
    likely = [row for row in rows if _likely(row, scene)]
    found = _tagged(aws, scene.name, likely)
    if not found:
        unlikely = [row for row in rows if row not in likely]
        found = _tagged(aws, scene.name, _accelerated(aws, scene.name, unlikely)) or _tagged(
            aws, scene.name, unlikely
        )
    return tuple((kind, row.id) for row in found)


def kind_of(scene: Scene) -> str:
    """The kind of the stack's distribution, by its delivery."""
    return "streaming-distribution" if scene.stack.spec.delivery == "rtmp" else "distribution"


def tags_of(reply: Json) -> dict[str, str]:
    """The tags in a reply to ListTagsForResource."""
    return {tag["Key"]: tag.get("Value", "") for tag in items(reply.get("Tags"))}


def settling_wait(scene: Scene, live: LiveDistribution, stage: Stage) -> Wait:
    """The wait for a change that an earlier run made, when steps after `stage` must not come before it is in force."""
    because = "an earlier change is still on its way to the edges"
    return replace(wait_for(scene, live.kind, live.id, live.config, because), stage=stage)


def wait_for(scene: Scene, kind: str, distribution_id: Any, config: Any, because: str) -> Wait:
    """The wait until a distribution shows `config` and is Deployed."""
    resource = RESOURCE[kind]
    operation = "get_streaming_distribution" if resource.startswith("S") else "get_distribution"
    return Wait(
        address=scene.address(kind),
        stage=Stage.WAIT,
        because=because,
        line=scene.stack.line("wait"),
        until=Deployed(Call("cloudfront", operation, {"Id": distribution_id}), resource, config),
        seconds=scene.stack.spec.wait.timeout.total_seconds(),
    )


def held_aliases(rows: Iterable[Row], ours: str | None) -> dict[str, Row]:
    """Which distribution of the account, other than ours, holds each alias."""
    return {alias.lower(): row for row in rows if row.id != ours for alias in row.aliases}


def alias_problems(
    scene: Scene, rows: Sequence[Row], ours: str | None, coming: Container[str] = ()
) -> list[Problem]:
    """A problem for each cname of the spec that another distribution of the account holds, but for those `coming`."""
    held = held_aliases(rows, ours)
    return [
        scene.stack.problem(
            f"{alias} is an alias of the {held[alias].kind.replace('-', ' ')} {held[alias].id}",
            "take it off there first, plan this together with the spec that gives it up, or put "
            f"`adopt: {held[alias].id}` into the spec to take that one over",
            "cnames",
            number,
        )
        for number, alias in enumerate(scene.stack.spec.cnames or ())
        if alias in held and alias not in coming
    ]


def _likely(row: Row, scene: Scene) -> bool:
    spec = scene.stack.spec
    return spec.bucket.name in row.buckets() or bool(set(row.aliases) & set(spec.cnames or ()))


def _tagged(aws: Reads, name: str, rows: Sequence[Row]) -> list[Row]:
    answers = aws.together([tags_call(row.arn) for row in rows])
    found = []
    for row, answer in zip(rows, answers, strict=True):
        if isinstance(answer, Missing):
            continue
        if isinstance(answer, Refused):
            raise answer
        if tags_of(answer).get(NAME_TAG) == name:
            found.append(row)
    return found


def tags_call(arn: str) -> Call:
    """The call for the tags of a distribution."""
    return Call("cloudfront", "list_tags_for_resource", {"Resource": arn})


def _accelerated(aws: Reads, name: str, rows: Sequence[Row]) -> list[Row]:
    """Those of `rows` that the tag index knows by this name: it lags, so it only saves time and never decides."""
    if len(rows) < 20:
        return []
    call = Call(
        "resourcegroupstaggingapi",
        "get_resources",
        {"TagFilters": [{"Key": NAME_TAG, "Values": [name]}], "ResourceTypeFilters": ["cloudfront"]},
    )
    try:
        arns = {row["ResourceARN"] for row in aws.items(call)}
    except Refused:
        return []
    return [row for row in rows if row.arn in arns]


def _exists(aws: Reads, kind: str, distribution_id: str) -> bool:
    try:
        aws.read(_get(kind, distribution_id))
    except Missing:
        return False
    return True


def _get(kind: str, distribution_id: str) -> Call:
    operation = "get_distribution" if kind == "distribution" else "get_streaming_distribution"
    return Call("cloudfront", operation, {"Id": distribution_id})


def read_distribution(aws: Reads, kind: str, distribution_id: str) -> LiveDistribution:
    """One distribution, whole, with its tags. Makes one Get and ListTagsForResource; raises as `Reads.read`."""
    reply = aws.read(_get(kind, distribution_id))
    live = reply[RESOURCE[kind]]
    tags = aws.read(tags_call(live["ARN"]))
    return LiveDistribution(
        kind=kind,
        id=live["Id"],
        arn=live["ARN"],
        etag=ETag(reply["ETag"]),
        status=live["Status"],
        domain_name=live["DomainName"],
        config=live[f"{RESOURCE[kind]}Config"],
        tags=tags_of(tags),
        active_groups={
            group["KeyGroupId"]: tuple(sorted(items(group.get("KeyPairIds"))))
            for group in items(live.get("ActiveTrustedKeyGroups"))
        },
        active_signers={
            signer["AwsAccountNumber"]: tuple(sorted(items(signer.get("KeyPairIds"))))
            for signer in items(live.get("ActiveTrustedSigners"))
        },
        last_modified=live.get("LastModifiedTime"),
    )


def origin_of(raw: Json) -> Origin:
    """An origin out of a config or a list row."""
    return Origin(
        id=raw["Id"],
        domain_name=raw["DomainName"],
        oai_id=str(at(raw, "S3OriginConfig.OriginAccessIdentity") or "").removeprefix(OAI_PREFIX),
        oac_id=raw.get("OriginAccessControlId") or "",
    )


def behaviors_in(raw: Json) -> tuple[BehaviorRow, ...]:
    """The behaviors in a config or a list row of a standard distribution, the default one first."""
    groups = {
        group["Id"]: tuple(member["OriginId"] for member in items(group["Members"]))
        for group in items(raw.get("OriginGroups"))
    }
    listed = (raw["DefaultCacheBehavior"], *items(raw.get("CacheBehaviors")))
    return tuple(behavior_of(one, groups) for one in listed)


def behavior_of(raw: Json, groups: Mapping[str, tuple[str, ...]] = MappingProxyType({})) -> BehaviorRow:
    """A behavior out of a config or a list row; `groups` has the origins of each origin group, by its id."""
    return BehaviorRow(
        path=raw.get("PathPattern", ""),
        origin_id=raw["TargetOriginId"],
        signers=tuple(sorted(items(raw.get("TrustedSigners")))),
        key_groups=tuple(sorted(items(raw.get("TrustedKeyGroups")), key=str)),  # some may be Refs yet
        members=groups.get(raw["TargetOriginId"], ()),
    )


def _row(raw: Json) -> Row:
    return Row(
        kind="distribution",
        origins=tuple(origin_of(origin) for origin in items(raw["Origins"])),
        behaviors=behaviors_in(raw),
        **_common(raw),
    )


def _streaming_row(raw: Json) -> Row:
    origin = raw["S3Origin"]
    identity = str(origin.get("OriginAccessIdentity") or "").removeprefix(OAI_PREFIX)
    return Row(
        kind="streaming-distribution",
        origins=(Origin("s3", origin["DomainName"], oai_id=identity),),
        behaviors=(BehaviorRow("", "s3", signers=tuple(sorted(items(raw.get("TrustedSigners"))))),),
        **_common(raw),
    )


def _common(raw: Json) -> dict[str, Any]:
    return {
        "id": raw["Id"],
        "arn": raw["ARN"],
        "domain_name": raw["DomainName"],
        "status": raw["Status"],
        "enabled": bool(raw["Enabled"]),
        "etag": ETag(raw["ETag"]) if raw.get("ETag") else None,
        "aliases": tuple(sorted(alias.lower() for alias in items(raw.get("Aliases")))),
        "comment": raw.get("Comment") or "",
        "price_class": raw.get("PriceClass") or "",
        "raw": raw,
    }
