"""Grants on objects with plain boto3, two requests per object: `grants_boto3.py [AT_ONCE] BUCKET`.

The default is one at a time, like the 2011 script. The whole listing is kept in memory.
"""

import sys
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config

*given, bucket = sys.argv[1:]
at_once = int(given[0]) if given else 1
s3 = boto3.client("s3", config=Config(max_pool_connections=max(10, at_once)))
grant = {"Grantee": {"Type": "CanonicalUser", "ID": "b" * 64}, "Permission": "FULL_CONTROL"}


def give(key: str) -> None:
    acl = s3.get_object_acl(Bucket=bucket, Key=key)
    merged = {"Owner": acl["Owner"], "Grants": [*acl["Grants"], grant]}
    s3.put_object_acl(Bucket=bucket, Key=key, AccessControlPolicy=merged)


pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
keys = [item["Key"] for page in pages for item in page["Contents"]]
with ThreadPoolExecutor(at_once) as pool:
    list(pool.map(give, keys))
