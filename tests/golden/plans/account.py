"""Create what is live in a golden case: ``live.json``, a list of resources that are created in order.

The first key of each object names the type; `GoldenAccount.MAKERS` lists these keys. ``as`` gives its id a name. A text
that is only that name is then replaced by the id.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any, ClassVar

from moto.moto_api._internal import mock_random

from cfstream.ports import World
from cfstream.spec.load import load
from cfstream.steps.hazards import HazardName
from cfstream.testing.certificates import imported
from tests.laws.account import filled
from tests.world.clock import QuickClock
from tests.world.configs import (
    config,
    make,
    make_group,
    make_identity,
    make_key,
    make_streaming,
    streaming_config,
)
from tests.world.running import run
from tests.world.sandbox import Sandbox

Thing = Mapping[str, Any]

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


class GoldenAccount:
    """The sandbox, empty, with a fixed clock."""

    def __init__(self, sandbox: Sandbox) -> None:
        sandbox.reset()
        self.sandbox = sandbox
        self.clients = sandbox.clients
        self.cloudfront = self.clients("cloudfront")
        self.world: World = sandbox.world_at(QuickClock(NOW))
        self.width = 80
        self.ids: dict[str, str] = {}

    def set_up(self, file: Path) -> None:
        """Create everything in the file."""
        for thing in json.loads(file.read_text(encoding="utf-8")):
            whole = filled(thing, self.ids)
            made = self.MAKERS[next(iter(whole))](self, whole)
            if "as" in whole:
                self._remember(whole["as"], str(made))

    def _remember(self, name: str, id_: str) -> None:
        """Store an id; for an identity also its forms in an origin and in a policy."""
        self.ids[name] = id_
        self.ids[f"{name}-in-origin"] = f"origin-access-identity/cloudfront/{id_}"
        self.ids[f"{name}-in-policy"] = (
            f"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {id_}"
        )

    def _real(self, thing: Thing) -> None:
        self.world = replace(self.world, real_aws=bool(thing["real_aws"]))

    def _width(self, thing: Thing) -> None:
        self.width = int(thing["width"])

    def _apply(self, thing: Thing) -> None:
        for spec in thing["apply"]:
            # From here and not from its folder: the keys that it names are here.
            text = Path(spec).read_text(encoding="utf-8")
            _, report = run(load(["-"], stdin=StringIO(text)), self.world, allow=tuple(HazardName))
            assert report.exit_code == 0, report
        if "keys_made" in thing:
            made = datetime.fromisoformat(thing["keys_made"]).timestamp()
            for key in self.sandbox.cloudfront.world.public_keys:
                key.created = made
            for group in self.sandbox.cloudfront.world.key_groups:
                group.modified = made

    def _bucket(self, thing: Thing) -> None:
        name, region = thing["bucket"], thing.get("region", "us-east-1")
        s3 = self.clients("s3", region)
        placed: dict[str, Any] = {} if region == "us-east-1" else {"LocationConstraint": region}
        s3.create_bucket(
            Bucket=name,
            ObjectOwnership=thing.get("ownership", "BucketOwnerEnforced"),
            **({"CreateBucketConfiguration": placed} if placed else {}),
        )
        if thing.get("block") is False:
            s3.delete_public_access_block(Bucket=name)
        if "encryption" in thing:
            rule = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": thing["encryption"]}
            s3.put_bucket_encryption(
                Bucket=name,
                ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": rule}]},
            )
        for key in thing.get("objects", ()):
            s3.put_object(Bucket=name, Key=key, Body=b"-")

    def _policy(self, thing: Thing) -> None:
        """Add statements to the policy, as someone else would."""
        s3, bucket = self.clients("s3"), thing["of"]
        try:
            policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
        except s3.exceptions.ClientError:
            policy = {"Version": "2012-10-17", "Statement": []}
        policy["Statement"] += thing["statements"]
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))

    def _certificate(self, thing: Thing) -> str:
        mock_random.seed(2026)  # so that its ARN is always the same
        return imported(self.clients("acm"), *thing["certificate"])

    def _zone(self, thing: Thing) -> str:
        mock_random.seed(2028)
        made = self.clients("route53").create_hosted_zone(Name=thing["zone"], CallerReference="by-hand")
        return str(made["HostedZone"]["Id"])

    def _encryption_key(self, thing: Thing) -> str:
        mock_random.seed(2027)
        made = self.clients("kms").create_key(Description=thing["encryption_key"])
        return str(made["KeyMetadata"]["KeyId"])

    def _distribution(self, thing: Thing) -> str:
        return str(make(self.cloudfront, config("by-hand", **thing["distribution"]))["Id"])

    def _streaming(self, thing: Thing) -> str:
        return str(make_streaming(self.cloudfront, streaming_config("by-hand", **thing["streaming"]))["Id"])

    def _identity(self, thing: Thing) -> str:
        return str(make_identity(self.cloudfront, thing["identity"], thing["identity"])["Id"])

    def spec(self, file: Path) -> None:
        """Replace the names of ids in a spec."""
        text = file.read_text(encoding="utf-8")
        for name, id_ in self.ids.items():
            text = text.replace(name, id_)
        file.write_text(text, encoding="utf-8")

    def _group(self, thing: Thing) -> str:
        keys = [make_key(self.cloudfront, key) for key in thing["keys"]]
        return make_group(self.cloudfront, thing["group"], *keys)

    MAKERS: ClassVar[Mapping[str, Callable[["GoldenAccount", Thing], str | None]]] = {
        "real_aws": _real,
        "width": _width,
        "apply": _apply,
        "bucket": _bucket,
        "statements": _policy,
        "certificate": _certificate,
        "zone": _zone,
        "encryption_key": _encryption_key,
        "distribution": _distribution,
        "streaming": _streaming,
        "identity": _identity,
        "group": _group,
    }
