"""Who guards what: the behaviors of a distribution, and the keys whose signatures each of them takes.

Values alone; `inventory.signing_keys` reads them from AWS.
"""

import re
from dataclasses import dataclass, field

from cfstream.sign.resource import pattern_path
from cfstream.wildcards import like


@dataclass(frozen=True)
class TrustedKey:
    """A public key in a key group. `active` says whether it is in force at the distribution already."""

    id: str
    name: str
    group: str
    pem: str = field(repr=False)
    der_sha256: str | None
    active: bool


@dataclass(frozen=True)
class Guard:
    """One behavior: `path` is its pattern, empty for the default one. Without signers everybody may see it."""

    path: str = ""
    groups: tuple[str, ...] = ()
    """Names of its key groups; an id where the group could not be read."""
    signers: tuple[str, ...] = ()
    """Accounts, by number or ``self``."""
    keys: tuple[TrustedKey, ...] = ()
    """The keys of its groups."""
    key_pairs: tuple[str, ...] = ()
    """Ids of the key pairs of its accounts; their public halves can be read by nobody."""
    viewer_protocol: str = ""

    @property
    def signed(self) -> bool:
        return bool(self.groups or self.signers)

    @property
    def key_ids(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*(key.id for key in self.keys), *self.key_pairs)))

    @property
    def whom(self) -> str:
        """Its signers in words."""
        groups = [f"key group {name}" for name in self.groups]
        return " or ".join([*groups, *(f"account {signer}" for signer in self.signers)]) or "nobody"

    @property
    def named(self) -> str:
        """The behavior in words."""
        return f"the behavior {self.path}" if self.path else "the default behavior"


@dataclass(frozen=True)
class Guards:
    """A distribution of either kind as a viewer meets it; `behaviors` in their order, the default one last."""

    id: str
    domain_name: str
    aliases: tuple[str, ...]
    behaviors: tuple[Guard, ...]
    enabled: bool = True
    deployed: bool = True
    ipv6: bool = False
    loopback: str = ""
    """The name under which browsers find it on this machine, where all of AWS is a stand-in there."""

    def of(self, path: str) -> Guard:
        """The behavior that a request for this path meets; the path begins with a slash.

        The first pattern that matches counts; patterns may leave their first slash out.
        """
        for guard in self.behaviors:
            if not guard.path or like(pattern_path(guard.path), path):
                return guard
        raise AssertionError("a distribution has a default behavior")

    def answers(self, host: str) -> bool:
        """Whether a request for this host comes to this distribution."""
        name = re.sub(r":\d+$", "", host)
        own = (self.domain_name.lower(), self.loopback) if self.loopback else (self.domain_name.lower(),)
        return name in own or any(_names(alias.lower(), name) for alias in self.aliases)


def _names(alias: str, host: str) -> bool:
    """An alias with a wildcard stands for exactly one label."""
    if not alias.startswith("*."):
        return alias == host
    return host.partition(".")[2] == alias[2:]
