"""The answers of a bucket: objects, the list of its keys, and S3's refusals.

The requester is already known; ``s3_access`` decides what it may do.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote_plus
from xml.sax.saxutils import escape

from moto.s3.models import FakeBucket, FakeKey, s3_backends

from cfstream.sandbox.edge import cors, documents, objects, s3_access
from cfstream.sandbox.edge.requester import S3Requester
from cfstream.sandbox.listener import Answer

_BUCKET = re.compile(
    r"(?P<bucket>.+?)\.s3(?:[.-](?:dualstack\.)?(?P<region>[a-z]{2}(?:-[a-z]+)+-\d))?\.amazonaws\.com(?:\.cn)?"
)


@dataclass(frozen=True)
class BucketRequest:
    """One request to a bucket."""

    bucket: FakeBucket
    key: str
    method: str
    who: S3Requester
    header: Callable[[str], str]


def ask(domain: str, path: str, method: str, who: S3Requester, header: Callable[[str], str]) -> Answer:
    """Return the answer to a path of the bucket with this domain name."""
    named = _BUCKET.fullmatch(domain.lower())
    bucket = find(named["bucket"]) if named else None
    if method == "OPTIONS":
        return cors.preflight(bucket, header)
    if named is None or bucket is None:
        return documents.s3_error(404, "NoSuchBucket", "The specified bucket does not exist")
    if named["region"] and named["region"] != bucket.region_name:
        return elsewhere(bucket)
    asked = BucketRequest(bucket, key_of(path), method, who, header)
    answer = _listing(asked) if not asked.key else _object(asked)
    return answer._replace(headers=[*answer.headers, *cors.headers(bucket, method, header)])


def elsewhere(bucket: FakeBucket) -> Answer:
    """Return S3's 301 for a request in another region than the bucket's."""
    return documents.s3_error(
        301,
        "PermanentRedirect",
        "The bucket you are attempting to access must be addressed using the specified endpoint.",
        [("x-amz-bucket-region", bucket.region_name)],
        Endpoint=f"{bucket.name}.s3.{bucket.region_name}.amazonaws.com",
        Bucket=bucket.name,
    )


def find(name: str) -> FakeBucket | None:
    """Return the bucket with this name, in any account, or None."""
    if name not in s3_backends.bucket_accounts:
        return None
    partition, account = s3_backends.bucket_accounts[name]
    bucket: FakeBucket | None = s3_backends[account][partition].buckets.get(name)
    return bucket


def find_key(bucket: FakeBucket, name: str) -> FakeKey | None:
    """Return the latest version of the object; None if it does not exist or has a delete marker."""
    latest = bucket.keys.get(name)
    return latest if isinstance(latest, FakeKey) else None


def key_of(path: str) -> str:
    """Return the key that S3 reads from a path. It reads "+" as a space, as in a form (aws-sdk-ruby#654)."""
    return unquote_plus(path.removeprefix("/"))


def _object(asked: BucketRequest) -> Answer:
    bucket, who = asked.bucket, asked.who
    key = find_key(bucket, asked.key)
    if asked.method not in ("GET", "HEAD"):
        return _write(asked, key)
    if key is None:
        if s3_access.may_list(bucket, who):
            return documents.s3_error(404, "NoSuchKey", "The specified key does not exist.", Key=asked.key)
        return documents.s3_denied()
    if not s3_access.may_read(bucket, key, who):
        return documents.s3_denied()
    refused = s3_access.decryption_refusal(bucket, key, who)
    return documents.s3_error(*refused) if refused else objects.answer(key, asked.method, asked.header)


_WRITES = {"PUT": "s3:PutObject", "POST": "s3:PutObject", "DELETE": "s3:DeleteObject"}


def _write(asked: BucketRequest, key: FakeKey | None) -> Answer:
    action = _WRITES.get(asked.method)
    if action and s3_access.may(asked.bucket, asked.who, action, asked.key, key, permission="WRITE"):
        return documents.s3_error(
            501, "NotImplemented", "S3 would do this; the sandbox's edge does not write."
        )
    return documents.s3_denied()


def _listing(asked: BucketRequest) -> Answer:
    """Return the answer to the root of a bucket: its list, if the requester may list."""
    if asked.method not in ("GET", "HEAD") or not s3_access.may_list(asked.bucket, asked.who):
        return documents.s3_denied()
    names = sorted(name for name in asked.bucket.keys if find_key(asked.bucket, name))[:1000]
    rows = "".join(f"<Contents><Key>{escape(name)}</Key></Contents>" for name in names)
    body = f"<ListBucketResult><Name>{escape(asked.bucket.name)}</Name>{rows}</ListBucketResult>"
    headers = [("Content-Type", "application/xml"), ("Server", "AmazonS3")]
    return Answer(200, headers, f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'.encode())
