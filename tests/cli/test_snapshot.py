"""`cfstream snapshot` and `cfstream plan --live`, as users run them."""

import html
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cfstream.cli.commands.plan import PlanFormat
from cfstream.recording.document import as_text, sealed
from tests.cli.conftest import Result
from tests.world.sandbox import Sandbox

Cli = Callable[..., Result]

SPEC = """\
version: 1
name: lectures
bucket: lectures-media
trusted_signers: [self]
"""


@pytest.fixture
def project(aws: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a spec whose bucket exists."""
    aws.clients("s3").create_bucket(Bucket="lectures-media")
    monkeypatch.chdir(tmp_path)
    Path("lectures.yaml").write_text(SPEC)
    return tmp_path


@pytest.fixture
def live(project: Path, cfstream: Cli) -> Path:
    """A snapshot."""
    assert cfstream("snapshot", "lectures.yaml", "--out", "live.json").code == 0
    return project / "live.json"


def changed(file: Path, **values: Any) -> None:
    """Return a snapshot with a change, and with the digest of the changed content."""
    document = {**json.loads(file.read_text()), **values}
    del document["sha256"]
    file.write_text(as_text(sealed(document)))


def test_the_plan_is_the_one_from_aws(cfstream: Cli, live: Path) -> None:
    """It is the same document, and also names the snapshot."""
    recorded = cfstream("plan", "lectures.yaml", "--live", live.name, "--format", "json", "--check")
    document = json.loads(recorded.out)
    named = document.pop("snapshot")
    assert document == json.loads(cfstream("plan", "lectures.yaml", "--format", "json", "--check").out)
    assert (recorded.code, recorded.err) == (3, "")
    assert named["text"].startswith(
        "From live.json, a snapshot of a sandbox, not of AWS: account 123456789012"
    )
    assert 0 <= named["age_seconds"] < 600


def test_every_format_names_the_snapshot_and_its_age(cfstream: Cli, live: Path) -> None:
    """Also with -q, and with the command that records an old one again."""
    changed(live, taken="2026-01-01T00:00:00+00:00")
    for output in PlanFormat:
        result = cfstream("plan", "lectures.yaml", "--live", "live.json", "--format", output, "-q")
        shown = " ".join(html.unescape(re.sub("&?#(?=[0-9]+;)", "&#", result.out)).split())
        assert re.search(r"From live\.json, a snapshot of a sandbox, not of AWS: .*, \d+ days old\.", shown)
        assert "cfstream snapshot lectures.yaml --out live.json" in shown
        assert (result.code, result.err) == (0, "")


def test_neither_aws_nor_boto3_is_needed(live: Path) -> None:
    """A process without credentials and without botocore makes the same plan."""
    program = (
        "import sys; from cfstream.cli import main\n"
        "code = main.run(['plan', 'lectures.yaml', '--live', 'live.json', '-q'])\n"
        "assert not {'boto3', 'botocore', 'httpx'} & {*sys.modules}\n"
        "sys.exit(code)"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=live.parent, env={"PYTHONPATH": sys.path[0]}, check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    assert (result.returncode, result.stderr) == (0, "")
    assert "Plan: 2 to create" in result.stdout


def test_two_snapshots_of_one_account_are_equal(cfstream: Cli, live: Path) -> None:
    """They differ only in their time, so they can be compared line by line."""
    cfstream("snapshot", "lectures.yaml", "--out", "again.json")
    one, other = (json.loads(Path(name).read_text()) for name in ("live.json", "again.json"))
    assert {**one, "taken": "", "sha256": ""} == {**other, "taken": "", "sha256": ""}


def test_a_snapshot_goes_to_standard_output_too(cfstream: Cli, project: Path) -> None:
    """With ``-``, only the snapshot is on stdout."""
    result = cfstream("snapshot", "lectures.yaml", "--out", "-", "--hash-accounts")
    assert json.loads(result.out)["stacks"] == ["lectures"]
    assert "123456789012" not in result.out


def test_neither_a_plan_nor_a_snapshot_is_written_over_its_spec(cfstream: Cli, live: Path) -> None:
    """--out with the name of the spec is refused."""
    spec = Path("lectures.yaml").read_text()
    for command in ("plan", "snapshot"):
        result = cfstream(command, "lectures.yaml", "--out", "lectures.yaml")
        assert (result.code, result.out) == (2, "")
        assert "lectures.yaml exists, and is neither a plan nor a snapshot" in " ".join(result.err.split())
        assert Path("lectures.yaml").read_text() == spec


def test_an_old_snapshot_is_reported_and_can_be_refused(cfstream: Cli, live: Path) -> None:
    """After a day, the age is a warning, also with -q. --max-age refuses it."""
    changed(live, taken="2026-01-01T00:00:00+00:00")
    planned = cfstream("plan", "lectures.yaml", "--live", "live.json", "-q")
    assert planned.code == 0
    assert planned.out.startswith("From live.json, a snapshot of ")
    assert "\nwarning: Later changes are not in this plan." in planned.out
    refused = cfstream("plan", "lectures.yaml", "--live", "live.json", "--max-age", "24h")
    assert (refused.code, refused.out) == (2, "")
    assert "and --max-age allows 24h" in refused.err
    assert "cfstream snapshot lectures.yaml --out live.json" in refused.err
    assert cfstream("plan", "lectures.yaml", "--live", "live.json", "--max-age", "soon").code == 2
    assert cfstream("plan", "lectures.yaml", "--max-age", "24h").code == 2


def test_the_suggested_command_keeps_accounts_hidden(cfstream: Cli, live: Path) -> None:
    """It has --hash-accounts if the snapshot has no account numbers."""
    cfstream("snapshot", "lectures.yaml", "--out", "hidden.json", "--hash-accounts")
    for file, flag in (("hidden.json", " --hash-accounts"), ("live.json", "")):
        changed(Path(file), taken="2026-01-01T00:00:00+00:00")
        refused = cfstream("plan", "lectures.yaml", "--live", file, "--max-age", "1h")
        assert refused.code == 2
        message = " ".join(refused.err.split())
        assert message.endswith(f"cfstream snapshot lectures.yaml --out {file}{flag}")


DAMAGED: dict[str, Callable[[Path], object]] = {
    "the file does not exist": lambda file: file.unlink(),
    "is not text": lambda file: file.write_bytes(b"\xff\xfe"),
    "is not JSON": lambda file: file.write_text("version: 1"),
    "is not a snapshot": lambda file: file.write_text("{}"),
    "is incomplete": lambda file: file.write_text(file.read_text()[:700]),
    "was changed after": lambda file: file.write_text(file.read_text().replace("us-east-1", "eu-west-1")),
    "has format_version 3": lambda file: changed(file, format_version=3),
    "does not have a snapshot's content": lambda file: changed(file, accounts=[{"reads": [{"reply": {}}]}]),
}
"""Damaged files, by the message about each."""


def test_an_unusable_snapshot_has_a_reason(cfstream: Cli, live: Path) -> None:
    """The error has the reason and a fix, and there is no plan."""
    whole = live.read_text()
    for what, spoil in DAMAGED.items():
        live.write_text(whole)
        spoil(live)
        result = cfstream("plan", "lectures.yaml", "--live", "live.json")
        assert (result.code, result.out) == (2, "")
        assert what in " ".join(result.err.split())
        assert "fix: " in result.err
        assert "Traceback" not in result.err


def test_a_missing_answer_is_named(cfstream: Cli, live: Path) -> None:
    """A spec of a bucket that is not in the snapshot cannot be planned. The error has the command."""
    Path("talks.yaml").write_text(SPEC.replace("lectures", "talks"))
    result = cfstream("plan", "talks.yaml", "--live", "live.json")
    assert (result.code, result.out) == (2, "")
    message = " ".join(result.err.split())
    assert "does not contain HeadBucket of the bucket talks-media" in message
    assert "cfstream snapshot lectures.yaml talks.yaml --out live.json" in message


def test_a_spec_of_another_account_is_refused(cfstream: Cli, live: Path) -> None:
    """Its certificate shows the account."""
    arn = "arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012"
    Path("lectures.yaml").write_text(SPEC + f"cnames: [media.example.com]\nhttp: {{certificate: '{arn}'}}\n")
    result = cfstream("plan", "lectures.yaml", "--live", "live.json")
    assert result.code == 2
    assert "has a certificate of account 111122223333" in " ".join(result.err.split())


def test_a_snapshot_of_another_account_is_not_overwritten(cfstream: Cli, live: Path) -> None:
    """A wrong profile does not overwrite the snapshot."""
    changed(live, account="111122223333")
    before = live.read_text()
    result = cfstream("snapshot", "lectures.yaml", "--out", "live.json")
    assert result.code == 2
    assert "is a snapshot of account 111122223333" in " ".join(result.err.split())
    assert live.read_text() == before


def test_flags_about_aws_or_saving_are_refused(cfstream: Cli, live: Path) -> None:
    """A plan from a snapshot can only be read, and does not use AWS."""
    for flags in (["--out", "plan.json"], ["--sandbox"], ["--profile", "x"], ["--region", "x"]):
        result = cfstream("plan", "lectures.yaml", "--live", "live.json", *flags)
        assert (result.code, result.out) == (2, "")
        assert f"--live and {flags[0]} exclude each other" in result.err
    assert not Path("plan.json").exists()
    unset = cfstream("plan", "lectures.yaml", "--live", "")
    assert (unset.code, unset.out) == (2, "")


def test_a_snapshot_is_not_applied(cfstream: Cli, live: Path) -> None:
    """The error names the type of the file."""
    result = cfstream("apply", "live.json", "--yes")
    assert result.code == 2
    assert "live.json is a snapshot, and a snapshot cannot be applied" in " ".join(result.err.split())
