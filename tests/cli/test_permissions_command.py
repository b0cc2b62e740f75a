"""`permissions`: a policy on stdout, from specs alone."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Result

Run = Callable[..., Result]

SPEC = "version: 1\nname: {name}\nbucket: {name}-media\ntrusted_signers: [self]\n"


@pytest.fixture
def specs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two specs, and no connection to AWS."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    for name in ("lectures", "seminars"):
        Path(f"{name}.yaml").write_text(SPEC.format(name=name))
    return tmp_path


@pytest.mark.parametrize("purpose", [[], ["--for", "plan"], ["--for", "apply"], ["--for", "destroy"]])
def test_a_policy_is_printed(cfstream: Run, specs: Path, purpose: list[str]) -> None:
    """It is an IAM document on stdout, made without AWS. stderr lists what IAM cannot limit."""
    result = cfstream("permissions", "lectures.yaml", *purpose, "--account", "123456789012")
    document = json.loads(result.out)
    assert result.code == 0
    assert ("origin access controls" in result.err) is ("plan" not in purpose)
    assert ("without the tag cfstream:name" in result.err) is (purpose in ([], ["--for", "apply"]))
    assert document["Version"] == "2012-10-17"
    assert {each["Effect"] for each in document["Statement"]} == {"Allow"}
    assert "arn:aws:s3:::lectures-media" in [each["Resource"] for each in document["Statement"]]


def test_an_invalid_account_number(cfstream: Run, specs: Path) -> None:
    """An account number has twelve digits."""
    result = cfstream("permissions", "lectures.yaml", "--account", "12345")
    assert (result.code, result.out) == (2, "")
    assert "an account number has 12 digits" in result.err


def test_another_partition(cfstream: Run, specs: Path) -> None:
    """The region decides the partition of the ARNs."""
    assert (
        "arn:aws-cn:s3:::lectures-media"
        in cfstream("permissions", "lectures.yaml", "--region", "cn-north-1").out
    )
    assert "arn:aws-us-gov:s3" in cfstream("permissions", "lectures.yaml", "--region", "us-gov-west-1").out


def test_one_policy_for_a_folder(cfstream: Run, specs: Path) -> None:
    """It contains the bucket of each spec."""
    document = json.loads(cfstream("permissions", ".").out)
    bucket = next(each for each in document["Statement"] if each["Sid"] == "Bucket")
    assert bucket["Resource"] == ["arn:aws:s3:::lectures-media", "arn:aws:s3:::seminars-media"]


def test_a_policy_that_is_too_long(cfstream: Run, specs: Path) -> None:
    """The limit of AWS is reported before AWS refuses the policy."""
    for number in range(60):
        Path(f"{number}.yaml").write_text(SPEC.format(name=f"a-stack-with-a-long-name-{number}"))
    result = cfstream("permissions", ".")
    assert result.code == 0
    assert "a managed policy can have at most 6144" in result.err
