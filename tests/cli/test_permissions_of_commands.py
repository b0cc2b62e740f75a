"""The policy of `permissions --for plan` allows what every command that only reads calls, and nothing else."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cfstream.connection import Connection
from tests.cli.conftest import Result
from tests.cli.signing_account import folder
from tests.promises.iam import actions, allowed, refused
from tests.promises.recorder import TaggedCall, recorded
from tests.world.clients import clients_for
from tests.world.sandbox import Sandbox

Run = Callable[..., Result]

ACLS = {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"

STREAMS = """\
version: 1
name: seminars
delivery: rtmp
bucket: lectures-media
oai: {}
trusted_signers: [self]
"""

MISSING = f"""\
version: 1
name: missing
bucket: lecture-media
cnames: [media.example.com]
trusted_signers: [self]
dns: {{route53: example.com}}
http:
  certificate: {CERTIFICATE}
  cache_policy: mine
  origin_request_policy: mine
  response_headers_policy: mine
  functions: {{viewer_request: rewrite}}
"""
"""Everything that it names is missing, so plans read lists to name the nearest."""

COMMANDS = {
    "lectures.yaml": (
        ("plan", "{spec}"),
        ("plan", "{spec}", "--all-objects"),
        ("access", "{spec}"),
        ("access", "{spec}", "gone/a.mp4"),
        ("verify", "{spec}"),
        ("show", "{spec}"),
        ("wait", "{spec}"),
        ("sign", "a.mp4", "--spec", "{spec}", "--key", "keys/lectures-1.pem", "--expires", "1h"),
        ("explain", "https://{domain}/gone/a.mp4", "--spec", "{spec}"),
        ("migrate", "{spec}", "--check"),
        ("list", "--spec", "{spec}"),
        ("doctor", "{spec}"),
        ("keys", "rotate", "{spec}", "lectures-signers"),
        ("keys", "rotate", "{spec}", "lectures-signers"),
    ),
    "seminars.yaml": (("plan", "{spec}"), ("show", "{spec}"), ("wait", "{spec}"), ("access", "{spec}")),
    "missing.yaml": (("plan", "{spec}"), ("access", "{spec}"), ("verify", "{spec}")),
}

NOTED_BY_DOCTOR = frozenset({"acm:ListCertificates", "route53:ListHostedZones"})
"""`doctor` only notes that it may not read these lists, and that only some specs need them."""

UNUSED_HERE = frozenset({"cloudfront:ListDistributionsByKeyGroup"})
"""Only for a key group that changed: `wait` asks which distributions use it."""


@pytest.fixture
def calls(aws: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cfstream: Run) -> list[TaggedCall]:
    """The calls to AWS of every later command, in a folder with an applied stack for each delivery."""
    monkeypatch.chdir(tmp_path)
    folder(tmp_path)
    Path("seminars.yaml").write_text(STREAMS)
    Path("missing.yaml").write_text(MISSING)
    for spec in ("lectures.yaml", "seminars.yaml"):
        assert cfstream("apply", spec, "--yes", "--no-verify", "--allow", "makes-public").code == 0
    s3 = clients_for(aws.endpoint_url)("s3")
    s3.put_bucket_ownership_controls(Bucket="lectures-media", OwnershipControls=ACLS)
    s3.put_object(Bucket="lectures-media", Key="a.mp4", Body=b"video")
    found: list[TaggedCall] = []
    world = Connection.world

    def recording(connection: Connection, *arguments: Any) -> Any:
        return recorded(world(connection, *arguments), found)

    monkeypatch.setattr(Connection, "world", recording)
    return found


@pytest.mark.usefixtures("s3control")
def test_the_policy_of_plan_is_that_of_every_reading_command(
    cfstream: Run, calls: list[TaggedCall], aws: Sandbox
) -> None:
    """Calls that the policy lacks are listed here by command. Optional permissions have a caller."""
    (row,) = clients_for(aws.endpoint_url)("cloudfront").list_distributions()["DistributionList"]["Items"]
    lacking: dict[str, set[str]] = {}
    called: set[str] = set()
    optional: set[str] = set()
    for spec, commands in COMMANDS.items():
        policy = json.loads(cfstream("permissions", spec, "--for", "plan").out)
        marked = [each for each in policy["Statement"] if each["Sid"].startswith("Optional")]
        optional |= {action for action, _ in allowed({"Statement": marked})}
        for command in commands:
            calls.clear()
            words = [word.format(spec=spec, domain=row["DomainName"]) for word in command]
            assert cfstream(*words).code in (0, 1, 2, 3, 7)
            assert calls or command[0] in ("keys", "migrate"), words
            asked = [each.call for each in calls]
            called |= {action for call in asked for action in actions(call)}
            missing = {action for call in asked for action in refused(call, [policy])}
            if missing := missing - (NOTED_BY_DOCTOR if command[0] == "doctor" else set()):
                lacking[" ".join(words)] = missing
    assert lacking == {}
    assert optional - called - UNUSED_HERE == set()
