"""Writes a new spec, and the key pair that it names."""

import os
import shlex
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cfstream.errors import Notice, WrongUsage, why_unread
from cfstream.startup.frozen import dataclass
from cfstream.use_cases.key_pairs import make_pair, pair_in
from cfstream.use_cases.spec_file import create_spec

if TYPE_CHECKING:
    from cfstream.spec.template import Answers, NewKey

ANOTHER = "choose another name, or edit the file"
"""What to do if the file of the spec exists."""

NAME_IT = "to write it here all the same, add --out and the name of a file"
PROGRAM = "cfstream"


@dataclass(frozen=True)
class NewSpec:
    """The files that were written, the spec last."""

    files: tuple[Path, ...]
    notices: tuple[Notice, ...] = ()


def refuse_clone(folder: Path) -> None:
    """Raise WrongUsage if the folder is in a clone of cfstream itself, where a spec would be among its files."""
    clone = next((each for each in (folder, *folder.parents) if _is_clone(each)), None)
    if clone is None:
        return
    beside = clone.parent / "video"
    do = f"use a directory of your own: mkdir -p {_shown(beside)} && cd {_shown(beside)}"
    program = Path(sys.argv[0])
    if program.name == PROGRAM and clone in program.absolute().parents and shutil.which(PROGRAM) is None:
        do += f"\nto find cfstream there: export PATH={shlex.quote(str(program.absolute().parent))}:$PATH"
    raise WrongUsage("this directory is a clone of cfstream, not a place for your specs", f"{do}\n{NAME_IT}")


def _is_clone(folder: Path) -> bool:
    try:
        text = (folder / "pyproject.toml").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return False
    return f'\nname = "{PROGRAM}"\n' in text


def _shown(folder: Path) -> str:
    """Return a folder as a shell needs it, relative to the working directory."""
    return shlex.quote(os.path.relpath(folder))


def text_of(answers: "Answers") -> str:
    """Return the text of the spec. Raises WrongUsage if the answers conflict."""
    from cfstream.spec.compose import documents
    from cfstream.spec.draft import draft_of
    from cfstream.spec.source import Source
    from cfstream.spec.template import spec_text

    text = spec_text(answers)
    for document in documents(Source("spec", text), []):
        for problem in sorted(draft_of(document).problems):
            raise WrongUsage(problem.what, problem.do)
    return text


def write_new_spec(path: Path, answers: "Answers", *, makes_key: bool) -> NewSpec:
    """Write the spec, and its key pair if `makes_key`: everything or nothing. Raises WrongUsage if a file exists."""
    from cfstream.spec.template import NewKey

    text = text_of(answers)
    key = answers.signers if makes_key and isinstance(answers.signers, NewKey) else None
    folder = str(path.parent / "keys")
    pair = pair_in(folder, key.name) if key else None
    files = (pair.private, pair.public, path) if pair else (path,)
    notices: tuple[Notice, ...] = ()
    with _all_or_nothing(files):
        create_spec(str(path), text, do=ANOTHER)
        if key:
            notices = make_pair(folder, key.name, "rsa").notices
    return NewSpec(files, notices)


def key_in_file(file: str, name: str, folder: str) -> "NewKey":
    """Return the key in a file, named after the file. `folder` is that of the spec.

    Raises WrongUsage for a file without a public key that CloudFront accepts.
    """
    from cfstream.spec.fields import RESOURCE_NAME
    from cfstream.spec.keys import NotAPublicKey, public_key
    from cfstream.spec.template import NewKey

    try:
        public_key(name, Path(file).read_text("utf-8", "replace"), file)
    except OSError as error:
        raise WrongUsage(f"{file}: {why_unread(error)}", "name the PEM file of a public key") from error
    except NotAPublicKey as error:
        raise WrongUsage(f"{file}: {error.what}", error.do) from error
    stem = Path(file).name.removesuffix(".pem").removesuffix(".pub")
    key = stem if RESOURCE_NAME.fullmatch(stem) else f"{name}-1"
    return NewKey(f"{name}-signers", key, Path(os.path.relpath(file, folder or ".")).as_posix())


@contextmanager
def _all_or_nothing(files: Sequence[Path]) -> Iterator[None]:
    """Delete the new ones of these files if the body fails or is interrupted."""
    before = [file for file in files if os.path.lexists(file)]
    try:
        yield
    except BaseException:
        for file in files:
            if file not in before:
                file.unlink(missing_ok=True)
        raise
