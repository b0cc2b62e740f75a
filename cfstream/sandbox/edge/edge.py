"""The edge as one object: it answers viewers' requests like CloudFront.

This module has the order of the stages and the headers of every answer. Each stage is a module of its own. Every
request reads the current state, and none changes it.
"""

import random
import secrets
from collections.abc import Callable, Iterator

from cfstream.sandbox.cloudfront import CloudFront
from cfstream.sandbox.cloudfront.state import CloudFrontState
from cfstream.sandbox.edge import (
    documents,
    errors,
    headers_policy,
    hosts,
    keys,
    origin,
    path_patterns,
    rtmp,
    signature,
)
from cfstream.sandbox.edge import viewer as viewers
from cfstream.sandbox.edge.hosts import EdgeSite, Json
from cfstream.sandbox.edge.origin import OriginRequest
from cfstream.sandbox.edge.viewer import ViewerRequest
from cfstream.sandbox.listener import Answer, Environ

_VIA = "1.1 5a4d626f7820656467650a000000cafe.cloudfront.net (CloudFront)"
_POP = "LOO50-P1"


class Edge:
    """Answers for every distribution of one CloudFront.

    Not thread-safe: the caller must ensure that the state does not change during a request.
    """

    def __init__(self, cloudfront: Callable[[], CloudFront]) -> None:
        self._cloudfront = cloudfront
        self._seen: CloudFrontState | None = None
        self._errors = errors.Errors()
        self._draw = random.Random()  # noqa: S311 (not used for secrets)

    def serves(self, host: str) -> bool:
        """Return whether a Host header names a distribution by any name, or can only be meant for CloudFront."""
        name = viewers.hostname(host)
        return hosts.is_cloudfront(name) or hosts.find(name, self._sites()) is not None

    def has(self, host: str) -> bool:
        """Return whether a Host header names a distribution by any name."""
        return hosts.find(viewers.hostname(host), self._sites()) is not None

    def __call__(self, environ: Environ) -> Answer:
        """Return CloudFront's answer to a viewer."""
        return _signed_off(self._answer(viewers.of(environ)))

    @property
    def _state(self) -> CloudFrontState:
        """Return the state. After a reset, forget what was remembered of the old one."""
        state = self._cloudfront().state
        if state is not self._seen:
            self._seen = state
            self._errors = errors.Errors()
            self._draw = random.Random(f"{state.settings.shuffle_seed}:edge")  # noqa: S311
        return state

    def _sites(self) -> Iterator[EdgeSite]:
        state = self._state
        for record in state.both_kinds():
            state.settle(record)
            early = not record.settled and self._gets_new_config()
            held = None if early else record.at_edge
            yield EdgeSite(record, held or state.spread(record), reached=early or held is not None)

    def _gets_new_config(self) -> bool:
        """Return whether this viewer gets a config that is not Deployed yet."""
        return self._state.settings.edge_mixes and self._draw.random() < 0.5

    def _answer(self, viewer: ViewerRequest) -> Answer:
        site = hosts.find(viewer.hostname, self._sites())
        if site is None:
            return documents.page(403, documents.BAD_REQUEST)
        if not site.reached:
            return documents.page(503, documents.NOT_DEPLOYED)
        if not site.config["Enabled"]:
            return documents.page(403, documents.BAD_REQUEST)
        if "S3Origin" in site.config:
            return rtmp.answer(self._state, site, viewer)
        behavior = path_patterns.choose(site.config, viewer.path)
        return path_patterns.refusal(behavior, viewer) or self._within(site, behavior, viewer)

    def _within(self, site: EdgeSite, behavior: Json, viewer: ViewerRequest) -> Answer:
        """Return the answer of a behavior that allows the request's method and protocol."""
        state = self._state
        signers = keys.of_behavior(state, site, behavior)
        # Countries are checked before the behavior (AWS blog, "Charting the life of an Amazon CloudFront request").
        refused = _refused_country(site.config, viewer)
        if signers is not None and refused is None:
            try:
                signature.admit(signature.of_request(viewer), signers, viewer.address, state.now())
            except signature.SignatureRefused as refusal:
                refused = documents.refused(refusal.code)
        answer = refused or self._from_origin(site, behavior, viewer)
        if answer.status >= 400 and viewer.method != "OPTIONS":
            answer = errors.page_for(site.config, answer, lambda path: self._page(site, viewer, path))
        policy = site.at_edge.headers.get(behavior.get("ResponseHeadersPolicyId", ""))
        if policy and refused is None:
            # CloudFront's own refusals have none of these headers.
            answer = headers_policy.applied(policy, viewer, answer)
        return answer

    def _page(self, site: EdgeSite, viewer: ViewerRequest, path: str) -> Answer:
        behavior = path_patterns.choose(site.config, path)
        return origin.fetch(OriginRequest(self._state, site, behavior, viewer.unconditional(), path))

    def _from_origin(self, site: EdgeSite, behavior: Json, viewer: ViewerRequest) -> Answer:
        root = site.config["DefaultRootObject"]
        path = f"/{root}" if root and viewer.path == "/" else viewer.path
        place = (site.record.id, viewer.method, path, signature.split(viewer.query)[0])
        keeps = self._state.settings.edge_caches_errors
        answer = self._errors.again(place) if keeps else None
        if answer is None:
            answer = origin.fetch(OriginRequest(self._state, site, behavior, viewer, path))
            if keeps:
                self._errors.keep(place, site.config, answer)
        return answer


def _refused_country(config: Json, viewer: ViewerRequest) -> Answer | None:
    """Return CloudFront's refusal of a viewer's country. A viewer whose country is not known is served."""
    geo = config["Restrictions"]["GeoRestriction"]
    country = viewer.header("CloudFront-Viewer-Country")
    if not country or geo["RestrictionType"] == "none":
        return None
    served = (country in geo["Items"]) is (geo["RestrictionType"] == "whitelist")
    return None if served else documents.page(403, documents.BLOCKED_COUNTRY)


def _signed_off(answer: Answer) -> Answer:
    """Return the answer with CloudFront's own headers."""
    result = "Error" if answer.status >= 400 else "Redirect" if answer.status in (301, 307) else "Miss"
    headers = [
        *answer.headers,
        ("X-Cache", f"{result} from cloudfront"),
        ("Via", _VIA),
        ("X-Amz-Cf-Pop", _POP),
        ("X-Amz-Cf-Id", secrets.token_urlsafe(42)),
    ]
    return answer._replace(headers=headers)
