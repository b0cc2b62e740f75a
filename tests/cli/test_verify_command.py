"""`verify`, and the verification at the end of `apply`: exit codes, streams, and no secrets."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.cli.conftest import Result
from tests.verify.account import signing_key
from tests.world.configs import update
from tests.world.sandbox import Sandbox

Run = Callable[..., Result]

SPEC = """\
version: 1
name: lectures
bucket: {name: lectures-media, create: true}
key_groups:
  - name: viewers
    public_keys: [{name: one, file: one.pub.pem}]
http:
  behaviors: [{path: "/posters/*", public: true}]
"""

OPEN = {
    "Sid": "Open",
    "Effect": "Allow",
    "Principal": "*",
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::lectures-media/*",
}


@pytest.fixture
def edge(aws: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Sandbox:
    """The sandbox and its edge, and a folder with the spec of a stack that is not live yet."""
    monkeypatch.setenv("CFSTREAM_EDGE_URL", aws.edge_url)
    monkeypatch.chdir(tmp_path)
    Path("lectures.yaml").write_text(SPEC)
    Path("one.pub.pem").write_text(signing_key("one").public_pem)
    return aws


@pytest.fixture
def s3(edge: Sandbox) -> Any:
    """A client for the bucket, as someone else uses it."""
    return edge.clients("s3")


@pytest.fixture
def live(cfstream: Run, edge: Sandbox, s3: Any) -> None:
    """The applied stack, with two objects in its bucket."""
    edge.states.reach("to verify", lambda: _apply(cfstream, s3))


def _apply(cfstream: Run, s3: Any) -> None:
    applied = cfstream("apply", "lectures.yaml", "--yes", "--allow", "makes-public")
    assert applied.code == 0, applied.err
    assert "lectures: verified, " in applied.err
    for key in ("lecture.mp4", "posters/one.jpg"):
        s3.put_object(Bucket="lectures-media", Key=key, Body=b"0123456789")


def make_public(s3: Any) -> None:
    """Turn off the block, and add a policy for everyone."""
    policy = json.loads(s3.get_bucket_policy(Bucket="lectures-media")["Policy"])
    s3.delete_public_access_block(Bucket="lectures-media")
    policy["Statement"].append(OPEN)
    s3.put_bucket_policy(Bucket="lectures-media", Policy=json.dumps(policy))


@pytest.mark.usefixtures("live")
def test_a_good_stack_passes(cfstream: Run) -> None:
    """The table is grouped by address, and the last line has the verdict."""
    result = cfstream("verify", "lectures.yaml")
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[0].startswith("lectures ")
    assert lines[-1].startswith("Verified. ")
    groups = [line.split()[0] for line in lines if line.startswith("  ") and not line.startswith("    ")]
    assert groups[0] == "distribution"
    assert groups[1].startswith("https://")
    assert groups[2:] == ["S3:", "bucket"]
    assert "    ✓ /posters/*: serves everyone" in lines


@pytest.mark.usefixtures("live")
def test_a_public_bucket_fails_with_the_reason(cfstream: Run, s3: Any) -> None:
    """Exit 7. The table has the reader, the statement, and the fix."""
    make_public(s3)
    result = cfstream("verify", "lectures.yaml")
    assert result.code == 7
    message = " ".join(result.out.split())
    assert "✗ exposed: policy: the bucket policy has an opening" in message
    assert "anyone can read /*: bucket policy statement Open" in message
    assert "fix: narrow that statement, or remove it: aws s3api put-bucket-policy" in message
    assert "Verification failed: " in message
    assert "Exposed: S3: bucket lectures-media; policy of bucket lectures-media." in message


def test_suggested_commands_reach_the_same_aws(cfstream: Run, edge: Sandbox, live: None) -> None:
    """They have the flags of this command, quoted. Verify has no plan, so it says that apply may need more flags."""
    cloudfront = edge.clients("cloudfront")
    (row,) = cloudfront.list_distributions()["DistributionList"]["Items"]
    update(cloudfront, row["Id"], Enabled=False)
    spec = Path("lectures.yaml").rename("my lectures.yaml")
    result = cfstream("verify", str(spec), "--endpoint-url", edge.endpoint_url)
    assert result.code == 7
    command = f"cfstream apply 'my lectures.yaml' --endpoint-url {edge.endpoint_url}"
    why = "if the plan has hazards, apply names the flags that allow them"
    assert f"{why}: {command}" in " ".join(result.out.split())


@pytest.mark.usefixtures("live")
def test_an_exposed_apply_names_the_verify_command(cfstream: Run, s3: Any) -> None:
    """The command has the spec and the flags."""
    make_public(s3)
    result = cfstream("apply", "lectures.yaml", "--yes", "--region", "us-east-1")
    assert result.code == 7
    assert "then run: cfstream verify lectures.yaml --region us-east-1" in " ".join(result.err.split())


@pytest.mark.usefixtures("live")
def test_programs_get_every_check(cfstream: Run, s3: Any) -> None:
    """As JSON, and as JUnit XML with a case for each check."""
    make_public(s3)
    result = cfstream("verify", "lectures.yaml", "--format", "json")
    document = json.loads(result.out)
    assert (result.code, document["format_version"], document["exit_code"]) == (7, 1, 7)
    findings = document["stacks"][0]["findings"]
    broken = [each for each in findings if each["verdict"] == "let-in"]
    assert {"where", "part", "claim", "verdict", "saw", "why", "do"} <= broken[0].keys()
    junit = ElementTree.fromstring(cfstream("verify", "lectures.yaml", "--format", "junit").out)
    (suite,) = junit.findall("testsuite")
    checks, failed = ({(each["part"], each["claim"]) for each in some} for some in (findings, broken))
    assert suite.attrib == {
        "name": "lectures",
        "tests": str(len(checks)),
        "failures": str(len(failed)),
        "errors": "0",
    }
    assert len(suite.findall("testcase")) == len(checks)
    assert "statement Open" in (suite.findall("testcase/failure")[0].get("message") or "")


def private_key(folder: Path) -> str:
    """A file with the private key whose public half is in the spec, and its PEM."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
    )

    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "one.pem").write_bytes(pem)
    (folder / "one.pem").chmod(0o600)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "one.pub.pem").write_bytes(public)
    return pem.decode()


