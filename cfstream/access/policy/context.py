"""Model what a request has under one condition key, and who decides the value."""

from typing import TypeAlias

from cfstream.startup.frozen import dataclass


@dataclass(frozen=True)
class Fixed:
    """The key always has these values."""

    values: tuple[str, ...]


@dataclass(frozen=True)
class Absent:
    """The request never has the key."""


@dataclass(frozen=True)
class Chosen:
    """The requester chooses any value that matches a pattern in `within`."""

    within: tuple[str, ...] = ("*",)
    optional: bool = True
    """Whether the requester can also omit the key."""
    issuable: tuple[str, ...] = ()
    """Values that AWS may issue to the requester, who cannot choose them: ``vpc-*`` for a new VPC."""


@dataclass(frozen=True)
class Unknown:
    """Any value that matches `within`. The requester cannot choose it."""

    within: tuple[str, ...] = ("*",)
    optional: bool = True
    issuable: tuple[str, ...] = ()
    """As in `Chosen`."""


@dataclass(frozen=True)
class IpAddress:
    """An IP address in one of the networks."""

    networks: tuple[str, ...] = ("0.0.0.0/0", "::/0")
    optional: bool = False
    elsewhere: bool = False
    """Whether the address is outside every narrow network that a policy names, like an arbitrary internet address."""


Value: TypeAlias = Fixed | Absent | Chosen | Unknown | IpAddress

ABSENT = Absent()
CHOSEN = Chosen()
UNKNOWN = Unknown()


def fixed(*values: str) -> Fixed:
    """Return a key that always has these values."""
    return Fixed(values)
