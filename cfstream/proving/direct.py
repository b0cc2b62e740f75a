"""The bucket's own addresses: whoever asks S3 itself, past CloudFront, must be refused by each of them."""

from collections.abc import Iterator

from cfstream.ports import Silence, Visit
from cfstream.proving.check import HELD, Check, Judgement
from cfstream.proving.finding import Finding, Verdict
from cfstream.proving.keyless import unproved
from cfstream.proving.reading import Saw, Seen
from cfstream.proving.site import MADE_UP, Site
from cfstream.sign import CannotSign
from cfstream.sign.resource import key_path

GOOD = "gives nothing by"


def direct_checks(site: Site, openings: tuple[str, ...]) -> Iterator[Check]:
    """One check for each address, with an object that is there if one is known; and whether the keys are listed.

    `openings` are the ways in that were read: the reason where somebody gets in.
    """
    bucket = site.bucket.name
    where = f"S3: bucket {bucket}"
    path = _path(site)
    for brief, visit in addresses(site, path):
        finding = Finding(where, "", brief, f"{brief}: nothing is given to anyone", good=GOOD)
        yield Check(finding, visit, lambda seen: _refused(seen, openings))
    for brief, visit in _listings(site):
        finding = Finding(where, "", brief, f"{brief}: nobody is told which objects there are", good=GOOD)
        yield Check(finding, visit, lambda seen: _unlisted(seen, bucket))


def addresses(site: Site, path: str) -> Iterator[tuple[str, Visit]]:
    """Every form of the bucket's address, in words and as a request for `path`, which begins with a slash.

    S3 User Guide: "Methods for accessing a general purpose bucket", "Website endpoints", "Making requests over IPv6",
    "Using Amazon S3 Transfer Acceleration", "Accessing an access point".
    """
    bucket, region, suffix = site.bucket.name, site.bucket.region, _suffix(site)
    # A certificate's wildcard stands for one label, so that of a bucket with dots would not verify.
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
        host = f"{name}-{site.scene.account}.s3-accesspoint.{region}.{suffix}"
        yield f"access point {name}", Visit(f"https://{host}{path}")


def _listings(site: Site) -> Iterator[tuple[str, Visit]]:
    bucket, region, suffix = site.bucket.name, site.bucket.region, _suffix(site)
    yield "list of objects", Visit(f"https://s3.{region}.{suffix}/{bucket}?list-type=2&max-keys=1")


def _suffix(site: Site) -> str:
    return "amazonaws.com.cn" if site.scene.partition == "aws-cn" else "amazonaws.com"


def _path(site: Site) -> str:
    """The path of an object that is not public by CloudFront, if one is known."""
    public = {place.key for place in site.places if not place.guard.signed}
    for key in (*(key for key in site.objects.keys if key not in public), *site.objects.keys):
        try:
            return key_path(key)
        except CannotSign:
            continue
    return f"/{MADE_UP}"


def _refused(seen: Seen, openings: tuple[str, ...]) -> Judgement:
    match seen.saw:
        case Saw.OBJECT:
            why = "; ".join(openings) or "no reason was found in policy, ACLs or access points"
            return Judgement(
                Verdict.LET_IN,
                f"S3 gives it to anyone ({why})",
                "close what lets anyone in: see the bucket below",
            )
        case Saw.FAILED:
            return unproved(seen)
        case Saw.NOTHING if seen.silence is not Silence.NO_ADDRESS:
            return unproved(seen)
    return HELD  # a form of the address that is no name at all gives nothing to anyone


def _unlisted(seen: Seen, bucket: str) -> Judgement:
    if seen.saw is Saw.OBJECT:
        do = f"take s3:ListBucket for anyone out of the policy of {bucket}, or READ for everyone off its ACL"
        return Judgement(Verdict.LET_IN, "anyone may list the bucket", do)
    return unproved(seen) if seen.saw in (Saw.FAILED, Saw.NOTHING) else HELD
