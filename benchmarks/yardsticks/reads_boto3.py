"""The minimum reads of a plan with plain boto3: the bucket, the list, one configuration."""

import os
import sys

import boto3
from botocore.config import Config


def read(bucket: str, endpoint: str) -> str:
    """Return the ETag of the configuration of the bucket's distribution."""
    session = boto3.Session("sandbox", "sandbox", region_name="us-east-1")
    s3 = session.client("s3", endpoint_url=endpoint, config=Config(s3={"addressing_style": "path"}))
    s3.head_bucket(Bucket=bucket)
    cloudfront = session.client("cloudfront", endpoint_url=endpoint)
    distributions = cloudfront.list_distributions()["DistributionList"]["Items"]
    own = next(d for d in distributions if d["Origins"]["Items"][0]["DomainName"].startswith(f"{bucket}.s3"))
    return str(cloudfront.get_distribution_config(Id=own["Id"])["ETag"])


if __name__ == "__main__":
    print(read(sys.argv[1], os.environ["AWS_ENDPOINT_URL"]))
