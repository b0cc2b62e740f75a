"""An account in the sandbox: specs are applied to it, and its resources are read and changed as by other people."""

import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from cfstream.applying import Report
from cfstream.planning import Plan, StackPlan
from cfstream.ports import Writes
from cfstream.spec.load import Stack, load
from cfstream.testing.certificates import imported
from cfstream.workflow import apply_plan, make_plan
from tests.world.clock import QuickClock
from tests.world.plans import told
from tests.world.sandbox import Sandbox, States
from tests.world.specs import FILES, KEYS, ONE

Json = dict[str, Any]


class SandboxAccount:
    """One account and a folder for specs. Methods plan and apply specs, or act like another user of the account."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.clients = sandbox.clients
        self.cloudfront: Any = self.clients("cloudfront")
        self.s3: Any = self.clients("s3")
        self.clock = QuickClock()
        self.world = sandbox.world_at(self.clock)
        self.folder = folder
        self._numbers = itertools.count(1)
        self._states: States | None = None
        self._given = self.world
        self._key: tuple[object, ...] = ()
        self._writes = 0
        for name, file in FILES.items():
            (folder / f"{name}.pem").write_text((KEYS / f"{file}.pub.pem").read_text())

    # States that tests share

    def start_at(self, states: States, name: str, make: Callable[[], object]) -> None:
        """Make the state with this name, or restore it if it is known.

        If a test begins with `converge`, its result is a shared state, too.
        """
        states.reach(name, make)
        self._states, self._given = states, self.world
        self._reached((name,))

    def _reached(self, key: tuple[object, ...]) -> None:
        self._key, self._writes = key, self.sandbox.writes

    def _next_key(self, *call: object) -> tuple[object, ...] | None:
        """Return the key of the state after a call; None if the test has changed anything since the last state."""
        if self._states is None or self.world is not self._given or self.sandbox.writes != self._writes:
            return None
        keys = tuple((file.name, file.read_bytes()) for file in sorted(self.folder.glob("*.pem")))
        return (*self._key, *call, keys, repr(self.sandbox.cloudfront.settings), self.clock.slept)

    # What cfstream does

    def load(self, *documents: Json) -> tuple[Stack, ...]:
        """Return the stacks of these specs, each in its own file."""
        paths = [self.folder / f"{next(self._numbers)}.yaml" for _ in documents]
        for path, document in zip(paths, documents, strict=True):
            path.write_text(json.dumps(document))
        return load([str(path) for path in paths])

    def plan(self, *documents: Json) -> Plan:
        """Return the plan for these specs."""
        return make_plan(self.load(*documents), self.world)

    def stack(self, document: Json) -> StackPlan:
        """Return the plan of this stack."""
        return self.plan(document).stacks[0]

    def run(
        self, plan: Plan, *, allow: Sequence[str] = (), port: Writes | None = None, **terms: Any
    ) -> Report:
        """Apply an existing plan, through another world if one is given."""
        world = replace(self.world, aws=port) if port is not None else self.world
        return apply_plan(plan, world, **{"allow": frozenset(allow), **terms})

    def apply(
        self, *documents: Json, allow: Sequence[str] = (), port: Writes | None = None, **terms: Any
    ) -> Report:
        """Plan and apply."""
        return self.run(self.plan(*documents), allow=allow, port=port, **terms)

    def converge(self, *documents: Json, allow: Sequence[str] = ()) -> Plan:
        """Plan and apply, and check that everything is done and that the next plan is empty."""
        key = self._next_key("converge", json.dumps(documents), tuple(allow))
        if key is None or self._states is None:
            return self._converge(*documents, allow=allow)
        slept = self.clock.slept
        plan, after = self._states.reach(
            key, lambda: (self._converge(*documents, allow=allow), self.clock.slept - slept)
        )
        self.clock.slept = slept + after
        self._reached(key)
        return plan

    def _converge(self, *documents: Json, allow: Sequence[str]) -> Plan:
        plan = self.plan(*documents)
        report = self.run(plan, allow=allow)
        assert report.exit_code == 0, told(report)
        left = self.plan(*documents)
        assert not left.stacks or left.in_sync, [
            (one.id, one.because, one.changes) for stack in left.stacks for one in stack.steps
        ]
        return plan

    # What another user of the account does

    def bucket(self, name: str = "media", *keys: str, **settings: Any) -> str:
        """Create a bucket by hand, closed to the public, with objects of these keys."""
        self.s3.create_bucket(Bucket=name, **settings)
        self.s3.put_public_access_block(
            Bucket=name,
            PublicAccessBlockConfiguration=dict.fromkeys(
                ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
            ),
        )
        for one in keys:
            self.s3.put_object(Bucket=name, Key=one, Body=b"-")
        return name

    def unblocked(self, name: str = "media") -> None:
        """Remove the bucket's block of public access."""
        self.s3.delete_public_access_block(Bucket=name)

    def distributions(self) -> list[Json]:
        """Return every distribution, of both deliveries, as a list shows it."""
        rows = self.cloudfront.list_distributions()["DistributionList"].get("Items", [])
        streaming = self.cloudfront.list_streaming_distributions()["StreamingDistributionList"].get(
            "Items", []
        )
        return [*rows, *streaming]

    def id(self, stack: str = "lectures") -> str:
        """The id of the distribution with the stack's name."""
        named = [
            row["Id"] for row in self.distributions() if self.tags(row["ARN"]).get("cfstream:name") == stack
        ]
        (only,) = named
        return str(only)

    def live(self, stack: str = "lectures") -> Json:
        """Return the stack's distribution."""
        distribution: Json = self.cloudfront.get_distribution(Id=self.id(stack))["Distribution"]
        return distribution

    def config(self, stack: str = "lectures") -> Json:
        """Return the config of the stack's distribution."""
        config: Json = self.live(stack)["DistributionConfig"]
        return config

    def streaming(self, stack: str = "lectures") -> Json:
        """Return the config of the stack's streaming distribution."""
        reply = self.cloudfront.get_streaming_distribution_config(Id=self.id(stack))
        config: Json = reply["StreamingDistributionConfig"]
        return config

    def tags(self, arn: str) -> dict[str, str]:
        """Return the tags of a distribution."""
        items = self.cloudfront.list_tags_for_resource(Resource=arn)["Tags"].get("Items", [])
        return {tag["Key"]: tag.get("Value", "") for tag in items}

    def edit(self, change: Callable[[Json], None], stack: str = "lectures", id_: str = "") -> None:
        """Change the config of a distribution by hand."""
        distribution = id_ or self.id(stack)
        reply = self.cloudfront.get_distribution_config(Id=distribution)
        change(reply["DistributionConfig"])
        self.cloudfront.update_distribution(
            Id=distribution, IfMatch=reply["ETag"], DistributionConfig=reply["DistributionConfig"]
        )

    def edit_streaming(self, change: Callable[[Json], None], stack: str = "lectures") -> None:
        """Change the config of a streaming distribution by hand."""
        distribution = self.id(stack)
        reply = self.cloudfront.get_streaming_distribution_config(Id=distribution)
        change(reply["StreamingDistributionConfig"])
        self.cloudfront.update_streaming_distribution(
            Id=distribution,
            IfMatch=reply["ETag"],
            StreamingDistributionConfig=reply["StreamingDistributionConfig"],
        )

    def policy(self, bucket: str = "media") -> Json | None:
        """Return the bucket's policy; None if there is none."""
        try:
            document: Json = json.loads(self.s3.get_bucket_policy(Bucket=bucket)["Policy"])
        except ClientError:
            return None
        return document

    def statements(self, bucket: str = "media") -> dict[str, Json]:
        """Return the statements of the bucket's policy by their Sids."""
        return {each.get("Sid", ""): each for each in (self.policy(bucket) or {"Statement": []})["Statement"]}

    def put_policy(self, *statements: Json, bucket: str = "media") -> None:
        """Replace the bucket's policy by hand."""
        document = {"Version": "2012-10-17", "Statement": list(statements)}
        self.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(document))

    def grants(self, name: str, bucket: str = "media") -> dict[str, list[str]]:
        """Return the permissions that an object's ACL gives, by grantee."""
        given: dict[str, list[str]] = {}
        for grant in self.s3.get_object_acl(Bucket=bucket, Key=name)["Grants"]:
            grantee = grant["Grantee"].get("ID") or grant["Grantee"].get("URI")
            given.setdefault(grantee, []).append(grant["Permission"])
        return given

    def identities(self) -> dict[str, Json]:
        """Return every OAI by its id."""
        listed = self.cloudfront.list_cloud_front_origin_access_identities()
        rows = listed["CloudFrontOriginAccessIdentityList"].get("Items", [])
        return {row["Id"]: row for row in rows}

    def controls(self) -> dict[str, Json]:
        """Return every OAC by its id."""
        rows = self.cloudfront.list_origin_access_controls()["OriginAccessControlList"].get("Items", [])
        return {row["Id"]: row for row in rows}

    def groups(self) -> dict[str, Json]:
        """Return every key group by its name, with its id as ``Id``."""
        rows = self.cloudfront.list_key_groups()["KeyGroupList"].get("Items", [])
        configs = [{**row["KeyGroup"]["KeyGroupConfig"], "Id": row["KeyGroup"]["Id"]} for row in rows]
        return {config["Name"]: config for config in configs}

    def keys(self) -> dict[str, Json]:
        """Return every public key by its name."""
        rows = self.cloudfront.list_public_keys()["PublicKeyList"].get("Items", [])
        return {row["Name"]: row for row in rows}

    def certificate(self, *names: str) -> str:
        """Create a certificate in us-east-1 for these names, and return its ARN."""
        return imported(self.clients("acm"), *names, days=30)

    def make_key(self, name: str, comment: str = "by hand", *, file: str = ONE) -> str:
        """Create a public key by hand, and return its id."""
        config = {
            "CallerReference": f"{name}-by-hand",
            "Name": name,
            "EncodedKey": (self.folder / f"{file}.pem").read_text(),
            "Comment": comment,
        }
        return str(self.cloudfront.create_public_key(PublicKeyConfig=config)["PublicKey"]["Id"])

    def make_group(self, name: str, *keys: str, comment: str = "by hand") -> str:
        """Create a key group by hand, and return its id."""
        config = {"Name": name, "Items": list(keys), "Comment": comment}
        return str(self.cloudfront.create_key_group(KeyGroupConfig=config)["KeyGroup"]["Id"])

    def make_identity(self, comment: str = "by hand", reference: str = "by-hand") -> str:
        """Create an OAI by hand, and return its id."""
        config = {"CallerReference": reference, "Comment": comment}
        made = self.cloudfront.create_cloud_front_origin_access_identity(
            CloudFrontOriginAccessIdentityConfig=config
        )
        return str(made["CloudFrontOriginAccessIdentity"]["Id"])
