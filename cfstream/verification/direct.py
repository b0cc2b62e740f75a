"""Check the bucket's own addresses: S3 must refuse every anonymous request that bypasses CloudFront."""

from collections.abc import Iterator

from cfstream.access.closing import block_command
from cfstream.access.expected import is_public
from cfstream.planning.aws_commands import reaching
from cfstream.ports import NoReplyReason, Visit
from cfstream.sign import CannotSign
from cfstream.sign.resource import key_path
from cfstream.verification.check import HELD, Check, ClaimJudgement
from cfstream.verification.finding import Finding, Verdict
from cfstream.verification.keyless import inconclusive
from cfstream.verification.openings import Openings
from cfstream.verification.reading import ReplyKind, Seen
from cfstream.verification.site import MADE_UP, Site, paths_of

MOST_TRIED = 20
"""Objects that are judged until one is found that is not public."""


def direct_checks(site: Site, openings: Openings) -> Iterator[Check]:
    """Yield a check for each address, with a private object if one is known, and a check of the object list.

    Anyone may read a public object, so no address has to refuse it: if S3 serves one, the notes of `openings` say so.
    """
    bucket = site.bucket.name
    where = f"S3: bucket {bucket}"
    good = "serves nothing private by" if openings.expected.promises else "serves nothing by"
    for brief, visit in addresses(site, _path(site, openings)):
        finding = Finding(where, "", brief, f"{brief}: anonymous requests are refused", good=good)
        yield Check(finding, visit, lambda seen: _refused(seen, site, openings.ways))
    for brief, visit in _listings(site):
        claim = f"{brief}: anonymous requests cannot list the objects"
        otherwise = claim.replace(" cannot ", " can ")
        finding = Finding(where, "", brief, claim, good=good, otherwise=otherwise)
        yield Check(finding, visit, lambda seen: _unlisted(seen, bucket))


def addresses(site: Site, path: str) -> Iterator[tuple[str, Visit]]:
    """Yield every form of the bucket's address, with a name and a request for `path`, which starts with a slash.

    S3 User Guide: "Methods for accessing a general purpose bucket", "Website endpoints", "Making requests over IPv6",
    "Using Amazon S3 Transfer Acceleration", "Accessing an access point".
    """
    bucket, region, suffix = site.bucket.name, site.bucket.region, _suffix(site)
    # A certificate's wildcard covers one label, so it does not cover a bucket name with dots.
    scheme = "http" if "." in bucket else "https"
    yield "global name", Visit(f"{scheme}://{bucket}.s3.{suffix}{path}")
    yield "regional name", Visit(f"{scheme}://{bucket}.s3.{region}.{suffix}{path}")
    yield "path style", Visit(f"https://s3.{region}.{suffix}/{bucket}{path}")
    yield "global path style", Visit(f"https://s3.{suffix}/{bucket}{path}")
    yield "dual stack name", Visit(f"{scheme}://{bucket}.s3.dualstack.{region}.{suffix}{path}")
    yield "website name", Visit(f"http://{bucket}.s3-website-{region}.{suffix}{path}")
    yield "website name with a dot", Visit(f"http://{bucket}.s3-website.{region}.{suffix}{path}")
    if "." not in bucket:
        yield "accelerated name", Visit(f"https://{bucket}.s3-accelerate.{suffix}{path}")
    for name in (point.name for point in site.bucket.access_points):
        host = f"{name}-{site.context.account}.s3-accesspoint.{region}.{suffix}"
        yield f"access point {name}", Visit(f"https://{host}{path}")


def _listings(site: Site) -> Iterator[tuple[str, Visit]]:
    bucket, region, suffix = site.bucket.name, site.bucket.region, _suffix(site)
    yield "list of objects", Visit(f"https://s3.{region}.{suffix}/{bucket}?list-type=2&max-keys=1")


def _suffix(site: Site) -> str:
    return "amazonaws.com.cn" if site.context.partition == "aws-cn" else "amazonaws.com"


def _path(site: Site, openings: Openings) -> str:
    """Return the path of an object that no spec of the run declares public; an invented one if none is known."""
    unsigned_last = sorted(site.objects.keys, key=lambda key: _served_unsigned(site, key))
    for key in unsigned_last[:MOST_TRIED]:
        try:
            path = key_path(key)
        except CannotSign:
            continue
        if not is_public(openings.expected, site.model, key):
            return path
    return f"/{MADE_UP}"


def _served_unsigned(site: Site, key: str) -> bool:
    return any(not site.guards.of(path).signed for path in paths_of(site, key))


def _refused(seen: Seen, site: Site, ways: tuple[str, ...]) -> ClaimJudgement:
    match seen.saw:
        case ReplyKind.OBJECT if ways:
            do = "close the openings of the bucket: each of them has its own fix"
            return ClaimJudgement(Verdict.SERVED, "; ".join(ways), do)
        case ReplyKind.OBJECT:
            why = "S3 serves it to anyone, and no reason was found in the policy, ACLs or access points"
            do = f"block public access for the bucket:\n`{block_command(site.bucket.name)}`"
            return ClaimJudgement(Verdict.SERVED, why, reaching(do, site.context.flags))
        case ReplyKind.FAILED:
            return inconclusive(seen)
        case ReplyKind.NOTHING if seen.reason is not NoReplyReason.NO_ADDRESS:
            return inconclusive(seen)
    return HELD  # an address form that does not resolve serves nothing


def _unlisted(seen: Seen, bucket: str) -> ClaimJudgement:
    if seen.saw is ReplyKind.OBJECT:
        do = f"remove s3:ListBucket for anyone from the policy of {bucket}, or READ for everyone from its ACL"
        return ClaimJudgement(Verdict.SERVED, "anyone can list the bucket", do)
    return inconclusive(seen) if seen.saw in (ReplyKind.FAILED, ReplyKind.NOTHING) else HELD
