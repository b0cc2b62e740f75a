"""GetResources of the tagging API, including the CloudFront resources that moto's does not have.

This is the JSON of that one operation; the tags are CloudFront's. As on AWS, CloudFront's resources are only in
us-east-1, and resources without tags are never included.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from cfstream.sandbox.cloudfront import CloudFront
from cfstream.sandbox.listener import Answer, Environ

HOME_REGION = "us-east-1"
PAGE = 50

_REGION = re.compile(r"Credential=[^/]+/\d{8}/us-east-1/")

Json = dict[str, Any]


def answer(
    environ: Environ, body: bytes, cloudfront: CloudFront, moto: Callable[[Environ], Answer]
) -> Answer:
    """Answer GetResources: moto's answer with CloudFront's resources after its last page, or only CloudFront's.

    A PaginationToken of the sandbox is the offset into CloudFront's resources. moto answers other operations.
    """
    if not environ.get("HTTP_X_AMZ_TARGET", "").endswith(".GetResources"):
        return moto(environ)
    asked: Json = json.loads(body or b"{}")
    types = asked.get("ResourceTypeFilters", [])
    ours_alone = bool(types) and all(kind.split(":")[0] == "cloudfront" for kind in types)
    token = asked.get("PaginationToken", "")
    theirs: Json = {"ResourceTagMappingList": [], "PaginationToken": ""}
    if not ours_alone and not token.startswith("cloudfront:"):
        reply = moto(environ)
        if reply.status != 200:
            return reply
        theirs = json.loads(reply.body)
        if theirs.get("PaginationToken"):
            return reply
    page, token = _page(
        list(_matching(asked, environ, cloudfront)), token, asked.get("ResourcesPerPage", PAGE)
    )
    listed = {"ResourceTagMappingList": theirs["ResourceTagMappingList"] + page, "PaginationToken": token}
    return Answer(200, [("Content-Type", "application/x-amz-json-1.1")], json.dumps(listed).encode())


def _page(rows: list[Json], token: str, size: int) -> tuple[list[Json], str]:
    start = int(token.removeprefix("cloudfront:") or 0)
    more = start + size < len(rows)
    return rows[start : start + size], f"cloudfront:{start + size}" if more else ""


def _matching(asked: Json, environ: Environ, cloudfront: CloudFront) -> Iterator[Json]:
    if not _REGION.search(environ.get("HTTP_AUTHORIZATION", "")):
        return
    for record in cloudfront.distributions():
        if record.tags and _asked_for(record.arn, record.tags, asked):
            tags = [{"Key": key, "Value": value} for key, value in record.tags.items()]
            yield {"ResourceARN": record.arn, "Tags": tags}


def _asked_for(arn: str, tags: dict[str, str], asked: Json) -> bool:
    types = asked.get("ResourceTypeFilters", [])
    kind = arn.split(":")[5].split("/", maxsplit=1)[0]
    if types and "cloudfront" not in types and f"cloudfront:{kind}" not in types:
        return False
    arns = asked.get("ResourceARNList", [])
    if arns and arn not in arns:
        return False
    return all(
        wanted["Key"] in tags and (not wanted.get("Values") or tags[wanted["Key"]] in wanted["Values"])
        for wanted in asked.get("TagFilters", [])
    )
