"""The requests from the edge to an S3 bucket: CloudFront's identity, and S3's answer.

This module has the origins of a distribution, with their origin access. The viewer was judged before, and ``bucket``
answers for a bucket.
"""

from dataclasses import dataclass, replace
from typing import Any

from cfstream.sandbox.cloudfront.state import CloudFrontState
from cfstream.sandbox.edge import access_points, bucket, direct, documents, forwarding, requester
from cfstream.sandbox.edge import website as websites
from cfstream.sandbox.edge.hosts import EdgeSite
from cfstream.sandbox.edge.requester import S3Requester
from cfstream.sandbox.edge.viewer import ViewerRequest
from cfstream.sandbox.listener import Answer

Json = dict[str, Any]

_SIGNED_FOR_S3 = ("Signature", "Expires", "Key-Pair-Id")


@dataclass(frozen=True)
class OriginRequest:
    """A request of a behavior to its origin. The path is the viewer's, or an error page's."""

    state: CloudFrontState
    site: EdgeSite
    behavior: Json
    viewer: ViewerRequest
    path: str

    def header(self, name: str) -> str:
        """Return the viewer's header with this name if it is forwarded to the origin, otherwise ""."""
        sent = self.viewer.header(name)
        if not sent or name in _CONDITIONS or forwarding.passes_header(self.state, self.behavior, name):
            return sent
        return ""


def fetch(request: OriginRequest) -> Answer:
    """Return the answer of the behavior's origin; for an origin group, of the first member that does not fail.

    It is 502 for an origin without a bucket.
    """
    config, target = request.site.config, request.behavior["TargetOriginId"]
    origins = {origin["Id"]: origin for origin in config["Origins"]["Items"]}
    groups = {group["Id"]: group for group in config["OriginGroups"].get("Items", ())}
    if target not in groups:
        return _from(origins[target], request)
    group = groups[target]
    failing = group["FailoverCriteria"]["StatusCodes"]["Items"]
    first, second = (origins[member["OriginId"]] for member in group["Members"]["Items"])
    answer = _from(first, request)
    if answer.status in failing and request.viewer.method in ("GET", "HEAD", "OPTIONS"):
        return _from(second, request)
    return answer


def _from(origin: Json, request: OriginRequest) -> Answer:
    if "S3OriginConfig" not in origin:
        return _custom(origin, request)
    refused = _breaks_s3(request)
    if refused:
        return refused
    path = origin["OriginPath"] + request.path
    who, method = _requester(origin, request), request.viewer.method
    aliased = access_points.aliased(direct.alias_in(origin["DomainName"]))
    if aliased:
        return access_points.ask(aliased, path, method, who, request.header)
    return bucket.ask(origin["DomainName"], path, method, who, request.header)


def _custom(origin: Json, request: OriginRequest) -> Answer:
    """Return the answer of a custom origin. If its address is a bucket's, CloudFront's request to it is anonymous. The
    sandbox has no other origins.
    """
    viewer, path = request.viewer, origin["OriginPath"] + request.path
    website = direct.website_of(origin["DomainName"])
    if website:
        who = requester.edge_unsigned("http")
        return websites.answer(bucket.find(website), website, who, replace(viewer, path=path))
    if direct.serves(origin["DomainName"]):
        who = requester.edge_unsigned(viewer.scheme)
        return bucket.ask(origin["DomainName"], path, viewer.method, who, request.header)
    return documents.page(502, documents.BAD_GATEWAY)


# CloudFront itself handles these headers, whether or not the behavior forwards them.
_CONDITIONS = frozenset(
    {"Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"}
)


def _breaks_s3(request: OriginRequest) -> Answer | None:
    """Return S3's refusal of a forwarded Host, and of parameters that it reads as its own signature."""
    state, behavior, viewer = request.state, request.behavior, request.viewer
    if forwarding.passes_header(state, behavior, "Host"):
        return documents.s3_error(
            403,
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. Check your key and "
            "signing method.",
        )
    signed = behavior["TrustedSigners"]["Quantity"] or behavior["TrustedKeyGroups"]["Quantity"]
    names = {pair.partition("=")[0] for pair in viewer.query.split("&")} & set(_SIGNED_FOR_S3)
    if not signed and any(forwarding.passes_query(state, behavior, name) for name in names):
        return documents.s3_error(
            403,
            "AccessDenied",
            "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters",
        )
    return None


def _requester(origin: Json, request: OriginRequest) -> S3Requester:
    state, viewer = request.state, request.viewer
    control = state.controls.find(origin["OriginAccessControlId"])
    signing = control.config["SigningBehavior"] if control else "never"
    own_signature = request.header("Authorization").startswith("AWS4-HMAC-SHA256")
    if signing == "always" or (signing == "no-override" and not own_signature):
        return requester.service(request.site.arn)
    if own_signature:
        return requester.account(state.account, requester.EDGE_ADDRESS, viewer.scheme)
    return by_identity(state, origin["S3OriginConfig"]["OriginAccessIdentity"], viewer)


def by_identity(state: CloudFrontState, named: str, viewer: ViewerRequest) -> S3Requester:
    """Return CloudFront with the identity ``origin-access-identity/cloudfront/E…``, or anonymous without one."""
    identity = state.identities.find(named.rpartition("/")[2])
    return requester.identity(identity, viewer.scheme) if identity else requester.edge_unsigned(viewer.scheme)
