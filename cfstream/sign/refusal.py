"""Errors of signing. None of them contains any part of a key or a passphrase."""

from cfstream.errors import WrongUsage


class CannotSign(WrongUsage):
    """CloudFront would refuse every signature for this URL, time or address."""


class UnusableKey(CannotSign):
    """The private key cannot be read, or CloudFront does not accept its type."""


class PassphraseNeeded(UnusableKey):
    """The private key is encrypted, and the passphrase is missing or wrong."""
