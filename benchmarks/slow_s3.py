"""A stand-in for S3 whose every answer takes 30 ms: what object grants are timed against, and nothing else.

It knows the calls that granting needs, checks no signature, and forgets everything at its end. A bucket is
there as soon as it is asked for, and its name says how many objects it has: `objects-1000` has a thousand.

    python -m benchmarks.slow_s3        prints its URL, then serves until it is ended
    GET /-/<bucket>                     how many of its objects have been given an ACL; answered at once
"""

import asyncio
import re
from collections import defaultdict
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote, urlsplit

LATENCY = 0.03
PAGE = 1000
OWNER = "a" * 64
XMLNS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
PRIVATE = (
    f"<AccessControlPolicy {XMLNS}><Owner><ID>{OWNER}</ID></Owner><AccessControlList><Grant>"
    '<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser">'
    f"<ID>{OWNER}</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant></AccessControlList>"
    "</AccessControlPolicy>"
)
OWNERSHIP = (
    f"<OwnershipControls {XMLNS}><Rule><ObjectOwnership>BucketOwnerPreferred</ObjectOwnership></Rule>"
    "</OwnershipControls>"
)

Reply = tuple[int, str]


def refusal(status: int, code: str) -> Reply:
    """An error as S3 words it."""
    return status, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>"


SETTINGS = {
    "ownershipControls": (200, OWNERSHIP),
    "policy": refusal(404, "NoSuchBucketPolicy"),
    "publicAccessBlock": refusal(404, "NoSuchPublicAccessBlockConfiguration"),
}


class SlowS3:
    """The ACLs that were put, by bucket and key, and the answers to requests."""

    def __init__(self) -> None:
        self.acls: defaultdict[str, dict[str, str]] = defaultdict(dict)

    async def answer(self, method: str, target: str, body: str) -> Reply:
        """Status and body for one request, after the latency."""
        url = urlsplit(target)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        bucket, _, key = unquote(url.path).lstrip("/").partition("/")
        if bucket == "-":
            return 200, str(len(self.acls[key]))
        await asyncio.sleep(LATENCY)
        if method == "PUT" and key and "acl" in query:
            self.acls[bucket][key] = body  # what is put is, word for word, what is got
            return 200, ""
        if method == "GET" and "acl" in query:
            return 200, self.acls[bucket].get(key, PRIVATE)
        return refusal(501, "NotImplemented") if key else of_bucket(method, bucket, query)


def of_bucket(method: str, bucket: str, query: dict[str, str]) -> Reply:
    """What a bucket says of itself: its keys, and that nothing special is set on it."""
    if method == "HEAD":
        return 200, ""
    if "list-type" in query:
        return 200, page_of_keys(bucket, query)
    return next((SETTINGS[name] for name in query if name in SETTINGS), refusal(501, "NotImplemented"))


def page_of_keys(bucket: str, query: dict[str, str]) -> str:
    """One page of ListObjectsV2; the continuation token is the number of keys that were listed before."""
    size = int(re.sub(r"\D", "", bucket) or 0)
    every = (f"lectures/{n:06}.mp4" for n in range(size))
    keys = [key for key in every if key.startswith(query.get("prefix", ""))]
    begin = int(query.get("continuation-token", 0))
    end = begin + min(PAGE, int(query.get("max-keys", PAGE)))
    rows = "".join(f"<Contents><Key>{key}</Key><Size>1</Size></Contents>" for key in keys[begin:end])
    rest = "<IsTruncated>false</IsTruncated>"
    if end < len(keys):
        rest = f"<IsTruncated>true</IsTruncated><NextContinuationToken>{end}</NextContinuationToken>"
    return f"<ListBucketResult {XMLNS}>{rows}{rest}</ListBucketResult>"


async def converse(s3: SlowS3, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection, kept alive for as many requests as the client sends."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            method, target, _ = head.split(" ", 2)
            length = re.search(r"(?im)^content-length: *(\d+)", head)
            body = await reader.readexactly(int(length[1])) if length else b""
            status, reply = await s3.answer(method, target, body.decode())
            writer.write(
                f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: application/xml\r\n"
                f"Content-Length: {len(reply)}\r\nx-amz-bucket-region: us-east-1\r\n\r\n{reply}".encode()
            )
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()  # the client has gone


async def serve() -> None:
    """Listens on a free port of loopback, says where, and never returns."""
    s3 = SlowS3()
    server = await asyncio.start_server(lambda *streams: converse(s3, *streams), "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    print(f"http://{host}:{port}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
