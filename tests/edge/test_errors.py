"""Claims about error pages and cached errors.

Source: Developer Guide, "Generate custom error responses", "Control how long CloudFront caches errors".
"""

from typing import Any

from tests.edge import signing
from tests.edge.stage import SEGMENT, Json, Stage, behavior
from tests.world.configs import listing


def page(code: int, response: str = "", path: str = "/sorry.html", seconds: int = 10) -> Json:
    """Return a custom error response."""
    return {
        "ErrorCode": code,
        "ResponsePagePath": path if response else "",
        "ResponseCode": response,
        "ErrorCachingMinTTL": seconds,
    }


def site(stage: Stage, *pages: Json, **changes: Any) -> Json:
    """Create a distribution with these error responses."""
    made = stage.distribution(CustomErrorResponses=listing(*pages), **changes)
    stage.grant(made)
    stage.put("sorry.html", b"sorry")
    return made


def test_error_page(stage: Stage) -> None:
    """An error of the origin gets the configured page and status."""
    made = site(stage, page(403, "404"))
    reply = stage.view("/nothing", made["DomainName"])
    assert (reply.status, reply.body) == (404, b"sorry")
    assert stage.view("/nothing", made["DomainName"], Range="bytes=0-1").body == b"sorry"
    assert stage.view("/one.mp4", made["DomainName"]).body == SEGMENT


def test_missing_error_page(stage: Stage) -> None:
    """If the page cannot be served, the error stays."""
    made = site(stage, page(403, "200", "/nothing.html"))
    assert stage.view("/nothing", made["DomainName"]).verdict == (403, "AccessDenied")


def test_error_page_for_the_unsigned(stage: Stage) -> None:
    """The page also replaces CloudFront's own refusal of unsigned requests."""
    group = stage.key_group(stage.public_key(signing.rsa_key()))
    made = site(stage, page(403, "200"), DefaultCacheBehavior=behavior(key_groups=(group,)))
    reply = stage.view("/one.mp4", made["DomainName"])
    assert (reply.status, reply.body) == (200, b"sorry")


def again(stage: Stage, made: Json, *, seconds: int) -> None:
    """Cache errors, and set the time for a 403."""
    stage.sandbox.cloudfront.settings.edge_caches_errors = True
    stage.change(made, CustomErrorResponses=listing(page(403, seconds=seconds)))


def test_errors_are_not_kept(stage: Stage) -> None:
    """By default the sandbox caches no errors."""
    made = stage.distribution()
    assert stage.view("/one.mp4", made["DomainName"]).status == 403
    stage.grant(made)
    assert stage.view("/one.mp4", made["DomainName"]).status == 200


def test_errors_are_kept(stage: Stage) -> None:
    """With edge_caches_errors, an error is cached for its time, by path and query."""
    made = stage.distribution()
    again(stage, made, seconds=3600)
    host = made["DomainName"]
    assert stage.view("/one.mp4", host).status == 403
    stage.grant(made)
    assert stage.view("/one.mp4", host).status == 403
    assert stage.view("/one.mp4?x=1", host).status == 200
    assert stage.view("/hls/one.ts", host).status == 200


def test_errors_without_time_are_not_kept(stage: Stage) -> None:
    """An ErrorCachingMinTTL of 0 caches nothing."""
    made = stage.distribution()
    again(stage, made, seconds=0)
    assert stage.view("/one.mp4", made["DomainName"]).status == 403
    stage.grant(made)
    assert stage.view("/one.mp4", made["DomainName"]).status == 200


def test_signatures_are_judged_each_time(stage: Stage) -> None:
    """A cached error does not apply to another signature: refusals of signatures are not cached."""
    key_id = stage.public_key(signing.rsa_key())
    made = stage.distribution(DefaultCacheBehavior=behavior(key_groups=(stage.key_group(key_id),)))
    stage.grant(made)
    again(stage, made, seconds=3600)
    host = made["DomainName"]
    assert stage.view("/one.mp4", host).verdict == (403, "MissingKey")
    fields = signing.canned_fields(f"https://{host}/one.mp4", signing.rsa_key(), key_id)
    assert stage.view(f"/one.mp4?{signing.query(fields)}", host).status == 200
    assert stage.view("/one.mp4", host).verdict == (403, "MissingKey")


def test_countries(stage: Stage) -> None:
    """Viewers in other countries are refused before signatures are checked; the page for a 403 replaces the refusal.

    A viewer whose country is not known is served. Source: Developer Guide, "Restrict the geographic distribution of
    your content".
    """
    only = {"GeoRestriction": {"RestrictionType": "whitelist", **listing("US", "CA")}}
    made = site(stage, Restrictions=only)
    for country, status in (("US", 200), ("DE", 403), ("", 200)):
        headers = {"CloudFront-Viewer-Country": country} if country else {}
        assert stage.view("/one.mp4", made["DomainName"], **headers).status == status
    but = {"GeoRestriction": {"RestrictionType": "blacklist", **listing("DE")}}
    other = site(stage, page(403, "404"), Restrictions=but)
    assert stage.view("/one.mp4", other["DomainName"], **{"CloudFront-Viewer-Country": "US"}).status == 200
    reply = stage.view("/one.mp4", other["DomainName"], **{"CloudFront-Viewer-Country": "DE"})
    assert (reply.status, reply.body) == (404, b"sorry")