def test_no_secret_is_in_any_output(cfstream: Run, edge: Sandbox, s3: Any, tmp_path: Path) -> None:
    """Neither key nor signatures nor cookies, in any format, with the full log, for a failing stack."""
    pem = private_key(tmp_path)
    assert cfstream("apply", "lectures.yaml", "--yes", "--allow", "makes-public").code == 0
    s3.put_object(Bucket="lectures-media", Key="lecture.mp4", Body=b"0123456789")
    asked = ("verify", "lectures.yaml", "--key", "one.pem", "-vv")
    assert cfstream(*asked).code == 0
    s3.delete_bucket_policy(Bucket="lectures-media")
    for form in ("text", "json", "junit"):
        result = cfstream(*asked, "--format", form)
        assert result.code == 7
        for secret in ("Signature=", "CloudFront-", "Policy=", *pem.splitlines()[1:-1]):
            assert secret not in result.out + result.err


@pytest.mark.usefixtures("live")
def test_apply_ends_with_the_verification(cfstream: Run, s3: Any) -> None:
    """A stack that others opened is exposed: exit 7, also if apply has no changes."""
    make_public(s3)
    result = cfstream("apply", "lectures.yaml", "--yes")
    assert result.code == 7
    assert "bucket policy statement Open" in result.err
    result = cfstream("apply", "lectures.yaml", "--yes", "--format", "json")
    (stack,) = json.loads(result.out)["stacks"]
    assert (result.code, stack["outcome"], stack["verify"]["exit_code"]) == (7, "exposed", 7)


@pytest.mark.usefixtures("live")
def test_apply_can_skip_the_verification(cfstream: Run, s3: Any) -> None:
    """--no-verify sends no requests."""
    make_public(s3)
    assert cfstream("apply", "lectures.yaml", "--yes", "--no-verify").code == 0


@pytest.mark.usefixtures("live")
def test_without_an_edge_apply_says_so_and_verify_fails(
    cfstream: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an address for viewers' requests: a notice in apply, and exit code 1 of verify."""
    monkeypatch.delenv("CFSTREAM_EDGE_URL")
    spec = Path("lectures.yaml")
    spec.write_text(spec.read_text() + "comment: Changed\n")
    result = cfstream("apply", "lectures.yaml", "--yes")
    assert result.code == 0
    assert "there is no edge to send viewers' requests to" in " ".join(result.err.split())
    result = cfstream("verify", "lectures.yaml")
    assert result.code == 1
    assert "set --edge-url, or use --sandbox" in " ".join(result.out.split())


def test_the_flag_comes_before_the_environment(
    cfstream: Run, edge: Sandbox, live: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--edge-url takes precedence. An invalid URL is refused before any request."""
    monkeypatch.setenv("CFSTREAM_EDGE_URL", "http://127.0.0.1:9")
    assert cfstream("verify", "lectures.yaml").code == 1
    assert cfstream("verify", "lectures.yaml", "--edge-url", edge.edge_url).code == 0
    assert cfstream("--edge-url", "nowhere", "verify", "lectures.yaml").code == 2


@pytest.mark.usefixtures("live")
def test_invalid_arguments_are_refused(cfstream: Run, tmp_path: Path) -> None:
    """A key id without a key, a public key instead of a private one, a missing file."""
    assert "--key-id needs --key" in cfstream("verify", "lectures.yaml", "--key-id", "K1").err
    result = cfstream("verify", "lectures.yaml", "--key", "one.pub.pem")
    assert (result.code, "public key" in result.err) == (2, True)
    assert cfstream("verify", "lectures.yaml", "--key", "none.pem").code == 2


def test_a_stack_that_is_not_live_fails(cfstream: Run, edge: Sandbox) -> None:
    """There is nothing to request yet, and the error has a fix."""
    result = cfstream("verify", "lectures.yaml")
    assert result.code == 1
    assert "apply names the flags that allow them: cfstream apply lectures.yaml" in " ".join(
        result.out.split()
    )
