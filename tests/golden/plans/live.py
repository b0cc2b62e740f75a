"""Create what is live in a golden case: ``live.json``, a list of resources that are created in order.

The first key of each object names the type; `CREATE` lists these keys. ``as`` gives its id a name. A text
that is only that name is then replaced by the id.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

from moto.moto_api._internal import mock_random

from cfstream.spec.load import load
from cfstream.steps.hazards import HazardName
from cfstream.testing.certificates import imported
from tests.world.account import SandboxAccount
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
from tests.world.specs import filled

Resource = Mapping[str, Any]

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


WIDTH = 80
"""The width of plans, unless `live.json` has another one."""


def set_up(account: SandboxAccount, file: Path) -> int:
    """Create everything in the file, and return the width of the plan."""
    width = WIDTH
    for resource in json.loads(file.read_text(encoding="utf-8")):
        if "width" in resource:
            width = int(resource["width"])
            continue
        whole = filled(resource, account.ids)
        created = CREATE[next(iter(whole))](account, whole)
        if "as" in whole:
            _remember(account, whole["as"], str(created))
    return width


def _remember(account: SandboxAccount, name: str, id_: str) -> None:
    """Store an id; for an identity also its forms in an origin and in a policy."""
    account.ids[name] = id_
    account.ids[f"{name}-in-origin"] = f"origin-access-identity/cloudfront/{id_}"
    account.ids[f"{name}-in-policy"] = f"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {id_}"


def _real(account: SandboxAccount, resource: Resource) -> None:
    account.world = replace(account.world, real_aws=bool(resource["real_aws"]))


def _apply(account: SandboxAccount, resource: Resource) -> None:
    for spec in resource["apply"]:
        # From here and not from its folder: the keys that it names are here.
        text = Path(spec).read_text(encoding="utf-8")
        _, report = run(load(["-"], stdin=StringIO(text)), account.world, allow=tuple(HazardName))
        assert report.exit_code == 0, report
    if "keys_made" in resource:
        created_at = datetime.fromisoformat(resource["keys_made"]).timestamp()
        for key in account.sandbox.cloudfront.state.public_keys:
            key.created = created_at
        for group in account.sandbox.cloudfront.state.key_groups:
            group.modified = created_at


def _bucket(account: SandboxAccount, resource: Resource) -> None:
    name, region = resource["bucket"], resource.get("region", "us-east-1")
    s3 = account.clients("s3", region)
    placed: dict[str, Any] = {} if region == "us-east-1" else {"LocationConstraint": region}
    s3.create_bucket(
        Bucket=name,
        ObjectOwnership=resource.get("ownership", "BucketOwnerEnforced"),
        **({"CreateBucketConfiguration": placed} if placed else {}),
    )
    if resource.get("block") is False:
        s3.delete_public_access_block(Bucket=name)
    if "encryption" in resource:
        rule = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": resource["encryption"]}
        s3.put_bucket_encryption(
            Bucket=name,
            ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": rule}]},
        )
    for key in resource.get("objects", ()):
        s3.put_object(Bucket=name, Key=key, Body=b"-")


def _policy(account: SandboxAccount, resource: Resource) -> None:
    """Add statements to the policy, as someone else would."""
    s3, bucket = account.clients("s3"), resource["of"]
    try:
        policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except s3.exceptions.ClientError:
        policy = {"Version": "2012-10-17", "Statement": []}
    policy["Statement"] += resource["statements"]
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


def _certificate(account: SandboxAccount, resource: Resource) -> str:
    mock_random.seed(2026)  # so that its ARN is always the same
    return imported(account.clients("acm"), *resource["certificate"])


def _zone(account: SandboxAccount, resource: Resource) -> str:
    mock_random.seed(2028)
    created = account.clients("route53").create_hosted_zone(Name=resource["zone"], CallerReference="by-hand")
    return str(created["HostedZone"]["Id"])


def _encryption_key(account: SandboxAccount, resource: Resource) -> str:
    mock_random.seed(2027)
    created = account.clients("kms").create_key(Description=resource["encryption_key"])
    return str(created["KeyMetadata"]["KeyId"])


def _distribution(account: SandboxAccount, resource: Resource) -> str:
    return str(make(account.cloudfront, config("by-hand", **resource["distribution"]))["Id"])


def _streaming(account: SandboxAccount, resource: Resource) -> str:
    return str(make_streaming(account.cloudfront, streaming_config("by-hand", **resource["streaming"]))["Id"])


def _identity(account: SandboxAccount, resource: Resource) -> str:
    return str(make_identity(account.cloudfront, resource["identity"], resource["identity"])["Id"])


def fill(account: SandboxAccount, file: Path) -> None:
    """Replace the names of ids in a spec's file."""
    text = file.read_text(encoding="utf-8")
    for name, id_ in account.ids.items():
        text = text.replace(name, id_)
    file.write_text(text, encoding="utf-8")


def _group(account: SandboxAccount, resource: Resource) -> str:
    keys = [make_key(account.cloudfront, key) for key in resource["keys"]]
    return make_group(account.cloudfront, resource["group"], *keys)


CREATE: Mapping[str, Callable[[SandboxAccount, Resource], str | None]] = {
    "real_aws": _real,
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
