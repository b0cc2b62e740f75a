"""Whether pages of other origins may read what a signature opens, as ``http.cors`` says.

Players need no more for GET: with cookies it is a simple request, and the response headers policy says all that
browsers want to hear. Who sends headers of their own has the browser ask first, by OPTIONS. That bears the signature
of a signed URL, and S3 answers it by the bucket's own CORS rules, which are not the spec's; and it never bears cookies
(Fetch Standard, "CORS-preflight fetch"), so that CloudFront refuses it (dash.js#1326). Both are worth a notice.
"""

from collections.abc import Iterator
from dataclasses import replace

from cfstream.ports import Visit
from cfstream.proving.check import HELD, Check, Judge, Judgement
from cfstream.proving.finding import Finding, Verdict
from cfstream.proving.reading import Saw, Seen
from cfstream.proving.site import MADE_UP, Place, Site
from cfstream.spec.model import Cors


def cors_checks(
    site: Site, place: Place, signed: Visit, with_cookies: Visit, opened: Judge
) -> Iterator[Check]:
    """The checks of CORS by requests that are let in; none where the spec does not speak of it."""
    cors = site.spec.http.cors
    if not isinstance(cors, Cors):
        return
    origin = next(iter(cors.origins))
    asking = "https://www.example.com" if origin == "*" else origin.replace("*", MADE_UP)

    def judge(seen: Seen) -> Judgement:
        return _allowed(site, seen, asking, cors) if seen.saw is Saw.OBJECT else opened(seen)

    def preflight(seen: Seen) -> Judgement:
        if seen.saw is Saw.OBJECT:
            return _allowed(site, seen, asking, cors)
        return Judgement(Verdict.KEPT_OUT, _unanswered(site, seen, asking))

    where = "/".join(signed.url.split("/", 3)[:3])
    finding = Finding(where, place.named, "CORS", f"a page of {asking} may read it")
    yield Check(finding, _by(signed, asking), judge)
    claim = f"a page of {asking} may send headers of its own with a signed URL (preflight)"
    by_url = replace(finding, brief="CORS preflight", claim=claim)
    yield Check(by_url, _preflight(signed, asking), preflight, optional=True)
    if not cors.credentials:
        return
    claim = f"a page of {asking} may read it with cookies"
    yield Check(replace(finding, brief="CORS with cookies", claim=claim), _by(with_cookies, asking), judge)
    claim = f"a page of {asking} may send headers of its own with cookies (preflight)"
    bare = replace(with_cookies, headers={})
    by_cookies = replace(finding, brief="CORS preflight with cookies", claim=claim)
    yield Check(by_cookies, _preflight(bare, asking), preflight, optional=True)


def _by(visit: Visit, asking: str) -> Visit:
    return replace(visit, headers={**visit.headers, "Origin": asking})


def _preflight(visit: Visit, asking: str) -> Visit:
    """What a browser asks before a GET with a header that is not simple."""
    asked = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "range"}
    return replace(visit, method="OPTIONS", headers={**visit.headers, "Origin": asking, **asked})


def _unanswered(site: Site, seen: Seen, asking: str) -> str:
    """Why a preflight was not answered with a yes, and what is missing for one."""
    forwards = (
        "the default behavior does not tell S3 who asks: its origin request policy must be CORS-S3Origin"
    )
    rules = f"bucket {site.bucket.name} needs a CORS rule that allows GET and the header Range for {asking}"
    match seen.saw:
        case Saw.REFUSED:
            return "browsers ask without cookies, so CloudFront refuses; let players send no headers but simple ones"
        case Saw.PAGE:
            return "CloudFront takes no OPTIONS there"
        case Saw.ORIGIN if seen.status == 400:
            return f"{forwards}; and {rules}"
        case Saw.ORIGIN:
            return rules
    return "that is no answer to a preflight"


def _allowed(site: Site, seen: Seen, origin: str, cors: Cors) -> Judgement:
    given = seen.headers.get("access-control-allow-origin", "")
    if given != origin and (given != "*" or cors.credentials):
        why = f"Access-Control-Allow-Origin is {given or 'not there'}"
    elif cors.credentials and seen.headers.get("access-control-allow-credentials") != "true":
        why = "Access-Control-Allow-Credentials is not there, so browsers send no cookies"
    else:
        return HELD
    return Judgement(
        Verdict.KEPT_OUT, why, f"compare http.cors with what is shown by: {site.scene.command('plan')}"
    )
