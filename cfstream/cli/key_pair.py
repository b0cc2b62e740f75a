"""Key pairs as files: made once, the private half for its owner's eyes alone, and never written over."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cfstream.errors import CfstreamError, WrongUsage


@dataclass(frozen=True)
class Pair:
    """The files of a key pair; `made` says whether they are new."""

    private: Path
    public: Path
    made: bool


def pair_in(folder: str, name: str) -> Pair:
    """Where the pair of this name lies in a folder. Raises WrongUsage for what CloudFront takes for no name."""
    from cfstream.spec.fields import RESOURCE_NAME

    if not RESOURCE_NAME.fullmatch(name):
        raise WrongUsage(
            f"{name[:60]!r} is no name for a key: it wants at most 128 of A-Z, a-z, 0-9, - and _",
            "choose a name like lectures-2026-11",
        )
    return Pair(Path(folder, f"{name}.pem"), Path(folder, f"{name}.pub.pem"), made=False)


def make_pair(folder: str, name: str, kind: Literal["rsa", "ecdsa"]) -> Pair:
    """A new pair in the folder, which is made if need be, with a ``.gitignore``; tells where git would take the key.

    Raises WrongUsage where either file is there already.
    """
    from cfstream.cli.out_of_git import ignore_private_keys, tell_whether_ignored

    pair = pair_in(folder, name)
    for path in (pair.private, pair.public):
        if path.exists() or path.is_symlink():
            raise WrongUsage(
                f"{path} is there already, and a key is never overwritten", "choose another name"
            )
    private, public = _new_key(kind)
    own = pair.private.parent
    new = not own.exists()
    own.mkdir(parents=True, exist_ok=True)
    if new:
        ignore_private_keys(own)
    _write_new(pair.private, private, 0o600)
    _write_new(pair.public, public, 0o644)
    tell_whether_ignored(pair.private)
    return Pair(pair.private, pair.public, made=True)


def resume_pair(folder: str, name: str, kind: Literal["rsa", "ecdsa"]) -> Pair:
    """The pair of this name: the one that an earlier run left, its public half added where it did not come to that.

    Raises WrongUsage where the two files are not one pair, and UnusableKey for what is no key.
    """
    from cfstream.cli.terminal.private_key import read_private_key
    from cfstream.spec.keys import NotAPublicKey, der_digest

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


def throwaway() -> bytes:
    """A public half whose private half nobody has: it stands for a key that is still to be made."""
    return _new_key("ecdsa")[1]


def _new_key(kind: Literal["rsa", "ecdsa"]) -> tuple[bytes, bytes]:
    """Private and public half as PEM."""
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
    """Writes a file that was not there; what could not be written whole is taken away again."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        raise WrongUsage(
            f"{path} is there already, and a key is never overwritten", "choose another name"
        ) from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        raise CfstreamError(f"{path} could not be written: {error.strerror}") from None
