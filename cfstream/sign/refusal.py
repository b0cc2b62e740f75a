"""Why nothing is signed. Neither error ever carries anything of a key or a passphrase."""

from cfstream.errors import WrongUsage


class CannotSign(WrongUsage):
    """The URL, the time or the address is one for which no signature would let anybody in."""


class UnusableKey(CannotSign):
    """The private key cannot be read, or is of a kind that CloudFront does not take."""


class PassphraseNeeded(UnusableKey):
    """The private key is encrypted, and the passphrase is missing or is not its own."""
