"""The private key that a command signs with: its file, and its passphrase, which is never an argument."""

import os
import stat
import sys
from typing import TYPE_CHECKING

from cfstream.cli.terminal import streams

if TYPE_CHECKING:
    from cfstream.sign.keys import PrivateKey

PASSPHRASE = "CFSTREAM_KEY_PASSPHRASE"  # noqa: S105 (the name of a variable)


def read_private_key(path: str) -> "PrivateKey":
    """The key in the file, with a warning on stderr where everybody on this machine may read it.

    The passphrase of an encrypted one is taken from the environment, or asked for. Raises UnusableKey.
    """
    from cfstream.sign import PassphraseNeeded
    from cfstream.sign.keys import private_key, read_key

    pem = read_key(path)
    if b"PRIVATE KEY" in pem:
        _warn_of_readers(path)
    known = os.environ.get(PASSPHRASE)
    try:
        return private_key(pem, known, name=path)
    except PassphraseNeeded:
        if known:
            raise PassphraseNeeded(
                f"the passphrase in {PASSPHRASE} does not open {path}", "check the variable"
            ) from None
    return private_key(pem, _ask(path), name=path)


def _ask(path: str) -> str:
    from cfstream.sign import PassphraseNeeded

    if sys.stdin is None or not sys.stdin.isatty():
        raise PassphraseNeeded(
            f"{path} is encrypted, and there is no terminal to ask for its passphrase on",
            f"put the passphrase into the environment, as {PASSPHRASE}",
        )
    import getpass

    try:
        return getpass.getpass(f"Passphrase of {path}: ", stream=sys.stderr)
    except EOFError:
        raise PassphraseNeeded(
            f"{path} is encrypted, and no passphrase was given", "type it when asked"
        ) from None


def _warn_of_readers(path: str) -> None:
    mode = os.stat(path).st_mode
    if stat.S_ISREG(mode) and mode & stat.S_IROTH:
        streams.note(f"warning: everybody on this machine may read {path}; run: chmod 600 {path}\n")
