"""Whether pages of other origins may read what a signature opens, as ``http.cors`` says."""

from collections.abc import Iterator
from dataclasses import replace

from cfstream.ports import Visit
from cfstream.proving.check import HELD, Check, Judge, Judgement
from cfstream.proving.finding import Finding, Verdict
from cfstream.proving.reading import Saw, Seen
from cfstream.proving.site import MADE_UP, Place, Site
from cfstream.spec.model import Cors


def cors_checks(site: Site, place: Place, signed: Visit, opened: Judge) -> Iterator[Check]:
    """The checks of CORS by a request that is let in; none where the spec does not speak of it."""
    cors = site.spec.http.cors
    if not isinstance(cors, Cors):
        return
    origin = next(iter(cors.origins))
    asking = "https://www.example.com" if origin == "*" else origin.replace("*", MADE_UP)

    def judge(seen: Seen) -> Judgement:
        return _allowed(seen, asking, cors) if seen.saw is Saw.OBJECT else opened(seen)

    where = "/".join(signed.url.split("/", 3)[:3])
    finding = Finding(where, place.named, "CORS", f"a page of {asking} may read it")
    plain = replace(signed, headers={"Origin": asking})
    yield Check(finding, plain, judge)
    # Players need none for GET with cookies; S3 answers it by the bucket's own CORS rules, which are not the spec's.
    claim = f"a page of {asking} may send headers of its own (preflight)"
    asked = replace(
        signed, method="OPTIONS", headers={"Origin": asking, "Access-Control-Request-Method": "GET"}
    )
    yield Check(replace(finding, brief="CORS preflight", claim=claim), asked, judge, optional=True)


def _allowed(seen: Seen, origin: str, cors: Cors) -> Judgement:
    given = seen.headers.get("access-control-allow-origin", "")
    if given != origin and (given != "*" or cors.credentials):
        why = f"Access-Control-Allow-Origin is {given or 'not there'}"
    elif cors.credentials and seen.headers.get("access-control-allow-credentials") != "true":
        why = "Access-Control-Allow-Credentials is not there, so browsers send no cookies"
    else:
        return HELD
    return Judgement(Verdict.KEPT_OUT, why, "compare http.cors with what cfstream plan shows")
