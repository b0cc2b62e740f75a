"""Claims about host names: Developer Guide, "Use custom URLs by adding alternate domain names", "Use wildcards in
alternate domain names"; and the sandbox's own: which port answers whom.
"""

from typing import Any

import pytest

from cfstream.sandbox.edge.hosts import is_foreign
from tests.edge.stage import BUCKET, SEGMENT, Json, Stage, label
from tests.world.configs import CERTIFICATE, listing

OWN = {
    "ACMCertificateArn": CERTIFICATE,
    "SSLSupportMethod": "sni-only",
    "MinimumProtocolVersion": "TLSv1.2_2021",
}


@pytest.fixture(autouse=True)
def any_certificate(stage: Stage) -> None:
    """Make every certificate cover everything."""
    stage.sandbox.cloudfront.certificate = None


def named(stage: Stage, root: str, *aliases: str, **changes: Any) -> Json:
    """Create a distribution with these aliases, identified by its root object."""
    stage.put(root, root.encode())
    return stage.distribution(
        Aliases=listing(*aliases),
        ViewerCertificate=OWN if aliases else {"CloudFrontDefaultCertificate": True},
        DefaultRootObject=root,
        **changes,
    )


def open_to(stage: Stage, *distributions: Json) -> None:
    """Allow all of these to read."""
    arns = [made["ARN"] for made in distributions]
    stage.grant(distributions[0], Condition={"StringEquals": {"AWS:SourceArn": arns}})


def test_names(stage: Stage) -> None:
    """A distribution answers for CloudFront's name, the sandbox's name, and its aliases, with or without a port."""
    made = named(stage, "a", "media.example.com", "*.lectures.example.com")
    open_to(stage, made)
    for host in (
        made["DomainName"],
        made["DomainName"].upper(),
        label(made),
        f"{label(made)}:5001",
        "media.example.com",
        "MEDIA.example.com:443",
        "media.example.com.",
        "one.lectures.example.com",
        "one.two.lectures.example.com",
    ):
        assert stage.view("/", host).body == b"a", host


def test_most_specific_alias_wins(stage: Stage) -> None:
    """Of several matching aliases, the most specific one wins."""
    wide, narrow, exact = (
        named(stage, "wide", "*.example.com"),
        named(stage, "narrow", "*.eu.example.com"),
        named(stage, "exact", "one.eu.example.com"),
    )
    open_to(stage, wide, narrow, exact)
    assert stage.view("/", "other.example.com").body == b"wide"
    assert stage.view("/", "two.eu.example.com").body == b"narrow"
    assert stage.view("/", "one.eu.example.com").body == b"exact"


def test_wildcard_is_no_apex(stage: Stage) -> None:
    """A wildcard alias does not match its own domain."""
    open_to(stage, named(stage, "wide", "*.example.com"))
    assert stage.view("/", "example.com").status == 403


def test_disabled(stage: Stage) -> None:
    """A disabled distribution is 403, also for its aliases that match another distribution's wildcard."""
    wide, exact = named(stage, "wide", "*.example.com"), named(stage, "exact", "one.example.com")
    open_to(stage, wide, exact)
    stage.change(exact, Enabled=False)
    assert stage.view("/", exact["DomainName"]).status == 403
    assert stage.view("/", "one.example.com").status == 403
    assert stage.view("/", "two.example.com").body == b"wide"


@pytest.mark.parametrize(
    "host",
    [
        "dnobody0123456.cloudfront.net",
        "dnobody0123456.cloudfront.localhost",
        "nobody.example.com",
        "a.b.cloudfront.localhost",
    ],
)
def test_unknown_hosts(stage: Stage, host: str) -> None:
    """An unknown host gets CloudFront's 403 page."""
    reply = stage.view(f"/{BUCKET}/one.mp4", host)
    assert (reply.status, reply.headers["X-Cache"]) == (403, "Error from cloudfront")
    assert b"The request could not be satisfied" in reply.body
    assert reply.headers["Content-Type"] == "text/html"


def test_api_and_viewers_share_the_port(stage: Stage) -> None:
    """The same port serves the API, and S3 by path at the endpoint's own address."""
    assert stage.s3.get_object(Bucket=BUCKET, Key="one.mp4")["Body"].read() == SEGMENT
    assert stage.view(f"/{BUCKET}/one.mp4").verdict == (403, "AccessDenied")
    assert stage.view(f"/{BUCKET}/one.mp4", "localhost:1").verdict == (403, "AccessDenied")


def test_deleted(stage: Stage) -> None:
    """A deleted distribution no longer answers."""
    made = named(stage, "a")
    open_to(stage, made)
    assert stage.view("/", made["DomainName"]).status == 200
    stage.change(made, Enabled=False)
    live = stage.cloudfront.get_distribution(Id=made["Id"])
    stage.cloudfront.delete_distribution(Id=made["Id"], IfMatch=live["ETag"])
    assert stage.view("/", made["DomainName"]).status == 403


def test_a_moved_name_is_always_served(stage: Stage) -> None:
    """UpdateDomainAssociation has no gap: an edge without the change serves the name from the old distribution.

    A name that the new one loses does not come back (Developer Guide, "Move the alternate domain name").
    """
    name, settings = "media.example.com", stage.sandbox.cloudfront.settings
    old, new = named(stage, "old", name), named(stage, "new", "other.example.com")
    open_to(stage, old, new)
    assert stage.view("/", name).body == b"old"

    settings.deploy_after_reads, settings.edge_mixes = 1, True
    etag = stage.cloudfront.get_distribution(Id=new["Id"])["ETag"]
    target = {"DistributionId": new["Id"]}
    stage.cloudfront.update_domain_association(Domain=name, TargetResource=target, IfMatch=etag)
    assert {stage.view("/", name).body for _ in range(40)} == {b"old", b"new"}
    stage.cloudfront.get_distribution(Id=old["Id"])
    assert {stage.view("/", name).body for _ in range(40)} == {b"old", b"new"}
    stage.cloudfront.get_distribution(Id=new["Id"])
    assert stage.view("/", name).body == b"new"

    settings.deploy_after_reads = 0
    stage.change(new, Aliases=listing("other.example.com"))
    assert stage.view("/", name).status == 403


@pytest.mark.parametrize(
    ("name", "foreign"),
    [
        ("media.example.com", True),
        ("media.localhost", True),
        ("localhost", False),
        ("sandbox", False),
        ("127.0.0.1", False),
        ("[::1]", False),
        ("123456789012.127.0.0.1", False),
        ("s3.localhost", False),
        ("lectures-media.s3.amazonaws.com", False),
    ],
)
def test_foreign_names(name: str, foreign: bool) -> None:
    """Only a name that cannot be an endpoint's counts as a viewer's."""
    assert is_foreign(name) is foreign
