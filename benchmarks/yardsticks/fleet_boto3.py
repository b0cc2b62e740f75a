"""The calls of a plan without changes, with plain boto3 and 8 threads: `fleet_boto3.py [warm]`, with AWS_ENDPOINT_URL.

It makes the calls that cfstream makes for all distributions of an account, and compares nothing. With ``warm`` it
leaves out the distributions, as cfstream does with a warm cache.
"""

import os
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import boto3
from botocore.config import Config

AT_ONCE = 8
LISTS = (
    ("list_streaming_distributions", "StreamingDistributionList"),
    ("list_cloud_front_origin_access_identities", "CloudFrontOriginAccessIdentityList"),
    ("list_origin_access_controls", "OriginAccessControlList"),
    ("list_key_groups", "KeyGroupList"),
    ("list_public_keys", "PublicKeyList"),
)
OF_BUCKET = ("get_bucket_policy", "get_bucket_ownership_controls", "get_public_access_block")


def read(endpoint: str, *, warm: bool = False, each: bool = True) -> int:
    """Read everything about all distributions of the account, or without `each` only the lists.

    Return how many there are.
    """
    config = Config(max_pool_connections=AT_ONCE, s3={"addressing_style": "path"})
    session = boto3.Session("sandbox", "sandbox", region_name="us-east-1")
    clients = {
        name: session.client(name, endpoint_url=endpoint, config=config)
        for name in ("sts", "cloudfront", "s3", "s3control", "resourcegroupstaggingapi")
    }
    # An emulator has no host name for each account.
    clients["s3control"].meta.events.register("before-call.s3-control", _without_account)
    account = clients["sts"].get_caller_identity()["Account"]
    cloudfront, s3 = clients["cloudfront"], clients["s3"]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        waiting: list[Future[Any]] = [pool.submit(listed, cloudfront, *names) for names in LISTS]
        waiting += [
            pool.submit(s3.list_buckets, MaxBuckets=1000),
            pool.submit(clients["s3control"].list_access_points, AccountId=account),
            pool.submit(tags, clients["resourcegroupstaggingapi"]),
        ]
        distributions = listed(cloudfront, "list_distributions", "DistributionList")
        for distribution in distributions if each else ():
            bucket = distribution["Origins"]["Items"][0]["DomainName"].partition(".")[0]
            if not warm:
                waiting.append(pool.submit(cloudfront.get_distribution, Id=distribution["Id"]))
            waiting += [pool.submit(getattr(s3, operation), Bucket=bucket) for operation in OF_BUCKET]
        for call in waiting:
            call.result()
    return len(distributions)


def listed(cloudfront: Any, operation: str, member: str) -> list[Any]:
    """Return all rows of a list."""
    rows: list[Any] = []
    more: dict[str, str] = {}
    while True:
        page = getattr(cloudfront, operation)(MaxItems="100", **more)[member]
        rows += page.get("Items", ())
        if not page.get("NextMarker"):
            return rows
        more = {"Marker": page["NextMarker"]}


def tags(tagging: Any) -> None:
    """Read the tags of all distributions."""
    pages = tagging.get_paginator("get_resources").paginate(
        ResourceTypeFilters=["cloudfront:distribution"], ResourcesPerPage=100
    )
    for _ in pages:
        pass


def _without_account(params: Any, **_: Any) -> None:
    account = params["headers"].get("x-amz-account-id", "")
    params["url"] = params["url"].replace(f"://{account}.", "://", 1)


if __name__ == "__main__":
    print(read(os.environ["AWS_ENDPOINT_URL"], warm="warm" in sys.argv))
