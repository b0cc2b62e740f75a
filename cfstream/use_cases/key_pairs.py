"""Key pairs in files. Only the owner can read the private half, and it is never overwritten."""

import os
import shlex
from pathlib import Path
from typing import Literal

from cfstream.errors import CfstreamError, Notice, WrongUsage, reason_of
from cfstream.startup.frozen import dataclass
from cfstream.use_cases.git_files import git

IGNORED = "*\n!.gitignore\n!*.pub.pem\n"
"""The ``.gitignore`` of a new folder of keys: git may add only public halves."""


@dataclass(frozen=True)
class Pair:
    """The files of a key pair."""

    private: Path
    public: Path
    made: bool
    """Whether the files are new."""
    notices: tuple[Notice, ...] = ()
    """Notices about new files: a ``.gitignore``, or that git would add the private half."""


def pair_in(folder: str, name: str) -> Pair:
    """Return the files of a pair by its name. Raises WrongUsage for a name that CloudFront refuses."""
    from cfstream.spec.fields import RESOURCE_NAME

    if not RESOURCE_NAME.fullmatch(name):
        raise WrongUsage(
            f"{name[:60]!r} is not a valid key name: it must have 1 to 128 of A-Z, a-z, 0-9, - and _",
            "choose a name like lectures-2026-11",
        )
    return Pair(Path(folder, f"{name}.pem"), Path(folder, f"{name}.pub.pem"), made=False)


def make_pair(folder: str, name: str, kind: Literal["rsa", "ecdsa"]) -> Pair:
    """Create a key pair in a folder. A new folder gets a ``.gitignore``.

    Raises WrongUsage if one of the files exists.
    """
    pair = pair_in(folder, name)
    for path in (pair.private, pair.public):
        if path.exists() or path.is_symlink():
            raise WrongUsage(f"{path} exists, and a key is never overwritten", "choose another name")
    private, public = _new_key(kind)
    own = pair.private.parent
    new = not own.exists()
    own.mkdir(parents=True, exist_ok=True)
    notices: list[Notice] = []
    if new:
        (own / ".gitignore").write_text(IGNORED, encoding="utf-8")
        notices.append(Notice(f"{own / '.gitignore'} keeps private keys out of git"))
    _write_new(pair.private, private, 0o600)
    _write_new(pair.public, public, 0o644)
    if _would_be_added(pair.private):
        ignore = shlex.quote(str(own / ".gitignore"))
        fix = f"printf '*.pem\\n!*.pub.pem\\n' >> {ignore}"
        notices.append(Notice(f"git does not ignore the private key {pair.private}", warning=True, do=fix))
    return Pair(pair.private, pair.public, made=True, notices=tuple(notices))


def resume_pair(folder: str, name: str, kind: Literal["rsa", "ecdsa"]) -> Pair:
    """Return the pair with this name, and create what is missing: the pair, or its public half.

    Raises WrongUsage if the two files are not a pair, or UnusableKey if one is not a private key.
    """
    from cfstream.spec.keys import NotAPublicKey, der_digest
    from cfstream.use_cases.private_keys import read_private_key

    pair = pair_in(folder, name)
    if not pair.private.exists():
        return make_pair(folder, name, kind)
    key = read_private_key(str(pair.private))
    if not pair.public.exists():
        _write_new(pair.public, key.public_pem.encode(), 0o644)
        return pair
    try:
        belongs = der_digest(pair.public.read_text("utf-8", "replace")) == key.der_sha256
    except NotAPublicKey:
        belongs = False
    if not belongs:
        raise WrongUsage(f"{pair.public} is not the public half of {pair.private}", "choose another --name")
    return pair


def _would_be_added(file: Path) -> bool:
    """Return whether the next ``git add`` would add the file; False without git or a repository."""
    listed = ("ls-files", "--others", "--exclude-standard", "-z", "--", file.name)
    try:
        return git(str(file.parent), *listed) != b""
    except CfstreamError:  # no git, no repository, or one that git does not trust
        return False


def throwaway() -> bytes:
    """Return the public half of a new key whose private half is discarded, as a placeholder for a key to create."""
    return _new_key("ecdsa")[1]


def _new_key(kind: Literal["rsa", "ecdsa"]) -> tuple[bytes, bytes]:
    """Return a new private key and its public half, as PEM."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
    )

    key = rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _write_new(path: Path, content: bytes, mode: int) -> None:
    """Write a new file. If that fails, delete it."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        raise WrongUsage(f"{path} exists, and a key is never overwritten", "choose another name") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        raise CfstreamError(f"{path} could not be written: {reason_of(error)}") from None
