"""Private keys in files, and the passphrase of an encrypted one."""

import os
import stat
from typing import TYPE_CHECKING

from cfstream.errors import Notice

if TYPE_CHECKING:
    from collections.abc import Callable

    from cfstream.sign.keys import PrivateKey

PASSPHRASE = "CFSTREAM_KEY_PASSPHRASE"  # noqa: S105 (the name of a variable)


def read_private_key(path: str, ask: "Callable[[str], str] | None" = None) -> "PrivateKey":
    """Return the private key in a file. Raises UnusableKey.

    The passphrase of an encrypted key comes from the environment, or from `ask`, which gets the path.
    """
    from cfstream.sign import PassphraseNeeded
    from cfstream.sign.keys import private_key, read_key

    pem = read_key(path)
    known = os.environ.get(PASSPHRASE)
    try:
        return private_key(pem, known, name=path)
    except PassphraseNeeded:
        if known:
            what = f"the passphrase in {PASSPHRASE} is wrong for {path}"
            raise PassphraseNeeded(what, "correct the variable") from None
        if ask is None:
            what = f"{path} is encrypted, and its passphrase is unknown"
            raise PassphraseNeeded(what, f"set {PASSPHRASE} to the passphrase") from None
    return private_key(pem, ask(path), name=path)


def notices_of_key(path: str) -> tuple[Notice, ...]:
    """Return a warning if every user of this machine can read the private key."""
    try:
        mode = os.stat(path).st_mode
    except OSError:  # `read_private_key` reports it
        return ()
    if stat.S_ISREG(mode) and mode & stat.S_IROTH:
        return (Notice(f"every user of this machine can read {path}", warning=True, do=f"chmod 600 {path}"),)
    return ()
