"""`plan` and `validate` in the formats for reviewers: streams and exit codes."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Result
from tests.world.sandbox import Sandbox

Run = Callable[..., Result]

SPEC = """\
version: 1
name: lectures
bucket: {name: lectures-media, create: true}
trusted_signers: [self]
"""


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A spec. Its folder is the working directory."""
    monkeypatch.chdir(tmp_path)
    path = Path("lectures.yaml")
    path.write_text(SPEC)
    return path


def sarif_rules(text: str) -> list[str]:
    """Return the rules of the alerts."""
    return [result["ruleId"] for result in json.loads(text)["runs"][0]["results"]]


def test_sarif_has_the_problems_of_an_invalid_spec(cfstream: Run, spec: Path) -> None:
    """SARIF is on stdout, the text is on stderr, and the exit code is 2."""
    spec.write_text(SPEC.replace("bucket:", "buckets:"))
    for command in ("plan", "validate"):
        result = cfstream(command, "lectures.yaml", "--format", "sarif")
        assert result.code == 2
        assert set(sarif_rules(result.out)) == {"spec"}
        assert "lectures.yaml:3:1" in result.err


def test_a_good_spec_has_no_alerts(cfstream: Run, spec: Path) -> None:
    """An empty list closes earlier alerts."""
    result = cfstream("validate", "lectures.yaml", "--format", "sarif")
    assert (result.code, result.err, sarif_rules(result.out)) == (0, "", [])


def test_settings_that_aws_would_refuse_are_alerts(cfstream: Run, spec: Path, aws: Sandbox) -> None:
    """A preflight problem has its line, and exit code 2 as in any other format."""
    spec.write_text(SPEC.replace(", create: true", ""))
    result = cfstream("plan", "lectures.yaml", "--format", "sarif")
    assert (result.code, result.err, sarif_rules(result.out)) == (2, "", ["preflight"])


def test_the_comment_of_a_spec_that_cannot_be_read(cfstream: Run, spec: Path) -> None:
    """The comment on stdout has the problems that stderr has."""
    spec.write_text(SPEC.replace("bucket:", "buckets:"))
    result = cfstream("plan", "lectures.yaml", "--format", "markdown")
    assert result.code == 2
    assert result.out.startswith("<!-- cfstream plan -->\n### cfstream plan\n\n**No plan: the specs have")
    assert "lectures.yaml:3:1" in result.out
    assert "lectures.yaml:3:1" in result.err


def test_the_comment_of_a_plan(cfstream: Run, spec: Path, aws: Sandbox) -> None:
    """With --check, pending steps give exit code 3 in every format."""
    result = cfstream("plan", "lectures.yaml", "--format", "markdown", "--check")
    assert (result.code, result.err) == (3, "")
    assert result.out.startswith("<!-- cfstream plan -->\n### cfstream plan\n\n**Plan: 3 to create,")


@pytest.mark.parametrize(("output", "begins"), [("html", "<!doctype html>\n"), ("mermaid", "flowchart LR\n")])
def test_pages_and_pictures_have_the_same_exit_codes(
    cfstream: Run, spec: Path, aws: Sandbox, output: str, begins: str
) -> None:
    """With --check, pending steps give 3. A problem gives 2 and is in the document, with and without AWS."""
    pending = cfstream("plan", "lectures.yaml", "--format", output, "--check")
    assert (pending.code, pending.err, pending.out[: len(begins)]) == (3, "", begins)
    spec.write_text(SPEC.replace(", create: true", ""))
    refused = cfstream("plan", "lectures.yaml", "--format", output)
    assert (refused.code, refused.err) == (2, "")
    assert "the bucket lectures-media does not exist" in refused.out
    spec.write_text(SPEC.replace("bucket:", "buckets:"))
    unread = cfstream("plan", "lectures.yaml", "--format", output)
    assert (unread.code, unread.out[: len(begins)]) == (2, begins)
    assert "lectures.yaml:3:1" in unread.out
