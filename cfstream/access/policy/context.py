"""What a request carries under one condition key, and who decides it."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Fixed:
    """Always these values."""

    values: tuple[str, ...]


@dataclass(frozen=True)
class Absent:
    """The request never has the key."""


@dataclass(frozen=True)
class Chosen:
    """The requester picks any value that one of the patterns in `within` matches."""

    within: tuple[str, ...] = ("*",)
    optional: bool = True
    """Whether the requester can also leave the key out."""
    lucky: tuple[str, ...] = ()
    """Values that AWS may issue to the requester, who cannot choose them: ``vpc-*`` for a new VPC."""


@dataclass(frozen=True)
class Unknown:
    """Any value that `within` matches. Nobody who asks can choose it."""

    within: tuple[str, ...] = ("*",)
    optional: bool = True
    lucky: tuple[str, ...] = ()
    """As in `Chosen`."""


@dataclass(frozen=True)
class Address:
    """An IP address in one of the networks."""

    networks: tuple[str, ...] = ("0.0.0.0/0", "::/0")
    optional: bool = False
    elsewhere: bool = False
    """Whether the address is outside every narrow network that a policy names: somebody on the internet."""


Value: TypeAlias = Fixed | Absent | Chosen | Unknown | Address

ABSENT = Absent()
CHOSEN = Chosen()
UNKNOWN = Unknown()


def fixed(*values: str) -> Fixed:
    """Return a key that always has these values."""
    return Fixed(values)
