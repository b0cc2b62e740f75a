"""A fake S3 with a latency of 30 ms, to measure object grants.

It implements the three calls of a grant, checks no signatures, and stores nothing. Every bucket exists, and its name
contains the number of its objects: `objects-1000` has a thousand.

    python -m benchmarks.slow_s3        prints its URL, then serves until it is stopped
    GET /-/<bucket>                     the number of objects with an ACL, without latency
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
"""The stored ACLs by bucket and key."""


async def answer(method: str, target: str, body: str) -> tuple[str, str]:
    """Return status and body for one request, after the latency."""
    url = urlsplit(target)
    query = dict(parse_qsl(url.query, keep_blank_values=True))
    bucket, _, key = unquote(url.path).lstrip("/").partition("/")
    if bucket == "-":
        return "200 OK", str(len(ACLS[key]))
    await asyncio.sleep(LATENCY)
    if method == "PUT" and "acl" in query:
        ACLS[bucket][key] = body  # GET returns exactly what PUT stored
        return "200 OK", ""
    if method == "GET" and "acl" in query:
        return "200 OK", ACLS[bucket].get(key, PRIVATE)
    if method == "GET" and "list-type" in query:
        return "200 OK", page_of_keys(bucket, int(query.get("continuation-token", 0)))
    return "501 Not Implemented", "<Error><Code>NotImplemented</Code></Error>"


def page_of_keys(bucket: str, begin: int) -> str:
    """Return one page of ListObjectsV2. The continuation token is the number of keys on earlier pages."""
    size = int(re.sub(r"\D", "", bucket) or 0)
    end = min(begin + PAGE, size)
    rows = "".join(
        f"<Contents><Key>lectures/{n:06}.mp4</Key><Size>1</Size></Contents>" for n in range(begin, end)
    )
    rest = f"<IsTruncated>true</IsTruncated><NextContinuationToken>{end}</NextContinuationToken>"
    return f"<ListBucketResult {XMLNS}>{rows}{rest if end < size else ''}</ListBucketResult>"


async def serve_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serve all requests of one persistent connection."""
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
        writer.close()  # the client closed the connection


async def serve() -> None:
    """Listen on a free port of loopback, print the URL, and serve forever."""
    server = await asyncio.start_server(serve_connection, "127.0.0.1", 0)
    print("http://{}:{}".format(*server.sockets[0].getsockname()), flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
