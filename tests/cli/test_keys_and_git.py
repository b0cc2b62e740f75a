"""Private keys and git: after each command that creates one, `git add --all` skips it, or a warning is printed."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Result
from tests.world.sandbox import Sandbox

Run = Callable[..., Result]

SPEC = "version: 1\nname: old\nbucket: {name: old-media, create: true}\ntrusted_signers: [self]\n"


def git(*arguments: str) -> str:
    """Return the output of git in the working directory."""
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout


def staged() -> set[str]:
    """Return the files that would be committed after `git add --all`."""
    git("add", "--all")
    return set(git("diff", "--cached", "--name-only").splitlines())


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new repository without the user's git settings. It is the working directory."""
    monkeypatch.chdir(tmp_path)
    for scope in ("GLOBAL", "SYSTEM"):
        monkeypatch.setenv(f"GIT_CONFIG_{scope}", os.devnull)
    git("init", "--quiet")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("keys", "new", "a-1"), "a-1"),
        (("init", "a", "--new-key"), "a-1"),
        (("migrate", "old.yaml", "--to", "key-groups", "--key-name", "old-1"), "old-1"),
    ],
)
@pytest.mark.usefixtures("repository")
def test_a_new_folder_ignores_private_keys(cfstream: Run, arguments: tuple[str, ...], name: str) -> None:
    """Public halves and the .gitignore are committed. A note mentions it, without a warning."""
    Path("old.yaml").write_text(SPEC)
    result = cfstream(*arguments)
    assert result.code == 0, result.err
    assert "note: keys/.gitignore keeps private keys out of git\n" in result.err
    assert "warning" not in result.err
    assert Path(f"keys/{name}.pem").exists()
    assert {each for each in staged() if each.startswith("keys/")} == {
        "keys/.gitignore",
        f"keys/{name}.pub.pem",
    }


@pytest.mark.usefixtures("repository")
def test_a_key_that_git_would_add_gives_a_warning(cfstream: Run) -> None:
    """In an existing folder. After adding the line in the warning, git skips this key and the next."""
    Path("my keys").mkdir()
    result = cfstream("-q", "keys", "new", "a-1", "--dir", "my keys")
    assert (result.code, result.out) == (0, "my keys/a-1.pem\nmy keys/a-1.pub.pem\n")
    warning, fix = result.err.splitlines()
    assert warning == "warning: git does not ignore the private key my keys/a-1.pem"
    subprocess.run(["sh", "-c", fix.removeprefix("  fix: ")], check=True)
    assert cfstream("-q", "keys", "new", "a-2", "--dir", "my keys").err == ""
    assert staged() == {"my keys/.gitignore", "my keys/a-1.pub.pem", "my keys/a-2.pub.pem"}


def test_the_next_key_of_a_rotation_gives_a_warning(cfstream: Run, repository: Path, aws: Sandbox) -> None:
    """It is in the folder of the old key, which may be in the repository."""
    assert cfstream("init", "a", "--new-key").code == 0
    Path("keys/.gitignore").unlink()
    result = cfstream("keys", "rotate", "a.yaml", "a-signers", "--name", "a-2")
    assert result.code == 0, result.err
    assert "warning: git does not ignore the private key keys/a-2.pem" in result.err


@pytest.mark.usefixtures("repository")
def test_an_ignored_key_gives_no_warning(cfstream: Run) -> None:
    """Any .gitignore counts, for example that at the top of the repository."""
    Path("keys").mkdir()
    Path(".gitignore").write_text("*.pem\n!*.pub.pem\n")
    result = cfstream("keys", "new", "a-1")
    assert "warning" not in result.err
    assert staged() == {".gitignore", "keys/a-1.pub.pem"}


@pytest.mark.parametrize("path", ["", "with git"])
def test_git_is_optional(cfstream: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """Without git, and outside a repository, a pair is created without a message."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    if not path:
        monkeypatch.setenv("PATH", "")
    Path("keys").mkdir()
    result = cfstream("keys", "new", "a-1")
    assert result.code == 0
    assert "git" not in result.err
