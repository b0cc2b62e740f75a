"""Find readers other than the signers of the spec, with the plan's judgement and every object's ACL.

No request is sent to a viewer's address.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cfstream.access.evaluate import evaluate
from cfstream.access.expected import Expected, shared
from cfstream.access.openings import ACLS, DISTRIBUTIONS, POLICY, openings
from cfstream.access.report import Opening
from cfstream.planning.aws_commands import with_reaching_fix
from cfstream.planning.expected import expected
from cfstream.planning.exposure import phrases
from cfstream.startup.frozen import dataclass
from cfstream.verification.finding import Finding, Verdict
from cfstream.verification.site import Site

_CLAIMS = {
    POLICY: "the bucket policy has no openings",
    DISTRIBUTIONS: "no distribution is an opening",
}


_OBSERVED = {
    POLICY: "the bucket policy has an opening",
    DISTRIBUTIONS: "a distribution is an opening",
    ACLS: "an ACL is an opening",
}


@dataclass(frozen=True)
class Openings:
    """The findings, the openings, who can read, and notes about readers that are not openings, as text."""

    findings: tuple[Finding, ...]
    ways: tuple[str, ...]
    readers: tuple[str, ...]
    notes: tuple[str, ...]
    expected: Expected
    """Who may read according to the specs of the run."""


def judged(site: Site) -> Openings:
    """Return what the live state allows, compared with the spec."""
    model = site.model
    wanted, (found,) = shared(expected(site.context, model, live=True), *evaluate(model))
    judged_openings = openings(found, wanted)
    opened = tuple(with_reaching_fix(each, site.context.flags) for each in judged_openings.openings)
    findings = (
        _of_policy(site, opened),
        _of_sort(site, opened, DISTRIBUTIONS, _CLAIMS[DISTRIBUTIONS]),
        _of_acls(site, opened),
        *_unread_points(site),
    )
    ways = tuple(each.text for each in opened)
    return Openings(findings, ways, phrases(found, wanted), judged_openings.notes, wanted)


def _of_sort(site: Site, opened: Sequence[Opening], sort: str, claim: str) -> Finding:
    """Return the openings of one sort as one finding."""
    finding = Finding(f"bucket {site.bucket.name}", sort, "", claim)
    mine = [each for each in opened if each.sort == sort]
    if not mine:
        return finding
    return replace(finding, observed=_OBSERVED[sort]).opened(tuple(mine))


def _of_policy(site: Site, opened: Sequence[Opening]) -> Finding:
    finding = _of_sort(site, opened, POLICY, _CLAIMS[POLICY])
    if unread := site.model.bucket.policy_unread:
        do = "allow s3:GetBucketPolicy"
        return replace(finding, verdict=Verdict.UNPROVED, why=unread, do=do)
    return finding


def _of_acls(site: Site, opened: Sequence[Opening]) -> Finding:
    acls = site.model.bucket.objects
    read = acls.why_not or f"{_objects(acls.total)} read"
    claim = f"no ACL is an opening ({read})"
    if acls.sampled:
        claim = f"no ACL of a sample is an opening ({read}, of a bucket with more: --all-objects reads all)"
    finding = _of_sort(site, opened, ACLS, claim)
    unread = len(acls.unread)
    if finding.verdict is Verdict.HELD and unread:
        why = f"the ACLs of {_objects(unread)} of {acls.total} cannot be read"
        return replace(finding, verdict=Verdict.UNPROVED, why=why, do="allow s3:GetObjectAcl")
    return finding


def _objects(number: int) -> str:
    return f"{number} object" + ("" if number == 1 else "s")


def _unread_points(site: Site) -> Iterator[Finding]:
    """Yield a finding for each access point whose policy could not be read."""
    for point in site.model.bucket.access_points:
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
