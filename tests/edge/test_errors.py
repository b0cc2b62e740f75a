"""Claims about error pages and cached errors.

Source: Developer Guide, "Generate custom error responses", "Control how long CloudFront caches errors".
"""

from typing import Any

from tests.edge import signing
from tests.edge.site import SEGMENT, EdgeSite, Json, behavior
from tests.world.configs import listing


def page(code: int, response: str = "", path: str = "/sorry.html", seconds: int = 10) -> Json:
    """Return a custom error response."""
    return {
        "ErrorCode": code,
        "ResponsePagePath": path if response else "",
        "ResponseCode": response,
        "ErrorCachingMinTTL": seconds,
    }


def distribution_with_pages(site: EdgeSite, *pages: Json, **changes: Any) -> Json:
    """Create a distribution with these error responses."""
    created = site.distribution(CustomErrorResponses=listing(*pages), **changes)
    site.grant(created)
    site.put("sorry.html", b"sorry")
    return created


def test_error_page(site: EdgeSite) -> None:
    """An error of the origin gets the configured page and status."""
    created = distribution_with_pages(site, page(403, "404"))
    reply = site.view("/nothing", created["DomainName"])
    assert (reply.status, reply.body) == (404, b"sorry")
    assert site.view("/nothing", created["DomainName"], Range="bytes=0-1").body == b"sorry"
    assert site.view("/one.mp4", created["DomainName"]).body == SEGMENT


def test_missing_error_page(site: EdgeSite) -> None:
    """If the page cannot be served, the error stays."""
    created = distribution_with_pages(site, page(403, "200", "/nothing.html"))
    assert site.view("/nothing", created["DomainName"]).verdict == (403, "AccessDenied")


def test_error_page_for_the_unsigned(site: EdgeSite) -> None:
    """The page also replaces CloudFront's own refusal of unsigned requests."""
    group = site.key_group(site.public_key(signing.rsa_key()))
    created = distribution_with_pages(
        site, page(403, "200"), DefaultCacheBehavior=behavior(key_groups=(group,))
    )
    reply = site.view("/one.mp4", created["DomainName"])
    assert (reply.status, reply.body) == (200, b"sorry")


def again(site: EdgeSite, created: Json, *, seconds: int) -> None:
    """Cache errors, and set the time for a 403."""
    site.sandbox.cloudfront.settings.edge_caches_errors = True
    site.change(created, CustomErrorResponses=listing(page(403, seconds=seconds)))


def test_errors_are_not_kept(site: EdgeSite) -> None:
    """By default the sandbox caches no errors."""
    created = site.distribution()
    assert site.view("/one.mp4", created["DomainName"]).status == 403
    site.grant(created)
    assert site.view("/one.mp4", created["DomainName"]).status == 200


def test_errors_are_kept(site: EdgeSite) -> None:
    """With edge_caches_errors, an error is cached for its time, by path and query."""
    created = site.distribution()
    again(site, created, seconds=3600)
    host = created["DomainName"]
    assert site.view("/one.mp4", host).status == 403
    site.grant(created)
    assert site.view("/one.mp4", host).status == 403
    assert site.view("/one.mp4?x=1", host).status == 200
    assert site.view("/hls/one.ts", host).status == 200


def test_errors_without_time_are_not_kept(site: EdgeSite) -> None:
    """An ErrorCachingMinTTL of 0 caches nothing."""
    created = site.distribution()
    again(site, created, seconds=0)
    assert site.view("/one.mp4", created["DomainName"]).status == 403
    site.grant(created)
    assert site.view("/one.mp4", created["DomainName"]).status == 200


def test_signatures_are_judged_each_time(site: EdgeSite) -> None:
    """A cached error does not apply to another signature: refusals of signatures are not cached."""
    key_id = site.public_key(signing.rsa_key())
    created = site.distribution(DefaultCacheBehavior=behavior(key_groups=(site.key_group(key_id),)))
    site.grant(created)
    again(site, created, seconds=3600)
    host = created["DomainName"]
    assert site.view("/one.mp4", host).verdict == (403, "MissingKey")
    fields = signing.canned_fields(f"https://{host}/one.mp4", signing.rsa_key(), key_id)
    assert site.view(f"/one.mp4?{signing.query(fields)}", host).status == 200
    assert site.view("/one.mp4", host).verdict == (403, "MissingKey")


def test_countries(site: EdgeSite) -> None:
    """Viewers in other countries are refused before signatures are checked; the page for a 403 replaces the refusal.

    A viewer whose country is not known is served. Source: Developer Guide, "Restrict the geographic distribution of
    your content".
    """
    only = {"GeoRestriction": {"RestrictionType": "whitelist", **listing("US", "CA")}}
    created = distribution_with_pages(site, Restrictions=only)
    for country, status in (("US", 200), ("DE", 403), ("", 200)):
        headers = {"CloudFront-Viewer-Country": country} if country else {}
        assert site.view("/one.mp4", created["DomainName"], **headers).status == status
    but = {"GeoRestriction": {"RestrictionType": "blacklist", **listing("DE")}}
    other = distribution_with_pages(site, page(403, "404"), Restrictions=but)
    assert site.view("/one.mp4", other["DomainName"], **{"CloudFront-Viewer-Country": "US"}).status == 200
    reply = site.view("/one.mp4", other["DomainName"], **{"CloudFront-Viewer-Country": "DE"})
    assert (reply.status, reply.body) == (404, b"sorry")
