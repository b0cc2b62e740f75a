"""Find readers other than the signers of the spec, with the plan's judgement and every object's ACL.

All of it is read from AWS; no request is sent to a viewer's address.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cfstream.access.evaluate import evaluate
from cfstream.access.openings import ACLS, DISTRIBUTIONS, POLICY, openings, shared
from cfstream.access.report import Opening
from cfstream.kinds.key_group.observed import LiveGroups, live_groups
from cfstream.kinds.object_acl.all_acls import ReadAcls, read_acls
from cfstream.kinds.object_acl.observed import counted
from cfstream.kinds.object_acl.sample import MOST_READ
from cfstream.kinds.origin_access_control import OriginAccessControlKind
from cfstream.planning.expected import expected
from cfstream.planning.exposure import phrases
from cfstream.planning.worlds import live_world
from cfstream.ports import Reads
from cfstream.proving.finding import Finding, Verdict
from cfstream.proving.site import Site
from cfstream.stack.proposal import Landscape
from cfstream.stack.surroundings import Surroundings
from cfstream.startup.frozen import dataclass

_CLAIMS = {
    POLICY: "the bucket policy has no openings",
    DISTRIBUTIONS: "no distribution is an opening",
}


@dataclass(frozen=True)
class Openings:
    """The findings, the openings, and who can read, as text."""

    findings: tuple[Finding, ...]
    ways: tuple[str, ...]
    readers: tuple[str, ...]


def read_openings(aws: Reads, site: Site) -> Openings:
    """Read what is still needed (object ACLs if they count, key groups, OACs), and judge it."""
    acls = read_acls(aws, site.scene, site.bucket)
    tally = replace(site.grants.tally, acls=acls.objects)
    live: dict[str, object] = {
        "bucket-policy": site.policy,
        "object-acl": replace(site.grants, tally=tally),
        "key-group": LiveGroups(live_groups(aws, site.scene)),
        "origin-access-control": OriginAccessControlKind().observe(aws, Surroundings(aws, site.scene), None),
    }
    world = live_world(site.scene, Landscape(live=live))
    said, (found,) = shared(expected(site.scene, world), *evaluate(world))
    opened = openings(found, said).openings
    findings = (
        _of_policy(site, opened),
        _of_sort(site, opened, DISTRIBUTIONS, _CLAIMS[DISTRIBUTIONS]),
        _of_acls(site, opened, acls),
        *_unread_points(site),
    )
    return Openings(findings, tuple(each.text for each in opened), phrases(found, said))


def _of_sort(site: Site, opened: Sequence[Opening], sort: str, claim: str) -> Finding:
    """Return the openings of one sort as one finding."""
    finding = Finding(f"bucket {site.bucket.name}", sort, "", claim)
    mine = [each for each in opened if each.sort == sort]
    if not mine:
        return finding
    advice = "; ".join(dict.fromkeys(each.do for each in mine))
    return replace(finding, verdict=Verdict.SERVED, why="; ".join(each.text for each in mine), do=advice)


def _of_policy(site: Site, opened: Sequence[Opening]) -> Finding:
    finding = _of_sort(site, opened, POLICY, _CLAIMS[POLICY])
    if site.policy.unread:
        do = "allow s3:GetBucketPolicy"
        return replace(finding, verdict=Verdict.UNPROVED, why=site.policy.unread, do=do)
    return finding


def _of_acls(site: Site, opened: Sequence[Opening], acls: ReadAcls) -> Finding:
    read = acls.why_not or f"{counted(acls.total)} read"
    claim = f"no ACL is an opening ({read})"
    if acls.sampled:
        claim = f"no ACL of a sample is an opening ({read}, more than {MOST_READ}: --all-objects reads all)"
    finding = _of_sort(site, opened, ACLS, claim)
    unread = len(acls.objects.unread)
    if finding.verdict is Verdict.HELD and unread:
        why = f"the ACLs of {counted(unread)} of {acls.total} cannot be read"
        return replace(finding, verdict=Verdict.UNPROVED, why=why, do="allow s3:GetObjectAcl")
    return finding


def _unread_points(site: Site) -> Iterator[Finding]:
    """Yield a finding for each access point whose policy could not be read."""
    for point in site.bucket.access_points:
        if point.unread:
            yield Finding(
                f"bucket {site.bucket.name}",
                f"access point {point.name}",
                "",
                f"the access point {point.name} is not an opening",
                Verdict.UNPROVED,
                why=point.unread,
                do="allow s3:GetAccessPointPolicy",
            )
