"""The account of the laws: what every spec may refer to, and stacks that are planned and applied in it."""

import json
from collections.abc import Mapping
from io import StringIO
from typing import Any

from cfstream.applying import Report
from cfstream.planning import Plan
from cfstream.ports import World
from cfstream.spec.load import Stack, load
from cfstream.steps.hazards import HazardName
from cfstream.testing.certificates import imported
from cfstream.workflow import make_plan
from tests.laws.language import BUCKETS, FOREIGN_GROUP, FUNCTIONS, OWN_POLICY, ZONE, Spec
from tests.world.clock import QuickClock
from tests.world.configs import (
    behavior,
    config,
    listing,
    make,
    make_control,
    make_function,
    make_group,
    make_identity,
    make_key,
    make_streaming,
    origin,
    streaming_config,
)
from tests.world.running import run
from tests.world.sandbox import Sandbox

OBJECTS = ("published/lecture.mp4", "films/one.mp4", "a b/ü/two.mp4", "three.mp4")


class LawsAccount:
    """One account in the sandbox. `begin` empties it and creates what specs refer to."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.clients = sandbox.clients
        self.cloudfront = self.clients("cloudfront")
        self.world: World = sandbox.world_at(QuickClock())
        self.ids: dict[str, str] = {}
        """What the words of specs stand for that begin with ``@``."""

    def begin(self) -> None:
        """Reset, and create buckets, a certificate, and resources of others that specs may use."""
        self.sandbox.reset()
        for bucket, region in BUCKETS.items():
            self._bucket(bucket, region)
        self.clients("s3").create_bucket(Bucket="lectures-logs", ObjectOwnership="BucketOwnerPreferred")
        policy = {"Name": OWN_POLICY, "MinTTL": 1}
        made = self.cloudfront.create_cache_policy(CachePolicyConfig=policy)["CachePolicy"]
        self.ids = {
            "@policy": str(made["Id"]),
            "@certificate": imported(self.clients("acm"), "example.com", "*.example.com"),
            "@control": str(make_control(self.cloudfront, "theirs")["Id"]),
            "@identity": str(make_identity(self.cloudfront, "theirs", "of the newsroom")["Id"]),
            "@group": make_group(self.cloudfront, "partners", make_key(self.cloudfront, "partner-key")),
        }
        for name in FUNCTIONS:
            self.ids[f"@{name}"] = make_function(self.cloudfront, name)
        self._zone()
        make_group(self.cloudfront, FOREIGN_GROUP, make_key(self.cloudfront, "newsroom-key"))

    def make_adopted(self, spec: Spec) -> None:
        """Create the distribution that a spec with ``adopt`` takes over."""
        if "adopt" not in spec:
            return
        bucket = spec["bucket"]
        if spec.get("delivery") == "rtmp":
            source = {"DomainName": f"{bucket}.s3.amazonaws.com", "OriginAccessIdentity": ""}
            made = make_streaming(self.cloudfront, streaming_config("by-hand", S3Origin=source))
        else:
            source = origin(Id="films", DomainName=f"{bucket}.s3.{BUCKETS[bucket]}.amazonaws.com")
            made = make(
                self.cloudfront,
                config(
                    "by-hand",
                    Origins=listing(source),
                    DefaultCacheBehavior=behavior(TargetOriginId="films"),
                ),
            )
        self.ids["@adopted"] = str(made["Id"])

    def stack(self, spec: Spec) -> Stack:
        """Return the loaded spec, with ids in place of its placeholders. Raises SpecProblems."""
        text = json.dumps(filled(spec, self.ids), ensure_ascii=False)
        return load(["-"], stdin=StringIO(text))[0]

    def plan(self, spec: Spec) -> Plan:
        """Return the plan of one spec."""
        return make_plan([self.stack(spec)], self.world)

    def apply(self, spec: Spec) -> tuple[Plan, Report]:
        """Plan and apply one spec, with every hazard allowed."""
        return run([self.stack(spec)], self.world, allow=tuple(HazardName))

    def _zone(self) -> None:
        """Create a hosted zone, with a record of someone else."""
        route53 = self.clients("route53")
        made = route53.create_hosted_zone(Name=ZONE, CallerReference="theirs")
        self.ids["@zone"] = made["HostedZone"]["Id"]
        record = {
            "Name": f"news.{ZONE}",
            "Type": "CNAME",
            "TTL": 300,
            "ResourceRecords": [{"Value": "a.example.org"}],
        }
        batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
        route53.change_resource_record_sets(HostedZoneId=self.ids["@zone"], ChangeBatch=batch)

    def _bucket(self, name: str, region: str) -> None:
        s3 = self.clients("s3", region)
        elsewhere = {} if region == "us-east-1" else {"LocationConstraint": region}
        placed: dict[str, Any] = {"CreateBucketConfiguration": elsewhere} if elsewhere else {}
        s3.create_bucket(Bucket=name, ObjectOwnership="BucketOwnerPreferred", **placed)
        for key in OBJECTS:
            s3.put_object(Bucket=name, Key=key, Body=b"-")


def filled(value: Any, ids: Mapping[str, str]) -> Any:
    """Return the spec with the placeholders that start with ``@`` replaced by ids."""
    match value:
        case dict():
            return {name: filled(item, ids) for name, item in value.items()}
        case list():
            return [filled(item, ids) for item in value]
        case str():
            return ids.get(value, value)
    return value
