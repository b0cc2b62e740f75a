"""When a public key may leave its group without breaking URLs that are still valid.

The sequence is the Developer Guide's ("Rotating key pairs"): add the new key, sign with it, wait until the last URL of
the old key expires, and remove the old key. In the spec, a key `replaces` older ones. Once it has been in the group for
longer than `sign.max_validity`, every URL that they signed has expired.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from cfstream.spec.wording import nearest
from cfstream.stack.declared_keys import DeclaredGroup, DeclaredKey
from cfstream.startup.frozen import dataclass
from cfstream.steps.hazards import Hazard, HazardName

if TYPE_CHECKING:
    from datetime import datetime, timedelta


def _no_command(_key: str) -> str:
    return ""


@dataclass(frozen=True)
class Successor:
    """A key that stays in the group, since when it is there for certain, and whether it is active."""

    name: str
    since: "datetime | None"
    active: bool


@dataclass(frozen=True)
class Grace:
    """What decides whether a key may leave a group: the remaining keys, the grace period, and the time."""

    declared: tuple[DeclaredKey, ...]
    """All keys of the spec, with the keys that they replace."""
    staying: Mapping[str, Successor]
    """The keys that stay in the group, by name."""
    validity: "timedelta"
    now: "datetime | None"
    rotate: Callable[[str], str] = _no_command
    """Return the command that replaces a key without cutting viewers off; empty if it is not known."""

    def hazard(self, key: str) -> Hazard | None:
        """Return the hazard of detaching this key; None if every URL that it signed has expired."""
        successors = [self.staying[name] for name in _replacing(key, self.declared) if name in self.staying]
        if any(self._is_past(successor) for successor in successors):
            return None
        if not successors:
            why = "no key in the group replaces it"
            if command := self.rotate(key):
                why += f". To replace it and cut nobody off, put it back, and run: {command}"
        else:
            why = "; ".join(self._not_yet(successor) for successor in successors)
        return Hazard(
            HazardName.CUTS_VIEWERS, f"URLs signed with {key} stop working when it leaves the group: {why}"
        )

    def _is_past(self, successor: Successor) -> bool:
        return (
            successor.active
            and successor.since is not None
            and self.now is not None
            and successor.since + self.validity <= self.now
        )

    def _not_yet(self, successor: Successor) -> str:
        if successor.since is None:
            return f"its replacement {successor.name} does not exist yet"
        if not successor.active:
            return f"its replacement {successor.name} is not active in the group yet"
        until = f"{successor.since + self.validity:%Y-%m-%d %H:%M %Z}"
        return f"{successor.name} replaces it, but URLs signed with the old key may be valid until {until}"


def misspelt_replaces(
    group: DeclaredGroup, in_group: Collection[str], in_account: Collection[str]
) -> Iterator[tuple[str, str, str]]:
    """Yield each key that has not joined its group, a name that it replaces and that no key has, and a similar name.

    Without a similar name, or after the key has joined, it is the name of a key whose rotation has ended.
    """
    declared = {key.name for key in group.keys}
    replaced = {old for key in group.keys for old in key.replaces}
    for key in group.keys:
        if key.name in in_group:
            continue
        newer = {key.name, *_replacing(key.name, group.keys)}
        meant = sorted((declared | {*in_group}) - newer - replaced)
        for old in key.replaces:
            if old in declared or old in in_account:
                continue
            if near := nearest(old, meant, alike=0.75):
                yield key.name, old, near


def _replacing(key: str, declared: Iterable[DeclaredKey]) -> tuple[str, ...]:
    """Return every declared key that replaces `key`, directly or through other keys, sorted."""
    by_old: dict[str, set[str]] = {}
    for one in declared:
        for old in one.replaces:
            by_old.setdefault(old, set()).add(one.name)
    found: set[str] = set()
    waiting = [key]
    while waiting:
        newer = by_old.get(waiting.pop(), set()) - found
        found |= newer
        waiting.extend(newer)
    return tuple(sorted(found - {key}))
