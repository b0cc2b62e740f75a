"""The one order of a plan's steps, derived from what each stage waits for."""

from collections.abc import Iterator, Mapping
from enum import StrEnum


class Stage(StrEnum):
    """When a step runs: nothing is readable before it is guarded, nothing ends before its successor works.

    The order follows from `WAITS_FOR`; stages that do not depend on each other run in the order of this list.
    """

    BUCKET = "bucket"
    NARROW = "narrow"
    """A statement or group is narrowed before a new signer joins."""
    IDENTITY = "identity"
    KEYS = "keys"
    KEY_GROUPS = "key-groups"
    POLICIES = "policies"
    DISTRIBUTION = "distribution"
    SETTLE = "settle"
    """A change of an earlier run reaches all edges before anything is opened to them."""
    MARK = "mark"
    GRANT = "grant"
    DELETE_RECORDS = "delete-records"
    SWITCH = "switch"
    """The one update of the distribution."""
    WAIT = "wait"
    LATE_GRANT = "late-grant"
    """A grant that would expose something until the new signers are in force."""
    MOVE = "move"
    MOVED = "moved"
    DNS = "dns"
    REVOKE_REMEMBERED = "revoke-remembered"
    DELETE_DISTRIBUTION = "delete-distribution"
    REVOKE = "revoke"
    UNMARK = "unmark"
    FORGET = "forget"
    DELETE_KEY_GROUPS = "delete-key-groups"
    DELETE_KEYS = "delete-keys"
    DELETE_POLICIES = "delete-policies"
    DELETE_IDENTITY = "delete-identity"

    @property
    def position(self) -> int:
        """The place of the stage in the order of a plan, from 0."""
        return POSITIONS[self]


IN_FORCE = (Stage.SETTLE, Stage.SWITCH, Stage.WAIT)

WAITS_FOR: Mapping[Stage, tuple[Stage, ...]] = {
    Stage.KEY_GROUPS: (Stage.NARROW,),
    Stage.MARK: (Stage.DISTRIBUTION,),
    Stage.GRANT: (Stage.DISTRIBUTION, Stage.SETTLE, Stage.MARK),
    Stage.SWITCH: (Stage.NARROW, Stage.MARK, Stage.GRANT, Stage.DELETE_RECORDS),
    Stage.WAIT: (Stage.KEY_GROUPS, Stage.POLICIES, Stage.DISTRIBUTION, Stage.SWITCH),
    Stage.LATE_GRANT: (Stage.MARK, *IN_FORCE),
    Stage.MOVE: (Stage.GRANT, *IN_FORCE, Stage.LATE_GRANT),
    Stage.MOVED: (Stage.MOVE,),
    Stage.DNS: (*IN_FORCE, Stage.MOVE, Stage.MOVED),
    Stage.REVOKE_REMEMBERED: IN_FORCE,
    Stage.DELETE_DISTRIBUTION: (Stage.IDENTITY, Stage.DELETE_RECORDS, *IN_FORCE, Stage.REVOKE_REMEMBERED),
    Stage.REVOKE: (Stage.GRANT, *IN_FORCE, Stage.LATE_GRANT, Stage.DELETE_DISTRIBUTION),
    Stage.UNMARK: (Stage.GRANT, *IN_FORCE, Stage.LATE_GRANT, Stage.REVOKE),
    Stage.FORGET: (Stage.GRANT, *IN_FORCE, Stage.LATE_GRANT, Stage.REVOKE, Stage.UNMARK),
    Stage.DELETE_KEY_GROUPS: (*IN_FORCE, Stage.DELETE_DISTRIBUTION),
    Stage.DELETE_KEYS: (Stage.KEY_GROUPS, *IN_FORCE, Stage.DELETE_KEY_GROUPS),
    Stage.DELETE_POLICIES: (*IN_FORCE, Stage.DELETE_DISTRIBUTION),
    Stage.DELETE_IDENTITY: (*IN_FORCE, Stage.DELETE_DISTRIBUTION, Stage.REVOKE),
}
"""The stages whose steps must be done before a step of this stage runs."""


def _in_order(waits_for: Mapping[Stage, tuple[Stage, ...]]) -> Iterator[Stage]:
    """Yield every stage after all that it waits for. Raises ValueError if stages wait for each other."""
    left = list(Stage)
    while left:
        ready = next((each for each in left if not set(waits_for.get(each, ())) & set(left)), None)
        if ready is None:
            raise ValueError(f"these stages wait for each other: {', '.join(left)}")
        left.remove(ready)
        yield ready


POSITIONS: Mapping[Stage, int] = {stage: number for number, stage in enumerate(_in_order(WAITS_FOR))}
