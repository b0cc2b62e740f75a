"""A committed folder that looks like a bare repository: git would run the commands in its settings."""

import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from cfstream.cli.terminal.completion import specs_at
from cfstream.errors import CfstreamError
from cfstream.use_cases.git_files import files_at, git
from tests.cli.conftest import Result

SPEC = "version: 1\nname: lectures\nbucket: lectures-media\ntrusted_signers: [self]\n"

SETTINGS = """\
[core]
    repositoryformatversion = 1
    bare = false
    worktree = .
    fsmonitor = "touch {mark}; false"
[extensions]
    partialClone = origin
[remote "origin"]
    url = .
    promisor = true
    uploadpack = "touch {mark}; false"
"""


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    """The file that those settings create if git obeys them."""
    return tmp_path / "executed"


@pytest.fixture
def hostile(tmp_path: Path, mark: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose folder of specs is such a repository. It is the working directory."""
    folder = tmp_path / "checkout" / "specs"
    for name in ("objects/info/keep", "refs/heads/keep"):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).touch()
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "refs/heads/main").write_text("1" * 40 + "\n")
    (folder / "config").write_text(SETTINGS.format(mark=mark))
    (folder / "a.yaml").write_text(SPEC)
    subprocess.run(["git", "init", "-q", str(folder.parent)], check=True)
    monkeypatch.chdir(folder.parent)
    return folder


@pytest.mark.usefixtures("hostile")
def test_diff_runs_nothing(mark: Path, cfstream: Callable[..., Result]) -> None:
    """`diff` names the folder, and why it is refused."""
    result = cfstream("diff", "specs/a.yaml@main")
    assert result.code == 2
    assert "looks like a bare git repository" in " ".join(result.err.split())
    assert "delete that directory" in result.err
    assert not mark.exists()


@pytest.mark.parametrize(
    "use",
    [
        lambda folder: files_at(str(folder / "a.yaml"), "main"),
        lambda folder: list(specs_at(None, f"{folder}/a.yaml@")),
        lambda folder: list(specs_at(None, f"{folder}@")),
        lambda folder: git(str(folder), "ls-files", "--others", "-z"),
    ],
    ids=["revision", "completion of a file", "completion of a folder", "any command"],
)
def test_commands_that_use_git_run_nothing(hostile: Path, mark: Path, use: Callable[[Path], object]) -> None:
    """Each command that uses git is safe, also inside the folder."""
    with suppress(CfstreamError):
        use(hostile)
    assert not mark.exists()
