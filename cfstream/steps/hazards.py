"""The hazards: what a change can do that people must allow before it is applied.

A new hazard is a member of `HazardName` and the rule that finds it. `--allow`, its help and completion, the rules of
SARIF, the manual's table and the tests read the rest from here. First are the hazards of who can read, then those of
what protects viewers, then those of what is lost: a new one is the last of its group.
"""

from collections.abc import Collection
from dataclasses import field as attribute
from enum import StrEnum
from typing import Self

from cfstream.errors import WrongUsage
from cfstream.spec.wording import one_of
from cfstream.startup.frozen import dataclass


class HazardName(StrEnum):
    """Every hazard by the name that `--allow` takes, the worst first."""

    meaning: str
    """What happens, in a few words: for alerts and for completion."""
    when: str
    """Which changes have the hazard: for the manual."""

    def __new__(cls, name: str, meaning: str, when: str) -> Self:
        member = str.__new__(cls, name)
        member._value_ = name
        member.meaning, member.when = meaning, when
        return member

    @property
    def page(self) -> str:
        """Where the manual describes it, relative to the manual's address."""
        return f"reference/hazards/#{self}"

    MAKES_PUBLIC = (
        "makes-public",
        "anyone can read what needed a signature or was closed",
        (
            "a path that needed a signature, or that nobody could read, becomes readable by anyone: a signer is "
            "removed, `public: true`, a behavior is new, deleted or moved in front of another one, or a grant goes "
            "to an identity that another distribution serves unsigned"
        ),
    )
    CUTS_VIEWERS = (
        "cuts-viewers",
        "viewers lose access",
        (
            "a signer, or a reader through another grant, loses a path: a signer is removed, or a key before its "
            "time, other signers get the path, a cname is removed, `enabled: false`, or another origin or "
            "distribution loses its grant"
        ),
    )
    WIDENS_GRANT = (
        "widens-grant",
        "CloudFront can read more of the bucket than before",
        (
            "CloudFront can read more of the bucket than before, even if the stack only restores its own statement "
            "that somebody had narrowed or denied"
        ),
    )
    WEAKENS_TLS = (
        "weakens-tls",
        "viewers can connect with an older TLS version, or over plain http",
        "an older TLS policy is used, or plain http is allowed",
    )
    LOSES_FIREWALL = (
        "loses-firewall",
        "more countries are served, or another or no web ACL applies",
        "more countries are served, or another or no web ACL applies",
    )
    REPLACES_ACLS = (
        "replaces-acls",
        "a batch job replaces ACLs that were not all read, or that name others",
        "a batch job replaces the ACLs of objects that were not all read, or that grant something to others",
    )
    DELETES = (
        "deletes",
        "a distribution is deleted",
        "a distribution is deleted",
    )


SIGNERS = "signers"
"""Stands for whichever field names the signers of the default behavior, or says that nobody needs to sign."""


@dataclass(frozen=True)
class Hazard:
    """A dangerous effect of a step. It blocks apply until the person who runs it allows `name`."""

    name: HazardName
    text: str
    field: str = attribute(default="", compare=False)
    """The path in the spec of the field that causes it; empty if it is unknown."""
    line: int = attribute(default=0, compare=False)
    """The line of that field in the spec; 0 if it is unknown, and then that of the step counts."""

    def line_or(self, line: int) -> int:
        """Return its own line, else the one given: that of its step."""
        return self.line or line


def hazards_named(names: Collection[str]) -> frozenset[str]:
    """Return the hazards of these names. Raises WrongUsage for a name that is not a hazard."""
    known = frozenset(HazardName)
    for name in names:
        if name not in known:
            parts = [part.strip() for part in name.split(",")]
            if len(parts) > 1 and known.issuperset(parts):
                raise WrongUsage(
                    f"{name!r} is not a hazard", f"write {' '.join(f'--allow {part}' for part in parts)}"
                )
            raise WrongUsage(f"{name!r} is not a hazard", one_of(name, HazardName, most=len(HazardName)))
    return known & frozenset(names)


def worst_first(hazard: Hazard) -> int:
    """Return the sort key that puts the worst hazards first."""
    return list(HazardName).index(hazard.name)
