"""What every spec of the laws may refer to in the account."""

from collections.abc import Mapping
from typing import Any

from cfstream.steps.hazards import HazardName
from cfstream.testing.certificates import imported
from tests.laws.language import BUCKETS, FOREIGN_GROUP, FUNCTIONS, OWN_POLICY, ZONE, Spec
from tests.world.account import SandboxAccount
from tests.world.configs import (
    behavior,
    config,
    listing,
    make,
    make_control,
    make_function,
    make_key,
    make_streaming,
    origin,
    streaming_config,
)

OBJECTS = ("published/lecture.mp4", "films/one.mp4", "a b/ü/two.mp4", "three.mp4")


EVERY_HAZARD = tuple(HazardName)


def begin(account: SandboxAccount) -> None:
    """Empty the account, and create what specs may refer to."""
    account.ids = {
        **account.sandbox.states.reach(
            "what the specs of the laws refer to", lambda: create_resources(account)
        )
    }


def create_resources(account: SandboxAccount) -> Mapping[str, str]:
    """Create buckets, a certificate, and resources of others. Return the ids for the placeholders in specs."""
    account.sandbox.reset()
    for bucket, region in BUCKETS.items():
        _bucket(account, bucket, region)
    account.s3.create_bucket(Bucket="lectures-logs", ObjectOwnership="BucketOwnerPreferred")
    policy = {"Name": OWN_POLICY, "MinTTL": 1}
    created = account.cloudfront.create_cache_policy(CachePolicyConfig=policy)["CachePolicy"]
    account.make_group(FOREIGN_GROUP, make_key(account.cloudfront, "newsroom-key"))
    return {
        "@policy": str(created["Id"]),
        "@certificate": imported(account.clients("acm"), "example.com", "*.example.com"),
        "@control": str(make_control(account.cloudfront, "theirs")["Id"]),
        "@identity": account.make_identity("of the newsroom", "theirs"),
        "@group": account.make_group("partners", make_key(account.cloudfront, "partner-key")),
        **{f"@{name}": make_function(account.cloudfront, name) for name in FUNCTIONS},
        "@zone": _zone(account),
    }


def make_adopted(account: SandboxAccount, spec: Spec) -> None:
    """Create the distribution that a spec with ``adopt`` takes over."""
    if "adopt" not in spec:
        return
    bucket = spec["bucket"]
    if spec.get("delivery") == "rtmp":
        source = {"DomainName": f"{bucket}.s3.amazonaws.com", "OriginAccessIdentity": ""}
        created = make_streaming(account.cloudfront, streaming_config("by-hand", S3Origin=source))
    else:
        source = origin(Id="films", DomainName=f"{bucket}.s3.{BUCKETS[bucket]}.amazonaws.com")
        created = make(
            account.cloudfront,
            config(
                "by-hand",
                Origins=listing(source),
                DefaultCacheBehavior=behavior(TargetOriginId="films"),
            ),
        )
    account.ids["@adopted"] = str(created["Id"])


def _zone(account: SandboxAccount) -> str:
    """Create a hosted zone, with a record of someone else."""
    route53 = account.clients("route53")
    created = route53.create_hosted_zone(Name=ZONE, CallerReference="theirs")
    record = {
        "Name": f"news.{ZONE}",
        "Type": "CNAME",
        "TTL": 300,
        "ResourceRecords": [{"Value": "a.example.org"}],
    }
    batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    route53.change_resource_record_sets(HostedZoneId=created["HostedZone"]["Id"], ChangeBatch=batch)
    return str(created["HostedZone"]["Id"])


def _bucket(account: SandboxAccount, name: str, region: str) -> None:
    s3 = account.clients("s3", region)
    elsewhere = {} if region == "us-east-1" else {"LocationConstraint": region}
    placed: dict[str, Any] = {"CreateBucketConfiguration": elsewhere} if elsewhere else {}
    s3.create_bucket(Bucket=name, ObjectOwnership="BucketOwnerPreferred", **placed)
    for key in OBJECTS:
        s3.put_object(Bucket=name, Key=key, Body=b"-")
