"""What lets anyone in past our signers: policy, ACLs of the bucket and of every object, access points, and other
distributions of the account. Read from AWS, and not asked of any viewer's address.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import islice

from cfstream.errors import Missing, NotAuthorized, Refused
from cfstream.exposure import Exposure, Sort, closing, expose
from cfstream.kinds.bucket import bucket_call
from cfstream.kinds.kind import Landscape
from cfstream.kinds.object_grants import CHUNK, Tally, counted
from cfstream.policy_document import is_public, parse, reads, statements
from cfstream.policy_document.document import listed
from cfstream.ports import Answer, Call, Reads
from cfstream.proving.finding import Finding, Verdict
from cfstream.proving.site import Site
from cfstream.steps.object_grants import public_permissions
from cfstream.values import Json

READ, VERSION = "s3:GetObject", "s3:getobjectversion"

SHOWN = 5
"""Keys that are named of objects whose ACL is public."""


@dataclass(frozen=True)
class ReadAcls:
    """What the ACLs of all objects say. `why_not` is why they do not matter, where they were not read."""

    total: int = 0
    public: tuple[str, ...] = ()
    """The first keys of objects that everybody may read."""
    count: int = 0
    """How many there are."""
    unread: int = 0
    why_not: str = ""


@dataclass(frozen=True)
class Openings:
    """All of it: findings, and the ways in in words."""

    findings: tuple[Finding, ...]
    ways: tuple[str, ...]
    readers: tuple[str, ...]


def read_openings(aws: Reads, site: Site) -> Openings:
    """Reads what is left to read (object ACLs where they count, policies of access points) and judges it."""
    acls = read_acls(aws, site)
    exposure = _exposure(site, acls)
    points = tuple(_points(aws, site))
    told = [
        _from_exposure(site, exposure, Sort.POLICY, "no statement of its policy lets anyone read"),
        _from_exposure(site, exposure, Sort.DISTRIBUTION, "no other distribution gives it to anyone"),
        _of_acls(site, exposure, acls),
        *points,
    ]
    ways = (*exposure.openings, *(each.why for each in points if each.verdict.broken))
    return Openings(tuple(told), ways, exposure.after)


def read_acls(aws: Reads, site: Site) -> ReadAcls:
    """What the ACL of every object under the prefix says; one call an object, where ACLs let anybody in at all."""
    bucket, scene = site.bucket, site.scene
    if not bucket.usable:
        return ReadAcls(why_not="the bucket cannot be looked into")
    if not bucket.acls_count or bucket.effective.ignore_acls:
        return ReadAcls(why_not="ACLs are disabled" if not bucket.acls_count else "public ACLs are ignored")
    found = ReadAcls()
    keys = _keys(aws, site)
    while chunk := list(islice(keys, CHUNK)):
        calls = [bucket_call(scene, "get_object_acl", bucket.region, Key=key) for key in chunk]
        found = _added(found, chunk, aws.together(calls))
    return found


def _keys(aws: Reads, site: Site) -> Iterator[str]:
    prefix = site.spec.grant.prefix
    call = bucket_call(site.scene, "list_objects_v2", site.bucket.region, Prefix=prefix)
    for page in aws.pages(call):
        for row in page.get("Contents") or ():
            yield str(row["Key"])


def _added(found: ReadAcls, keys: Sequence[str], answers: Sequence[Answer]) -> ReadAcls:
    public, unread, gone = [], 0, 0
    for key, answer in zip(keys, answers, strict=True):
        match answer:
            case Missing():
                gone += 1
            case NotAuthorized():
                unread += 1
            case Refused():
                raise answer
            case _ if public_permissions(answer) & {"READ", "FULL_CONTROL"}:
                public.append(key)
    return ReadAcls(
        total=found.total + len(keys) - gone,
        public=(*found.public, *public)[:SHOWN],
        count=found.count + len(public),
        unread=found.unread + unread,
    )


def _exposure(site: Site, acls: ReadAcls) -> Exposure:
    """The plan's own exposure with no step to take, and with every object's ACL read."""
    origin = site.live.default_origin
    tally: Tally = replace(site.grants.tally, total=acls.total, public=acls.count)
    land = Landscape(
        live={"bucket-policy": site.policy, "object-acl": replace(site.grants, tally=tally)},
        brought={site.scene.address("origin-access-identity"): {"id": origin.oai_id if origin else ""}},
    )
    return expose(site.scene, land, ())


def _from_exposure(site: Site, exposure: Exposure, sort: Sort, claim: str) -> Finding:
    """The openings of one sort as one finding."""
    found = [opening.text for opening in exposure.not_ours if opening.sort is sort]
    found += _old_versions(site) if sort is Sort.POLICY else []
    finding = Finding(f"bucket {site.bucket.name}", str(sort), "", claim)
    if sort is Sort.POLICY and site.policy.unread:
        return replace(
            finding, verdict=Verdict.UNPROVED, why=site.policy.unread, do="allow s3:GetBucketPolicy"
        )
    if not found:
        return finding
    return replace(finding, verdict=Verdict.LET_IN, why="; ".join(found), do=closing(sort, site.bucket))


def _old_versions(site: Site) -> list[str]:
    """Statements that let anyone read versions by their ids, and not objects as such: GetObjectVersion is enough."""
    if site.bucket.effective.restrict:
        return []
    bucket, prefix = site.bucket.name, site.spec.grant.prefix
    return [
        f"anyone who knows a version's id: bucket policy statement {each.get('Sid') or 'without a Sid'}"
        for each in statements(site.policy.document)
        if is_public(each) and not reads(each, bucket, prefix) and reads(_as_plain(each), bucket, prefix)
    ]


def _as_plain(statement: Json) -> Json:
    """The statement with reading an object in the place of reading a version of it."""
    actions = [str(each) for each in listed(statement.get("Action"))]
    plain = [READ if fnmatchcase(VERSION, each.lower()) else each for each in actions]
    return {**statement, "Action": plain} if "Action" in statement else statement


def _of_acls(site: Site, exposure: Exposure, acls: ReadAcls) -> Finding:
    read = counted(acls.total)
    claim = f"no ACL lets anyone in ({acls.why_not or f'{read} looked at'})"
    finding = Finding(f"bucket {site.bucket.name}", str(Sort.ACLS), "", claim)
    found = [opening for opening in exposure.openings if opening.startswith("anyone may see")]
    if acls.count:
        named = ", ".join(acls.public) + ("" if acls.count <= len(acls.public) else ", …")
        found.append(f"anyone: {counted(acls.count)} with a public ACL: {named}")
    if found:
        do = closing(Sort.ACLS, site.bucket)
        return replace(finding, verdict=Verdict.LET_IN, why="; ".join(found), do=do)
    if acls.unread:
        why = f"the ACLs of {counted(acls.unread)} of {acls.total} may not be read"
        return replace(finding, verdict=Verdict.UNPROVED, why=why, do="allow s3:GetObjectAcl")
    return finding


def _points(aws: Reads, site: Site) -> Iterator[Finding]:
    """A finding for each access point of the bucket."""
    for name in site.bucket.access_points:
        where = {"AccountId": site.scene.account, "Name": name}
        finding = Finding(
            f"bucket {site.bucket.name}",
            f"access point {name}",
            "",
            f"the access point {name} lets nobody in",
        )
        calls = [
            Call("s3control", operation, where, site.bucket.region)
            for operation in ("get_access_point_policy", "get_access_point")
        ]
        policy, settings = aws.together(calls)
        yield _point(site, finding, name, policy, settings)


def _point(site: Site, finding: Finding, name: str, policy: Answer, settings: Answer) -> Finding:
    if isinstance(policy, Refused):
        if policy.code == "NoSuchAccessPointPolicy":
            return finding
        return replace(
            finding,
            verdict=Verdict.UNPROVED,
            why=policy.what,
            do=policy.do or "allow s3:GetAccessPointPolicy",
        )
    block = {} if isinstance(settings, Refused) else settings.get("PublicAccessBlockConfiguration") or {}
    if block.get("RestrictPublicBuckets") or site.bucket.effective.restrict:
        return finding
    document = parse(policy.get("Policy"))
    public = [
        str(each.get("Sid") or "without a Sid")
        for each in statements(document)
        if is_public(each) and reads(each, f"accesspoint/{name}/object")
    ]
    if not public:
        return finding
    why = f"anyone: statement {', '.join(public)} of the access point {name}"
    return replace(
        finding, verdict=Verdict.LET_IN, why=why, do="take that statement out, or delete the access point"
    )
