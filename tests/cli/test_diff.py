"""`cfstream diff`: two versions of specs, from the disk and from a git repository."""

import json
import os
import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from cfstream.cli.exits import EXITS
from tests.cli.conftest import Result
from tests.world.signing import public_pem, rsa_key

Run = Callable[..., Result]

SPEC = """\
version: 1
name: lectures
bucket: lectures-media
key_groups:
  - name: lectures-signers
    public_keys:
      - {name: one, file: keys/one.pub.pem}
"""


def git(*arguments: str) -> None:
    """Run git with a fixed author."""
    names = ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL")
    somebody = dict.fromkeys(names, "a@example.com")
    quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(
        ["git", *arguments], check=True, capture_output=True, env={**os.environ, **somebody, **quiet}
    )


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a committed spec in a folder with a space in its name. Its top is the working directory."""
    monkeypatch.chdir(tmp_path)
    Path("my specs/keys").mkdir(parents=True)
    Path("my specs/keys/one.pub.pem").write_bytes(public_pem(rsa_key("one")))
    Path("my specs/lectures.yaml").write_text(SPEC)
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "one")
    return tmp_path


def fields(result: Result) -> list[str]:
    """Return the fields that differ, of all stacks."""
    assert result.code == 0, result.err
    return [change["field"] for stack in json.loads(result.out)["stacks"] for change in stack["changes"]]


def test_the_work_tree_against_a_branch(cfstream: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file, its folder, and the same from inside the folder. The other side is the same path now."""
    spec = Path("my specs/lectures.yaml")
    assert cfstream("diff", "my specs@main") == Result(0, "No difference in meaning.\n", "")
    spec.write_text(SPEC + "cnames: [a.example.com]\n")
    shown = cfstream("diff", "my specs/lectures.yaml@main", "my specs/lectures.yaml")
    assert shown == Result(
        0,
        "~ lectures changed                                        my specs/lectures.yaml\n"
        '      + cnames  "a.example.com"\n'
        "\n"
        "Stacks: 1 changed, 0 as before.\n",
        "",
    )
    monkeypatch.chdir("my specs")
    assert fields(cfstream("diff", ".@main", ".", "--format", "json")) == ["cnames"]
    assert fields(cfstream("diff", "lectures.yaml@HEAD@{0}", "--format", "json")) == ["cnames"]


def test_key_files_are_those_of_the_revision(cfstream: Run) -> None:
    """Another key under the same name is a difference, even if the spec's text is the same."""
    Path("my specs/keys/one.pub.pem").write_bytes(public_pem(rsa_key("two")))
    result = cfstream("diff", "my specs/lectures.yaml@main", "--format", "json")
    assert fields(result) == ["key_groups[lectures-signers].public_keys[one]"]
    (notice,) = json.loads(result.out)["stacks"][0]["notices"]
    assert "a key cannot change in CloudFront: give it a new name" in notice["text"]
    Path("my specs/keys/one.pub.pem").unlink()
    gone = cfstream("diff", "my specs/lectures.yaml@main")
    assert (gone.code, gone.out) == (2, "")
    assert "my specs/lectures.yaml:7:" in gone.err
    assert cfstream("diff", "my specs@main", "my specs@main").code == 0


def test_links_of_a_commit_are_followed_in_it(cfstream: Run) -> None:
    """A key file that is a link leads to the target of that commit."""
    Path("my specs/keys/two.pub.pem").symlink_to("one.pub.pem")
    Path("my specs/lectures.yaml").write_text(SPEC.replace("keys/one", "keys/two"))
    git("add", ".")
    git("commit", "-qm", "two")
    assert cfstream("diff", "my specs@HEAD~1", "my specs@HEAD") == Result(
        0, "No difference in meaning.\n", ""
    )


def test_new_and_deleted_files(cfstream: Run) -> None:
    """A stack whose file only one side has is new or deleted."""
    Path("my specs/lectures.yaml").unlink()
    Path("my specs/b.yaml").write_text("version: 1\nname: b\nbucket: films\npublic: true\n")
    shown = cfstream("diff", "my specs@main", "my specs")
    assert "+ b new " in shown.out
    assert "- lectures gone " in shown.out
    assert "+ b new " in cfstream("diff", "my specs/b.yaml@main").out
    assert "- lectures gone " in cfstream("diff", "my specs/lectures.yaml@main").out


def test_a_file_that_never_existed_is_an_error(cfstream: Run) -> None:
    """Only a file under version control can be new or deleted."""
    for pair in (("my specs/lectures.yaml", "nope.yaml"), ("nope.yaml", "my specs/lectures.yaml")):
        assert cfstream("diff", *pair) == Result(
            2, "", "error: nope.yaml does not exist\n  fix: check the name\n"
        )


def test_two_files_need_no_git(cfstream: Run) -> None:
    """Either side may be a plain file, also one with an @ in its name."""
    Path("my specs/a@b.yaml").write_text(SPEC + "enabled: false\n")
    assert fields(cfstream("diff", "my specs/lectures.yaml", "my specs/a@b.yaml", "--format", "json")) == [
        "enabled"
    ]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["my specs/lectures.yaml"], "my specs/lectures.yaml has no revision to compare with"),
        (["my specs/lectures.yaml@nix"], "'nix' is not a git revision here"),
        (["my specs/lectures.yaml@--help"], "'--help' is not a git revision here"),
        (["x.yaml@main"], "neither x.yaml@main nor x.yaml exists"),
        (["/x.yaml@main"], "/x.yaml@main: not a git repository"),
    ],
)
def test_specs_that_cannot_be_compared_are_wrong_usage(
    cfstream: Run, arguments: list[str], error: str
) -> None:
    """Errors of git become one sentence with a fix."""
    result = cfstream("diff", *arguments)
    assert (result.code, result.out) == (2, "")
    assert f"error: {error}" in result.err
    assert "  fix: " in result.err


def test_without_git_two_files_can_still_be_compared(cfstream: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Missing git is reported without a traceback."""
    monkeypatch.setenv("PATH", "")
    result = cfstream("diff", "my specs@main")
    assert result.code == 2
    assert "error: git could not be run: no such file or directory\n" in result.err
    assert cfstream("diff", "my specs", "my specs").code == 0


def test_problems_name_the_revision(cfstream: Run) -> None:
    """A problem of an old spec is shown with its place in that revision."""
    Path("my specs/lectures.yaml").write_text("version: 2\n")
    git("commit", "-qam", "broken")
    result = cfstream("diff", "my specs@HEAD", "my specs@HEAD~1")
    assert result.code == 2
    assert "\n  my specs/lectures.yaml@HEAD:1:10\n" in result.err


def test_the_fix_for_a_missing_spec_can_be_run(cfstream: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has everything that the command needs, so the next error is not one about its arguments."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    fixes = {}
    for command in EXITS:
        message = " ".join(cfstream(*command.split()).err.split()) if _needs_spec(command) else ""
        if found := re.search(r"for this directory: cfstream (.*)", message):
            fixes[command] = found[1]
    assert {"plan", "diff", "migrate", "snapshot", "wait"} <= fixes.keys()
    for command, fix in fixes.items():
        result = cfstream(*shlex.split(fix))
        expected = {"diff": 0, "migrate": 0, "validate": 0, "permissions": 0}.get(command)
        assert result.code == expected if expected is not None else "credentials" in result.err, (fix, result)


def _needs_spec(command: str) -> bool:
    """Return whether the command is refused without a spec: others would run."""
    return command not in (
        "doctor",
        "fmt",
        "help",
        "init",
        "list",
        "schema",
        "docs",
    ) and not command.startswith("sandbox")
