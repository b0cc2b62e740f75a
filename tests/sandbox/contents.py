"""Content for every service whose state is saved, and what the services show of it."""

import json
from collections.abc import Callable
from typing import Any

Client = Callable[[str], Any]

BUCKET = "lectures-media"
READER = {"Grantee": {"Type": "CanonicalUser", "ID": "a" * 64}, "Permission": "READ"}


def fill(client: Client) -> None:
    """Create a bucket with versions, ACLs and a policy, a CloudFront set-up, a zone, a certificate and a key."""
    s3, cloudfront = client("s3"), client("cloudfront")
    s3.create_bucket(Bucket=BUCKET, ObjectOwnership="ObjectWriter")
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"first", b"second" * 100_000):
        s3.put_object(Bucket=BUCKET, Key="a.mp4", Body=body, GrantRead=f"id={'a' * 64}")
    reference = {"CallerReference": "one", "Comment": "lectures"}
    identity = cloudfront.create_cloud_front_origin_access_identity(
        CloudFrontOriginAccessIdentityConfig=reference
    )["CloudFrontOriginAccessIdentity"]
    statement = {
        "Sid": "reader",
        "Effect": "Allow",
        "Principal": {"CanonicalUser": identity["S3CanonicalUserId"]},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{BUCKET}/*",
    }
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Statement": [statement]}))
    access = f"origin-access-identity/cloudfront/{identity['Id']}"
    cloudfront.create_streaming_distribution(
        StreamingDistributionConfig={
            **reference,
            "S3Origin": {"DomainName": f"{BUCKET}.s3.amazonaws.com", "OriginAccessIdentity": access},
            "TrustedSigners": {"Enabled": True, "Quantity": 1, "Items": ["self"]},
            "Enabled": True,
        }
    )
    client("route53").create_hosted_zone(Name="example.com", CallerReference="one")
    client("acm").request_certificate(DomainName="media.example.com")
    client("kms").create_key(Description="lectures")
    client("sts").get_caller_identity()


def contents(client: Client) -> Any:
    """Return what the services show of the content of `fill`."""
    s3, cloudfront = client("s3"), client("cloudfront")
    acl = s3.get_object_acl(Bucket=BUCKET, Key="a.mp4")
    streaming = cloudfront.list_streaming_distributions()["StreamingDistributionList"]["Items"][0]
    versions = s3.list_object_versions(Bucket=BUCKET)["Versions"]
    certificates = client("acm").list_certificates()["CertificateSummaryList"]
    return {
        "body": s3.get_object(Bucket=BUCKET, Key="a.mp4")["Body"].read(),
        "versions": [(row["VersionId"], row["Size"], row["LastModified"]) for row in versions],
        "acl": (acl["Owner"], acl["Grants"]),
        "policy": s3.get_bucket_policy(Bucket=BUCKET)["Policy"],
        "ownership": s3.get_bucket_ownership_controls(Bucket=BUCKET)["OwnershipControls"],
        "distribution": (streaming["Id"], streaming["DomainName"], streaming["S3Origin"]),
        "etag": cloudfront.get_streaming_distribution_config(Id=streaming["Id"])["ETag"],
        "zones": [zone["Id"] for zone in client("route53").list_hosted_zones()["HostedZones"]],
        "certificates": [(row["CertificateArn"], row["DomainName"]) for row in certificates],
        "keys": [key["KeyArn"] for key in client("kms").list_keys()["Keys"]],
    }
