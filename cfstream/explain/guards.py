"""The behaviors of a distribution, and the keys that each of them trusts.

`stack.signing_keys` reads them from AWS.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import field

from cfstream.domain.distribution import account_words
from cfstream.sign.resource import pattern_path
from cfstream.startup.frozen import dataclass
from cfstream.wildcards import like


@dataclass(frozen=True)
class TrustedKey:
    """A public key in a key group. `active` is whether the distribution already accepts its signatures."""

    id: str
    name: str
    group: str
    pem: str = field(repr=False)
    der_sha256: str | None
    active: bool


@dataclass(frozen=True)
class GuardedBehavior:
    """One behavior. `path` is its pattern, empty for the default one. Without signers, no signature is needed."""

    path: str = ""
    groups: tuple[str, ...] = ()
    """Names of its key groups; the id if a group could not be read."""
    signers: tuple[str, ...] = ()
    """Accounts, by number or as ``self``."""
    keys: tuple[TrustedKey, ...] = ()
    """The public keys in its groups."""
    key_pairs: tuple[str, ...] = ()
    """Ids of its accounts' key pairs. AWS does not show their public keys."""
    viewer_protocol: str = ""
    streaming: bool = False
    """Whether its distribution is a streaming one."""
    functions: tuple[str, ...] = ()
    """The names of the functions that run on requests."""
    bucket: str = ""
    """The bucket that its origin leads to; empty for another origin."""
    key_prefix: str = ""
    """What CloudFront adds in front of the path, like ``/v2``."""

    @property
    def signed(self) -> bool:
        return bool(self.groups or self.signers)

    @property
    def key_ids(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*(key.id for key in self.keys), *self.key_pairs)))

    def groups_of(self, key: Callable[["TrustedKey"], bool]) -> tuple[str, ...]:
        """Return the names of its groups that have such a key."""
        return tuple(dict.fromkeys(each.group for each in self.keys if key(each)))

    @property
    def signers_text(self) -> str:
        """Its signers as text."""
        return " or ".join([*map(_group, self.groups), *map(account_words, self.signers)]) or "nobody"

    @property
    def named(self) -> str:
        """The behavior as text. A streaming distribution has only one."""
        if self.streaming:
            return "the streaming distribution"
        return f"the behavior {self.path}" if self.path else "the default behavior"


@dataclass(frozen=True)
class Guards:
    """A distribution of either kind as viewers see it. `behaviors` are in order of precedence, the default one last."""

    id: str
    domain_name: str
    aliases: tuple[str, ...]
    behaviors: tuple[GuardedBehavior, ...]
    enabled: bool = True
    deployed: bool = True
    ipv6: bool = False
    limits: tuple[str, ...] = ()
    """What else may refuse a viewer, whatever the signature: countries and a web ACL, as sentences."""
    error_page: str = ""
    """What viewers get instead of a 403, as text: ``404 with /errors/404.html``. Empty without an error page."""
    root_object: str = ""
    """The object that the path ``/`` means; empty for none."""
    loopback: str = ""
    """The host name that resolves to it in browsers on this machine, if it is in a sandbox."""

    def of(self, path: str) -> GuardedBehavior:
        """Return the behavior for a path, which starts with a slash.

        The first pattern that matches wins. A pattern may omit its leading slash.
        """
        for guard in self.behaviors:
            if not guard.path or like(pattern_path(guard.path), path):
                return guard
        raise AssertionError("a distribution has a default behavior")

    def answers(self, host: str) -> bool:
        """Return whether this distribution serves this host, or one of those that a pattern covers."""
        name = re.sub(r":\d+$", "", host)
        own = (self.domain_name.lower(), self.loopback) if self.loopback else (self.domain_name.lower(),)
        return name in own or any(_names(alias.lower(), name) for alias in self.aliases)


def groups_text(names: Iterable[str]) -> str:
    """Return names of key groups as text; a key that is in several groups is in each of them."""
    return " and ".join(map(_group, names))


def _group(name: str) -> str:
    return f"key group {name}"


def _names(alias: str, host: str) -> bool:
    """Return whether an alias names the host.

    A wildcard covers any number of labels (Developer Guide, "Use wildcards in alternate domain names"). The host may
    itself be a pattern like ``*.example.com``: then the alias must be one of the names that it covers.
    """
    if alias.startswith("*.") and host.endswith(alias[1:]):
        return True
    return alias == host or (host.startswith("*.") and alias.endswith(host[1:]))
