"""Claims about error pages and how long errors last: Developer Guide, "Generate custom error responses", "Control how
long CloudFront caches errors".
"""

from typing import Any

from tests.edge import signing
from tests.edge.site import SEGMENT, EdgeSite, Json, behavior
from tests.world.configs import listing


def page(code: int, response: str = "", path: str = "/sorry.html", seconds: int = 10) -> Json:
    """A custom error response."""
    return {
        "ErrorCode": code,
        "ResponsePagePath": path if response else "",
        "ResponseCode": response,
        "ErrorCachingMinTTL": seconds,
    }


def distribution_with_pages(site: EdgeSite, *pages: Json, **changes: Any) -> Json:
    """A distribution with those error responses."""
    made = site.distribution(CustomErrorResponses=listing(*pages), **changes)
    site.grant(made)
    site.put("sorry.html", b"sorry")
    return made


def test_error_page(site: EdgeSite) -> None:
    """An error of the origin is answered with the page and the status that are named for it."""
    made = distribution_with_pages(site, page(403, "404"))
    reply = site.view("/nothing", made["DomainName"])
    assert (reply.status, reply.body) == (404, b"sorry")
    assert site.view("/nothing", made["DomainName"], Range="bytes=0-1").body == b"sorry"
    assert site.view("/one.mp4", made["DomainName"]).body == SEGMENT


def test_error_page_that_is_not_there(site: EdgeSite) -> None:
    """Where the page cannot be had, the error stays."""
    made = distribution_with_pages(site, page(403, "200", "/nothing.html"))
    assert site.view("/nothing", made["DomainName"]).verdict == (403, "AccessDenied")


def test_error_page_for_the_unsigned(site: EdgeSite) -> None:
    """CloudFront's own refusal of the unsigned is answered with the page too."""
    group = site.key_group(site.public_key(signing.rsa_key()))
    made = distribution_with_pages(site, page(403, "200"), DefaultCacheBehavior=behavior(key_groups=(group,)))
    reply = site.view("/one.mp4", made["DomainName"])
    assert (reply.status, reply.body) == (200, b"sorry")


def again(site: EdgeSite, made: Json, *, seconds: int) -> None:
    """Errors are given again; the time that one lasts is in the config."""
    site.sandbox.cloudfront.settings.edge_caches_errors = True
    site.change(made, CustomErrorResponses=listing(page(403, seconds=seconds)))


def test_errors_are_not_kept(site: EdgeSite) -> None:
    """Unless the sandbox is told to, it gives no error twice."""
    made = site.distribution()
    assert site.view("/one.mp4", made["DomainName"]).status == 403
    site.grant(made)
    assert site.view("/one.mp4", made["DomainName"]).status == 200


def test_errors_are_kept(site: EdgeSite) -> None:
    """With edge_caches_errors, an error is given again for its time, by its path and query."""
    made = site.distribution()
    again(site, made, seconds=3600)
    host = made["DomainName"]
    assert site.view("/one.mp4", host).status == 403
    site.grant(made)
    assert site.view("/one.mp4", host).status == 403
    assert site.view("/one.mp4?x=1", host).status == 200
    assert site.view("/hls/one.ts", host).status == 200


def test_errors_without_time_are_not_kept(site: EdgeSite) -> None:
    """An ErrorCachingMinTTL of 0 keeps nothing."""
    made = site.distribution()
    again(site, made, seconds=0)
    assert site.view("/one.mp4", made["DomainName"]).status == 403
    site.grant(made)
    assert site.view("/one.mp4", made["DomainName"]).status == 200


def test_signatures_are_judged_each_time(site: EdgeSite) -> None:
    """A kept error is no answer to another signature: refusals of signatures are not kept."""
    key_id = site.public_key(signing.rsa_key())
    made = site.distribution(DefaultCacheBehavior=behavior(key_groups=(site.key_group(key_id),)))
    site.grant(made)
    again(site, made, seconds=3600)
    host = made["DomainName"]
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
    made = distribution_with_pages(site, Restrictions=only)
    for country, status in (("US", 200), ("DE", 403), ("", 200)):
        headers = {"CloudFront-Viewer-Country": country} if country else {}
        assert site.view("/one.mp4", made["DomainName"], **headers).status == status
    but = {"GeoRestriction": {"RestrictionType": "blacklist", **listing("DE")}}
    other = distribution_with_pages(site, page(403, "404"), Restrictions=but)
    assert site.view("/one.mp4", other["DomainName"], **{"CloudFront-Viewer-Country": "US"}).status == 200
    reply = site.view("/one.mp4", other["DomainName"], **{"CloudFront-Viewer-Country": "DE"})
    assert (reply.status, reply.body) == (404, b"sorry")
