"""The minimum reads of a plan with plain boto3: the bucket, the list, one configuration."""

import sys

import boto3

bucket = sys.argv[1]
session = boto3.Session()
session.client("s3").head_bucket(Bucket=bucket)
cloudfront = session.client("cloudfront")
distributions = cloudfront.list_distributions()["DistributionList"]["Items"]
ours = next(d for d in distributions if d["Origins"]["Items"][0]["DomainName"].startswith(f"{bucket}.s3"))
print(cloudfront.get_distribution_config(Id=ours["Id"])["ETag"])
