"""Make what a spec requires in an account: bucket, certificate, hosted zone, functions."""

from collections.abc import Callable
from typing import Any

from cfstream.kinds.function import names
from cfstream.spec.model import Dns, Spec
from cfstream.testing.certificates import imported

ClientFor = Callable[..., Any]


def prepare(spec: Spec, client: ClientFor) -> None:
    """Make what the spec requires and what does not exist yet. Never make what the spec itself creates."""
    _bucket(spec, client)
    if spec.cnames and spec.delivery == "http" and spec.http.certificate in (None, "auto"):
        _certificate(tuple(spec.cnames), client)
    if isinstance(spec.dns, Dns):
        _zone(spec.dns.route53, client)
    for name in names(spec):
        _function(name, client)


def _bucket(spec: Spec, client: ClientFor) -> None:
    bucket = spec.bucket
    region = bucket.region or "us-east-1"
    s3 = client("s3", region)
    if bucket.create or bucket.name in {each["Name"] for each in s3.list_buckets()["Buckets"]}:
        return
    where: dict[str, Any] = (
        {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    )
    by_acl = spec.grant.via == "object-acl"
    s3.create_bucket(
        Bucket=bucket.name,
        ObjectOwnership="BucketOwnerPreferred" if by_acl else "BucketOwnerEnforced",
        **where,
    )


def _certificate(names: tuple[str, ...], client: ClientFor) -> None:
    acm = client("acm")
    known = [
        set(each["SubjectAlternativeNameSummaries"])
        for each in acm.list_certificates()["CertificateSummaryList"]
    ]
    if not any(covered.issuperset(names) for covered in known):
        imported(acm, *names)


def _zone(name: str, client: ClientFor) -> None:
    route53 = client("route53")
    wanted = f"{name.rstrip('.')}."
    if wanted not in {each["Name"] for each in route53.list_hosted_zones()["HostedZones"]}:
        route53.create_hosted_zone(Name=name, CallerReference=name)


def _function(name: str, client: ClientFor) -> None:
    """Publish a function that changes nothing. The sandbox does not run it."""
    cloudfront = client("cloudfront")
    if name in {each["Name"] for each in cloudfront.list_functions()["FunctionList"].get("Items", ())}:
        return
    created = cloudfront.create_function(
        Name=name,
        FunctionConfig={"Comment": "", "Runtime": "cloudfront-js-2.0"},
        FunctionCode=b"function handler(event) { return event.response || event.request; }",
    )
    cloudfront.publish_function(Name=name, IfMatch=created["ETag"])
