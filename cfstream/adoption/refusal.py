"""The error for a distribution that no spec can describe."""

from cfstream.errors import WrongUsage


class CannotImport(WrongUsage):
    """No spec can be written for this distribution."""
