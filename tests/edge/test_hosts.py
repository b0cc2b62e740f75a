"""Claims about host names: Developer Guide, "Use custom URLs by adding alternate domain names", "Use wildcards in
alternate domain names"; and the sandbox's own: which requests a port answers.
"""

from typing import Any

import pytest

from cfstream.sandbox.edge.hosts import is_foreign
from tests.edge.site import BUCKET, SEGMENT, EdgeSite, Json, label
from tests.world.configs import CERTIFICATE, listing

OWN = {
    "ACMCertificateArn": CERTIFICATE,
    "SSLSupportMethod": "sni-only",
    "MinimumProtocolVersion": "TLSv1.2_2021",
}


@pytest.fixture(autouse=True)
def any_certificate(site: EdgeSite) -> None:
    """Make every certificate cover everything."""
    site.sandbox.cloudfront.certificate = None


def named(site: EdgeSite, root: str, *aliases: str, **changes: Any) -> Json:
    """Create a distribution with these aliases, identified by its root object."""
    site.put(root, root.encode())
    return site.distribution(
        Aliases=listing(*aliases),
        ViewerCertificate=OWN if aliases else {"CloudFrontDefaultCertificate": True},
        DefaultRootObject=root,
        **changes,
    )


def open_to(site: EdgeSite, *distributions: Json) -> None:
    """Allow all of these to read."""
    arns = [created["ARN"] for created in distributions]
    site.grant(distributions[0], Condition={"StringEquals": {"AWS:SourceArn": arns}})


def test_names(site: EdgeSite) -> None:
    """A distribution answers for CloudFront's name, the sandbox's name, and its aliases, with or without a port."""
    created = named(site, "a", "media.example.com", "*.lectures.example.com")
    open_to(site, created)
    for host in (
        created["DomainName"],
        created["DomainName"].upper(),
        label(created),
        f"{label(created)}:5001",
        "media.example.com",
        "MEDIA.example.com:443",
        "media.example.com.",
        "one.lectures.example.com",
        "one.two.lectures.example.com",
    ):
        assert site.view("/", host).body == b"a", host


def test_most_specific_alias_wins(site: EdgeSite) -> None:
    """Of several matching aliases, the most specific one wins."""
    wide, narrow, exact = (
        named(site, "wide", "*.example.com"),
        named(site, "narrow", "*.eu.example.com"),
        named(site, "exact", "one.eu.example.com"),
    )
    open_to(site, wide, narrow, exact)
    assert site.view("/", "other.example.com").body == b"wide"
    assert site.view("/", "two.eu.example.com").body == b"narrow"
    assert site.view("/", "one.eu.example.com").body == b"exact"


def test_a_wildcard_does_not_match_the_apex(site: EdgeSite) -> None:
    """A wildcard alias does not match its own domain."""
    open_to(site, named(site, "wide", "*.example.com"))
    assert site.view("/", "example.com").status == 403


def test_disabled(site: EdgeSite) -> None:
    """A disabled distribution is 403, also for its aliases that match another distribution's wildcard."""
    wide, exact = named(site, "wide", "*.example.com"), named(site, "exact", "one.example.com")
    open_to(site, wide, exact)
    site.change(exact, Enabled=False)
    assert site.view("/", exact["DomainName"]).status == 403
    assert site.view("/", "one.example.com").status == 403
    assert site.view("/", "two.example.com").body == b"wide"


@pytest.mark.parametrize(
    "host",
    [
        "dnobody0123456.cloudfront.net",
        "dnobody0123456.cloudfront.localhost",
        "nobody.example.com",
        "a.b.cloudfront.localhost",
    ],
)
def test_unknown_hosts(site: EdgeSite, host: str) -> None:
    """An unknown host gets CloudFront's 403 page."""
    reply = site.view(f"/{BUCKET}/one.mp4", host)
    assert (reply.status, reply.headers["X-Cache"]) == (403, "Error from cloudfront")
    assert b"The request could not be satisfied" in reply.body
    assert reply.headers["Content-Type"] == "text/html"


def test_api_and_viewers_share_the_port(site: EdgeSite) -> None:
    """The same port serves the API, and S3 by path at the endpoint's own address."""
    assert site.s3.get_object(Bucket=BUCKET, Key="one.mp4")["Body"].read() == SEGMENT
    assert site.view(f"/{BUCKET}/one.mp4").verdict == (403, "AccessDenied")
    assert site.view(f"/{BUCKET}/one.mp4", "localhost:1").verdict == (403, "AccessDenied")


def test_deleted(site: EdgeSite) -> None:
    """A deleted distribution no longer answers."""
    created = named(site, "a")
    open_to(site, created)
    assert site.view("/", created["DomainName"]).status == 200
    site.change(created, Enabled=False)
    live = site.cloudfront.get_distribution(Id=created["Id"])
    site.cloudfront.delete_distribution(Id=created["Id"], IfMatch=live["ETag"])
    assert site.view("/", created["DomainName"]).status == 403


def test_a_moved_name_is_always_served(site: EdgeSite) -> None:
    """UpdateDomainAssociation has no gap: an edge without the change serves the name from the old distribution.

    A name that the new one loses does not come back (Developer Guide, "Move the alternate domain name").
    """
    name, settings = "media.example.com", site.sandbox.cloudfront.settings
    old, new = named(site, "old", name), named(site, "new", "other.example.com")
    open_to(site, old, new)
    assert site.view("/", name).body == b"old"

    settings.deploy_after_reads, settings.edge_mixes = 1, True
    etag = site.cloudfront.get_distribution(Id=new["Id"])["ETag"]
    target = {"DistributionId": new["Id"]}
    site.cloudfront.update_domain_association(Domain=name, TargetResource=target, IfMatch=etag)
    assert {site.view("/", name).body for _ in range(40)} == {b"old", b"new"}
    site.cloudfront.get_distribution(Id=old["Id"])
    assert {site.view("/", name).body for _ in range(40)} == {b"old", b"new"}
    site.cloudfront.get_distribution(Id=new["Id"])
    assert site.view("/", name).body == b"new"

    settings.deploy_after_reads = 0
    site.change(new, Aliases=listing("other.example.com"))
    assert site.view("/", name).status == 403


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
