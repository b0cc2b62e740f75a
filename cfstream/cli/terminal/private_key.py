"""Opens the private key of a command, and asks for its passphrase."""

import sys
from typing import TYPE_CHECKING

from cfstream.cli.terminal.streams import Terminal
from cfstream.use_cases.private_keys import PASSPHRASE, notices_of_key, read_private_key

if TYPE_CHECKING:
    from cfstream.sign.keys import PrivateKey


def open_private_key(path: str, terminal: Terminal) -> "PrivateKey":
    """Return the key in the file. Asks for a passphrase on the terminal, and warns if others can read the file."""
    key = read_private_key(path, _ask)
    for notice in notices_of_key(path):
        terminal.notice(notice)
    return key


def _ask(path: str) -> str:
    from cfstream.sign import PassphraseNeeded

    if sys.stdin is None or not sys.stdin.isatty():
        raise PassphraseNeeded(
            f"{path} is encrypted, and there is no terminal to ask for its passphrase",
            f"set {PASSPHRASE} to the passphrase",
        )
    import getpass

    try:
        return getpass.getpass(f"Passphrase of {path}: ", stream=sys.stderr)
    except EOFError:
        raise PassphraseNeeded(
            f"{path} is encrypted, and no passphrase was given", "type the passphrase when asked"
        ) from None
