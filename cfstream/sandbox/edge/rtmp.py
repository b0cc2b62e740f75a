"""Streaming distributions over plain HTTP. There is no RTMP server.

``/cfx/st/<stream name>?Expires=…`` replaces a player's connection, so that signed stream names can be judged as
CloudFront did until 2020 (Developer Guide of that year, "Creating a signed URL using a canned policy").
"""

import re
from urllib.parse import unquote

from cfstream.sandbox.cloudfront.state import CloudFrontState
from cfstream.sandbox.edge import bucket, documents, keys, origin, signature
from cfstream.sandbox.edge.hosts import EdgeSite
from cfstream.sandbox.edge.viewer import ViewerRequest
from cfstream.sandbox.listener import Answer

APPLICATION = "/cfx/st/"

_KIND = re.compile(r"(mp4|mp3|flv|f4v):")


def answer(state: CloudFrontState, site: EdgeSite, viewer: ViewerRequest) -> Answer:
    """Return the stream as a download; 403 without a valid signature if the distribution has trusted signers."""
    if not viewer.path.startswith(APPLICATION) or viewer.method not in ("GET", "HEAD"):
        return documents.page(404, "Streams are at /cfx/st/<stream name>, instead of rtmp.")
    kind, name = _stream(viewer.path.removeprefix(APPLICATION))
    signers = keys.of_streaming(state, site)
    if signers is not None:
        _, fields = signature.split(viewer.query)
        names = tuple(dict.fromkeys((name, unquote(name))))
        try:
            signature.admit(signature.RequestSignature(fields, names), signers, viewer.address, state.now())
        except signature.SignatureRefused as refused:
            return documents.refused(refused.code)
    return _media(state, site, viewer, kind, name)


def _stream(written: str) -> tuple[str, str]:
    """Return a stream's type, "" if the player gives none, and its name, which is in the policy."""
    plain = written.replace("%3A", ":").replace("%3a", ":")
    kind = _KIND.match(plain)
    return (kind.group(1), plain[kind.end() :]) if kind else ("", written)


def _media(state: CloudFrontState, site: EdgeSite, viewer: ViewerRequest, kind: str, name: str) -> Answer:
    """Return the object for a stream name. A player may omit its extension, which is flv unless the type differs."""
    access = site.config["S3Origin"]
    who = origin.by_identity(state, access["OriginAccessIdentity"], viewer)
    asked = [
        bucket.ask(access["DomainName"], path, viewer.method, who, viewer.header)
        for path in (f"/{name}", f"/{name}.{kind or 'flv'}")
    ]
    return next((found for found in asked if found.status < 400), asked[0])
