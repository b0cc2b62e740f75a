"""The script of 2011 in today's Python: one client, one object after another, two requests for each."""

import sys

import boto3

bucket = sys.argv[1]
s3 = boto3.client("s3")
grant = {"Grantee": {"Type": "CanonicalUser", "ID": "b" * 64}, "Permission": "FULL_CONTROL"}
for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
    for item in page["Contents"]:
        acl = s3.get_object_acl(Bucket=bucket, Key=item["Key"])
        merged = {"Owner": acl["Owner"], "Grants": [*acl["Grants"], grant]}
        s3.put_object_acl(Bucket=bucket, Key=item["Key"], AccessControlPolicy=merged)
