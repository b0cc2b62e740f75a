"""The directory with a sandbox's state: where it is, and whether only this user can write to it.

State is unpickled, which executes its content. So it is in the user's state directory, never in a project's tree, and a
directory or file that another user could have written is refused.
"""

import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from cfstream.private_file import foreign_owner
from cfstream.sandbox import SandboxError

VARIABLE = "CFSTREAM_SANDBOX_DIR"
STATE = "state"
"""The state file's name."""
_OTHERS_WRITE = 0o022
_OTHERS_ENTER = 0o077
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)  # Windows has neither this nor owners that Python can compare


def find(directory: Path) -> Path:
    """Return the sandbox directory of the project that contains `directory`.

    CFSTREAM_SANDBOX_DIR names it. Otherwise it is in the user's state directory. The project is the nearest parent
    directory with a ``.git``, else `directory` itself. Raises SandboxError for a user without a home.
    """
    if named := os.environ.get(VARIABLE):
        return Path(named).expanduser().resolve()
    project = _project(directory)
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", project.name)[:40].strip(".-") or "root"
    return _state_root() / f"{name}-{sha256(os.fsencode(project)).hexdigest()[:16]}"


def usual_homes() -> list[Path]:
    """Return the directories of the sandboxes of this user's projects."""
    try:
        return sorted(folder for folder in _state_root().iterdir() if folder.is_dir())
    except (OSError, SandboxError):
        return []


def project_of(home: Path, directory: Path) -> str:
    """Return the project that contains `directory`; empty if `home` is not the usual sandbox directory of it."""
    usual = VARIABLE not in os.environ and find(directory) == home
    return str(_project(directory)) if usual else ""


def _project(directory: Path) -> Path:
    here = directory.resolve()
    return next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), here)


def make(home: Path) -> None:
    """Create the directory with mode 0700 if it is missing. Raises SandboxError unless only this user can use it."""
    try:
        for folder in reversed([home, *home.parents]):
            if not folder.exists():
                folder.mkdir(mode=0o700, exist_ok=True)
        check(home)
        ignore = home / ".gitignore"  # CFSTREAM_SANDBOX_DIR may name a directory in a project
        if not ignore.exists():
            os.close(os.open(ignore, os.O_WRONLY | os.O_CREAT, 0o600))
            ignore.write_text("*\n")
    except FileExistsError:
        raise _refused(home, "is not a directory") from None
    except OSError as error:
        raise _refused(home, f"cannot be created: {error.strerror}") from None


def check(home: Path) -> None:
    """Raise SandboxError if the directory exists and another user could have written to it, or owns it."""
    for folder in _own(home):
        try:
            found = folder.lstat()
        except FileNotFoundError:
            return
        except OSError as error:
            raise _refused(folder, f"cannot be read: {error.strerror}") from None
        if stat.S_ISLNK(found.st_mode):
            raise _refused(folder, "is a symbolic link")
        if not stat.S_ISDIR(found.st_mode):
            raise _refused(folder, "is not a directory")
        _check_owner(folder, found, _OTHERS_ENTER if _is_default(home) else _OTHERS_WRITE)


def check_state(home: Path) -> None:
    """Raise SandboxError if the state file exists and another user could have written it."""
    with suppress(FileNotFoundError):
        os.close(opened(home / STATE, os.O_RDONLY))


def opened(file: Path, flags: int) -> int:
    """Open a file in the directory and return its descriptor. Create it with mode 0600 if `flags` allow it.

    The open file itself is checked, not its name, so it cannot be replaced after the check. Raises FileNotFoundError,
    and SandboxError unless it is a regular file that only this user can read and write.
    """
    try:
        descriptor = os.open(file, flags | _NO_FOLLOW, 0o600)
    except FileNotFoundError:
        raise
    except OSError as error:
        why = "is a symbolic link" if file.is_symlink() else f"cannot be opened: {error.strerror}"
        raise _refused(file, why) from None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise _refused(file, "is not a regular file")
        _check_owner(file, found, _OTHERS_ENTER)
    except SandboxError:
        os.close(descriptor)
        raise
    return descriptor


def read(file: Path) -> bytes:
    """Return the content of a file in the directory. Raises as `opened`."""
    with os.fdopen(opened(file, os.O_RDONLY), "rb") as stream:
        return stream.read()


def write(file: Path, content: bytes) -> None:
    """Write a file completely or not at all, with mode 0600. A reader or a crash never finds half of it."""
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(opened(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(file)


def _state_root() -> Path:
    """Return cfstream's directory in the system's place for the state of a user's programs."""
    if sys.platform == "win32" and os.environ.get("LOCALAPPDATA"):
        return Path(os.environ["LOCALAPPDATA"]) / "cfstream" / "sandbox"
    state = os.environ.get("XDG_STATE_HOME", "")
    if sys.platform != "darwin" and os.path.isabs(
        state
    ):  # a relative path counts as not set (XDG Base Directory)
        return Path(state) / "cfstream" / "sandbox"
    try:
        user = Path.home()
    except RuntimeError:
        raise _refused(Path("~"), "is unknown: this user has no home directory") from None
    below = {
        "win32": ("AppData", "Local"),
        "darwin": ("Library", "Application Support"),
    }.get(sys.platform, (".local", "state"))
    return user.joinpath(*below, "cfstream", "sandbox")


def _is_default(home: Path) -> bool:
    try:
        return home.parent == _state_root()
    except SandboxError:
        return False


def _own(home: Path) -> Iterator[Path]:
    """Yield the directories that cfstream creates, outermost first: write access to one allows replacing the next."""
    if _is_default(home):
        yield home.parent.parent
        yield home.parent
    yield home


def _check_owner(path: Path, found: os.stat_result, forbidden: int) -> None:
    if why := foreign_owner(found, forbidden):
        mode = "700" if stat.S_ISDIR(found.st_mode) else "600"
        raise _refused(path, why, f"run: chmod {mode} {path}; or " if "private" in why else "")


def _refused(path: Path, why: str, do: str = "") -> SandboxError:
    return SandboxError(
        f"the sandbox's state in {path} is not used, because it {why}",
        f'{do}set {VARIABLE} to a directory of your own, as in: export {VARIABLE}="$(mktemp -d)"',
    )
