"""A stand-in for S3 whose every answer takes 30 ms: what object grants are timed against, and nothing else.

It knows the three calls that granting makes, checks no signature, and forgets everything at its end. A bucket is
there as soon as it is asked for, and its name says how many objects it has: `objects-1000` has a thousand.

    python -m benchmarks.slow_s3        prints its URL, then serves until it is ended
    GET /-/<bucket>                     how many of its objects have been given an ACL; answered at once
"""

import asyncio
import re
from collections import defaultdict
from urllib.parse import parse_qsl, unquote, urlsplit

LATENCY = 0.03
PAGE = 1000
XMLNS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
PRIVATE = (
    f"<AccessControlPolicy {XMLNS}><Owner><ID>{'a' * 64}</ID></Owner><AccessControlList><Grant>"
    '<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser">'
    f"<ID>{'a' * 64}</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant></AccessControlList>"
    "</AccessControlPolicy>"
)
ACLS: defaultdict[str, dict[str, str]] = defaultdict(dict)
"""What was put, by bucket and key."""


async def answer(method: str, target: str, body: str) -> tuple[str, str]:
    """Status and body for one request, after the latency."""
    url = urlsplit(target)
    query = dict(parse_qsl(url.query, keep_blank_values=True))
    bucket, _, key = unquote(url.path).lstrip("/").partition("/")
    if bucket == "-":
        return "200 OK", str(len(ACLS[key]))
    await asyncio.sleep(LATENCY)
    if method == "PUT" and "acl" in query:
        ACLS[bucket][key] = body  # what is put is, word for word, what is got
        return "200 OK", ""
    if method == "GET" and "acl" in query:
        return "200 OK", ACLS[bucket].get(key, PRIVATE)
    if method == "GET" and "list-type" in query:
        return "200 OK", page_of_keys(bucket, int(query.get("continuation-token", 0)))
    return "501 Not Implemented", "<Error><Code>NotImplemented</Code></Error>"


def page_of_keys(bucket: str, begin: int) -> str:
    """One page of ListObjectsV2; the continuation token is the number of keys that were listed before."""
    size = int(re.sub(r"\D", "", bucket) or 0)
    end = min(begin + PAGE, size)
    rows = "".join(
        f"<Contents><Key>lectures/{n:06}.mp4</Key><Size>1</Size></Contents>" for n in range(begin, end)
    )
    rest = f"<IsTruncated>true</IsTruncated><NextContinuationToken>{end}</NextContinuationToken>"
    return f"<ListBucketResult {XMLNS}>{rows}{rest if end < size else ''}</ListBucketResult>"


async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection, kept alive for as many requests as the client sends."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            method, target, _ = head.split(" ", 2)
            length = re.search(r"(?im)^content-length: *(\d+)", head)
            body = await reader.readexactly(int(length[1])) if length else b""
            status, reply = await answer(method, target, body.decode())
            writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(reply)}\r\n\r\n{reply}".encode())
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()  # the client has gone


async def serve() -> None:
    """Listens on a free port of loopback, says where, and never returns."""
    server = await asyncio.start_server(converse, "127.0.0.1", 0)
    print("http://{}:{}".format(*server.sockets[0].getsockname()), flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
