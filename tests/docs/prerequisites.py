"""Prerequisites of a block on a page: buckets, objects, key files, set-ups made by hand.

A page names one in a comment, for example ``<!-- given: the bucket lectures-media -->``.
"""

import json
import os
import re
import subprocess
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3

from cfstream.sandbox.accounts import ACCOUNT
from cfstream.testing.certificates import imported
from tests.cli.account import SmallAccount
from tests.cli.terraform_state import rows
from tests.unit.terraform.states import state_file
from tests.world.clients import clients_for
from tests.world.signing import public_pem, rsa_key

PLAYLIST = b"#EXTM3U\n#EXTINF:6,\n1.m4s\n"
"""A playlist with one segment in its folder."""


def _bucket(endpoint_url: str, _folder: Path, name: str) -> None:
    clients_for(endpoint_url)("s3").create_bucket(Bucket=name)


def _object(endpoint_url: str, _folder: Path, key: str, bucket: str) -> None:
    body = PLAYLIST if key.endswith(".m3u8") else b"a video"
    clients_for(endpoint_url)("s3").put_object(Bucket=bucket, Key=key, Body=body)


def _read_by(endpoint_url: str, _folder: Path, account: str, bucket: str, sid: str) -> None:
    s3 = clients_for(endpoint_url)("s3")
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    statement = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    policy["Statement"].append(statement)
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


def _public_key(_endpoint_url: str, folder: Path, file: str) -> None:
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(public_pem(rsa_key(path.name)))


def _function(endpoint_url: str, _folder: Path, name: str) -> None:
    clients_for(endpoint_url)("cloudfront").create_function(
        Name=name,
        FunctionConfig={"Comment": "", "Runtime": "cloudfront-js-2.0"},
        FunctionCode=b"function handler(event) { return event.request; }",
    )


def _zone(endpoint_url: str, _folder: Path, name: str) -> None:
    clients_for(endpoint_url)("route53").create_hosted_zone(Name=name, CallerReference=name)


def _certificate(endpoint_url: str, _folder: Path, name: str) -> None:
    imported(clients_for(endpoint_url)("acm"), name)


def _unsigned(endpoint_url: str, _folder: Path) -> None:
    """Remove the signers of the only distribution, and change its comment."""
    cloudfront = clients_for(endpoint_url)("cloudfront")
    (row,) = cloudfront.list_distributions()["DistributionList"]["Items"]
    live = cloudfront.get_distribution_config(Id=row["Id"])
    config = live["DistributionConfig"]
    config["DefaultCacheBehavior"]["TrustedKeyGroups"] = {"Enabled": False, "Quantity": 0}
    config["Comment"] = "test, please ignore"
    cloudfront.update_distribution(Id=row["Id"], IfMatch=live["ETag"], DistributionConfig=config)


def _later(endpoint_url: str, _folder: Path, seconds: str) -> None:
    settings = json.dumps({"clock_ahead_seconds": int(seconds)}).encode()
    request = urllib.request.Request(f"{endpoint_url}/_sandbox/settings", settings, method="PUT")
    urllib.request.urlopen(request).close()


def _account(endpoint_url: str, _folder: Path) -> None:
    SmallAccount(endpoint_url)


def _unmanaged(endpoint_url: str, _folder: Path) -> None:
    SmallAccount(endpoint_url).disown()


def _terraform(endpoint_url: str, folder: Path) -> None:
    (folder / "terraform.tfstate").write_text(state_file(*rows(SmallAccount(endpoint_url))))


def _committed(_endpoint_url: str, folder: Path, branch: str) -> None:
    no_config = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    author = ["-c", "user.name=author", "-c", "user.email=author@example.com"]
    for arguments in (["init", "-q", "-b", branch], ["add", "."], ["commit", "-qm", "before"]):
        subprocess.run(["git", *author, *arguments], cwd=folder, check=True, env={**os.environ, **no_config})


def _role(endpoint_url: str, _folder: Path, account: str, name: str) -> None:
    """Create a role that the sandbox's own account may assume."""
    session: Any = boto3.Session(account, "any", region_name="us-east-1")
    statement = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam = session.client("iam", endpoint_url=endpoint_url)
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)


PREREQUISITES: Mapping[str, Callable[..., None]] = {
    r"an account with set-ups made by hand": _account,
    r"an account with set-ups that no stack manages": _unmanaged,
    r"a certificate for (\S+)": _certificate,
    r"an account and its Terraform state": _terraform,
    r"the signers removed by hand, and the comment changed": _unsigned,
    r"the account (\d+) reads (\S+) by the statement (\S+)": _read_by,
    r"(\d+) seconds later": _later,
    r"all of this, committed on (\S+)": _committed,
    r"the bucket (\S+)": _bucket,
    r"the function (\S+), not published": _function,
    r"the hosted zone (\S+)": _zone,
    r"the object (\S+) in (\S+)": _object,
    r"the public key (\S+)": _public_key,
    r"the role arn:aws:iam::(\d+):role/(\S+)": _role,
}


def create(name: str, endpoint_url: str, folder: Path) -> None:
    """Create the prerequisite. Raises ValueError for an unknown one."""
    for pattern, make in PREREQUISITES.items():
        found = re.fullmatch(pattern, name)
        if found:
            make(endpoint_url, folder, *found.groups())
            return
    raise ValueError(f"unknown prerequisite: {name!r}")
