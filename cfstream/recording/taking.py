"""Take a snapshot, and make a World from a snapshot."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cfstream.errors import CannotAssume, CfstreamError
from cfstream.ports import Clock, Role, World
from cfstream.recording.document import OF_ONE_ACCOUNT, AccountSection, Snapshot, UnreadRole
from cfstream.recording.recorder import RecordingReads
from cfstream.recording.replay import NotRecorded, ReplayedReads
from cfstream.recording.survey import survey
from cfstream.stack.placement import StackInContext, StackWithoutAccount, reached
from cfstream.startup.frozen import dataclass
from cfstream.workflow import make_plan

if TYPE_CHECKING:
    from cfstream.recording.recorded import Recorded, RecordedCall
    from cfstream.spec.load import Stack
    from cfstream.values import Account


@dataclass(frozen=True)
class Recording:
    """What was recorded: a section for each account, and the roles that could not be assumed."""

    sections: tuple[AccountSection, ...]
    unread: tuple[UnreadRole, ...] = ()


def record(stacks: "Sequence[Stack]", world: World) -> Recording:
    """Record everything that a plan of `stacks` reads, and what a plan of changed specs may read, by account.

    Makes the calls of `make_plan` and `survey`. Raises as they do, and Throttled. An account whose role cannot be
    assumed is left out; if that is so for every stack, raises CannotAssume.
    """
    recorders = _Recorders(world)
    make_plan(stacks, recorders.home)
    found = reached(stacks, recorders.home)
    missing = [each for each in found if isinstance(each, StackWithoutAccount)]
    if len(missing) == len(found) and missing:
        raise missing[0].error
    recorded = [each for each in found if isinstance(each, StackInContext)]
    for lists in {id(each.lists): each.lists for each in recorded}.values():
        survey(lists, [each.context for each in recorded if each.lists is lists])
    unread = {each.stack.spec.role or "": each.error for each in missing}
    return Recording(
        recorders.sections(),
        tuple(UnreadRole(role, error.what, error.do) for role, error in sorted(unread.items())),
    )


class _Recorders:
    """A recorder for each session. Those of one account fill one section."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._guard = threading.Lock()
        self._recorders: dict[str, tuple[World, RecordingReads]] = {}
        self.home = self._recording("", world)

    def assume(self, role: Role) -> World:
        """Return the World of a role with its recorder."""
        return self._recording(role.arn, self._world.assume(role))

    def sections(self) -> tuple[AccountSection, ...]:
        """Return what was recorded, sorted by account. The caller's account is always there."""
        recorded: dict[Account, dict[RecordedCall, Recorded]] = {}
        partitions: dict[Account, str] = {}
        for world, recorder in self._recorders.values():
            recorded.setdefault(world.account, {}).update(recorder.recorded)
            partitions[world.account] = world.partition
        return tuple(AccountSection(each, partitions[each], recorded[each]) for each in sorted(recorded))

    def _recording(self, role: str, own: World) -> World:
        with self._guard:
            if role not in self._recorders:
                self._recorders[role] = own, RecordingReads(own.reads())
            recorder = self._recorders[role][1]
        return replace(own, reads=lambda: recorder, assume=self.assume)


def replayed(snapshot: "Snapshot", clock: Clock, source: str, remedy: str) -> World:
    """Return a World with the state of the snapshot and the current time.

    `source` and `remedy` are for the error if the snapshot lacks something: its name, and the fix.
    """

    def of(section: AccountSection) -> World:
        reads = ReplayedReads(section.recorded, source, remedy)
        return World(
            account=section.account,
            partition=section.partition,
            region=snapshot.region,
            real_aws=snapshot.real_aws,
            reads=lambda: reads,
            aws=reads,
            clock=clock,
            assume=assume,
        )

    def assume(role: Role) -> World:
        if role.account not in worlds:
            raise _unrecorded(snapshot, role, source, remedy)
        return worlds[role.account]

    worlds = {section.account: of(section) for section in snapshot.sections}
    return worlds.get(snapshot.account) or of(AccountSection(snapshot.account, snapshot.partition, {}))


def _unrecorded(snapshot: "Snapshot", role: Role, source: str, remedy: str) -> CfstreamError:
    """Return why the snapshot has no section for the account of a role."""
    for each in snapshot.unread:
        if each.role == role.arn:
            return CannotAssume(f"{source} was recorded without account {role.account}: {each.what}", remedy)
    what = f"{source} has no section for account {role.account}, to which the role {role.arn} belongs"
    if snapshot.version == OF_ONE_ACCOUNT:
        what += ". It was made by an older cfstream, which recorded one account"
    return NotRecorded(what, remedy)
