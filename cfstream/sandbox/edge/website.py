"""A bucket's website endpoint: index and error documents, for requests that the bucket allows. No routing rules.

Source: S3 User Guide, "Website endpoints", "Configuring an index document", "Configuring a custom error document".
"""

import html
from typing import Any

import xmltodict
from moto.s3.models import FakeBucket

from cfstream.sandbox.edge import bucket as buckets
from cfstream.sandbox.edge import objects, s3_access
from cfstream.sandbox.edge.requester import S3Requester
from cfstream.sandbox.edge.viewer import ViewerRequest
from cfstream.sandbox.listener import Answer

_WORDS = {
    "AccessDenied": (403, "Access Denied"),
    "MethodNotAllowed": (405, "The specified method is not allowed against this resource."),
    "NoSuchBucket": (404, "The specified bucket does not exist"),
    "NoSuchKey": (404, "The specified key does not exist."),
    "NoSuchWebsiteConfiguration": (404, "The specified bucket does not have a website configuration"),
}


def answer(bucket: FakeBucket | None, name: str, who: S3Requester, viewer: ViewerRequest) -> Answer:
    """Return the answer of a bucket's website. Its errors are HTML."""
    if bucket is None:
        return _error("NoSuchBucket", name)
    if not bucket.website_configuration:
        return _error("NoSuchWebsiteConfiguration", name)
    if viewer.method not in ("GET", "HEAD"):
        return _error("MethodNotAllowed", name)
    config = xmltodict.parse(bucket.website_configuration)["WebsiteConfiguration"]
    elsewhere = config.get("RedirectAllRequestsTo")
    if elsewhere:
        target = f"{elsewhere.get('Protocol', 'http')}://{elsewhere['HostName']}{viewer.path}"
        return Answer(301, [("Location", target), ("Server", "AmazonS3")])
    return _document(bucket, config, who, viewer)


def _document(bucket: FakeBucket, config: dict[str, Any], who: S3Requester, viewer: ViewerRequest) -> Answer:
    asked = buckets.key_of(viewer.path)
    index = (config.get("IndexDocument") or {}).get("Suffix", "")
    if index and (not asked or asked.endswith("/")):
        asked += index
    key = buckets.find_key(bucket, asked)
    if key and s3_access.may_read(bucket, key, who):
        return objects.answer(key, viewer.method, viewer.header)
    if key is None and index and buckets.find_key(bucket, f"{asked}/{index}"):
        return Answer(302, [("Location", f"{viewer.path}/"), ("Server", "AmazonS3")])
    missing = key is None and s3_access.may_list(bucket, who)
    refusal = _error("NoSuchKey" if missing else "AccessDenied", bucket.name)
    page = buckets.find_key(bucket, (config.get("ErrorDocument") or {}).get("Key", ""))
    if page and s3_access.may_read(bucket, page, who):
        return objects.answer(page, viewer.method, lambda _: "")._replace(status=refusal.status)
    return refusal


def _error(code: str, bucket: str) -> Answer:
    status, message = _WORDS[code]
    rows = f"<li>Code: {code}</li><li>Message: {message}</li><li>BucketName: {html.escape(bucket)}</li>"
    body = f"<html><head><title>{status}</title></head><body><h1>{status}</h1><ul>{rows}</ul></body></html>\n"
    return Answer(status, [("Content-Type", "text/html"), ("Server", "AmazonS3")], body.encode())
