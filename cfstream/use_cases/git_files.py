"""The files of a git commit: former specs and keys, read with git and not written to disk."""

import os
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

from cfstream.errors import CfstreamError, WrongUsage, reason_of
from cfstream.startup.frozen import dataclass


@dataclass(frozen=True)
class GitFiles:
    """A commit of the repository with the work tree `top`. It has the interface of `Disk`."""

    top: str
    commit: str

    def exists(self, path: str) -> bool:
        """Return whether the commit has a file or a folder at this path."""
        return self._type(path) != ""

    def is_folder(self, path: str) -> bool:
        return self._type(path) == "tree"

    def under(self, folder: str, report: Callable[[OSError], None]) -> Iterable[str]:  # noqa: ARG002 (git has no unreadable folders)
        inside = self._inside(folder)
        listed = git(
            self.top, "ls-tree", "-r", "-z", "--name-only", self.commit, "--", *[inside] * bool(inside)
        )
        for name in os.fsdecode(listed).split("\0"):
            if name:
                yield os.path.join(folder, *Path(name).relative_to(inside or ".").parts)

    def beside(self, path: str) -> Iterable[str]:  # noqa: ARG002 (no hints for typos in a revision)
        return ()

    def identity(self, path: str) -> str:
        return self._inside(path)

    def read(self, path: str, limit: int) -> bytes:
        inside = self._inside(path)
        if "\n" in inside or inside.startswith("../"):
            raise FileNotFoundError(2, "not in the repository", path)
        # Links in the commit are followed within it, as the disk follows its own links.
        asked = os.fsencode(f"{self.commit}:{inside}\n")
        reply = git(self.top, "cat-file", "--follow-symlinks", "--batch", given=asked)
        head, _, content = reply.partition(b"\n")
        kind = head.split(b" ")[1:2]
        if kind == [b"tree"]:
            raise IsADirectoryError(21, "is a directory", path)
        if kind != [b"blob"]:
            raise FileNotFoundError(2, "no such file", path)
        return content[: int(head.split(b" ")[2])][: limit + 1]

    def is_regular(self, path: str) -> bool:
        if self._type(path) == "":
            raise FileNotFoundError(2, "no such file", path)
        return not self.is_folder(path)

    def link_out(self, name: str, folder: str, base: str) -> str:  # noqa: ARG002 (git follows links within a commit only)
        return ""

    def _type(self, path: str) -> str:
        inside = self._inside(path)
        if inside.startswith("../"):
            return ""
        try:
            return git(self.top, "cat-file", "-t", f"{self.commit}:{inside}").decode().strip()
        except GitRefused:
            return ""

    def _inside(self, path: str) -> str:
        """Return the path from the top of the work tree, with slashes, as git writes it; empty for the top."""
        folder, name = os.path.split(os.path.abspath(path))
        found = Path(os.path.relpath(os.path.join(os.path.realpath(folder), name), self.top)).as_posix()
        return "" if found == "." else found


class GitRefused(CfstreamError):
    """git failed. The error has its message."""


def files_at(path: str, revision: str) -> GitFiles:
    """Return the files of a revision of the repository of `path`, which may no longer exist.

    Raises WrongUsage if git is not installed, there is no repository, or the revision is unknown.
    """
    folder = Path(path).absolute()
    while not folder.is_dir() or folder.is_symlink():  # git has a link where the link is, not where it leads
        folder = folder.parent
    try:
        top = os.path.realpath(os.fsdecode(git(str(folder), "rev-parse", "--show-toplevel")).rstrip("\r\n"))
    except GitRefused as refused:
        raise WrongUsage(
            f"{path}@{revision}: {refused.what}", refused.do or "run it in a git repository"
        ) from None
    asked = f"{revision}^{{commit}}"
    try:
        commit = git(top, "rev-parse", "--verify", "--quiet", "--end-of-options", asked).decode().strip()
    except GitRefused:
        do = "name a branch, a tag or a commit; in a shallow clone, fetch it first"
        raise WrongUsage(f"{revision!r} is not a git revision here", do) from None
    return GitFiles(top, commit)


def _refuse_bare_repository(folder: Path) -> None:
    """Raise GitRefused if git would treat a folder of the work tree as a repository.

    Anyone can commit a folder that looks like a bare repository, and git runs the commands in its `config`
    (git-config, safe.bareRepository; git before 2.38 does not know that setting).
    """
    for each in (folder, *folder.parents):
        if (each / ".git").exists():
            return
        if (each / "HEAD").exists() and (each / "objects").is_dir() and (each / "refs").is_dir():
            raise GitRefused(
                f"{each} looks like a bare git repository, and its settings could run commands",
                "delete that directory, or move it out of the work tree",
            )


def git(folder: str, *arguments: str, given: bytes = b"") -> bytes:
    """Return the output of git. Raises GitRefused with its message, and WrongUsage if git is not installed."""
    _refuse_bare_repository(Path(folder).absolute())
    # There is no shell, and git does not parse any of these arguments as an option.
    try:
        result = subprocess.run(  # noqa: S603
            ["git", "-c", "safe.bareRepository=explicit", "-C", folder, *arguments],  # noqa: S607 (the user's git)
            input=given,
            capture_output=True,
            check=False,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
        )
    except OSError as error:
        raise WrongUsage(
            f"git could not be run: {reason_of(error)}", "install git, or compare two files"
        ) from error
    if result.returncode != 0:
        lines = result.stderr.decode("utf-8", "replace").strip().splitlines() or [
            "git failed without a message"
        ]
        raise GitRefused(lines[0].removeprefix("fatal: "))
    return result.stdout
