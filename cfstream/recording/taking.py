"""Taking a snapshot, and the world that a snapshot is."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cfstream.ports import Clock, World
from cfstream.recording.recorder import RecordingReads
from cfstream.recording.replay import ReplayedReads
from cfstream.recording.survey import survey
from cfstream.workflow import make_plan, scenes_of

if TYPE_CHECKING:
    from cfstream.recording.document import Snapshot
    from cfstream.recording.heard import Asked, Heard
    from cfstream.spec.load import Stack


def record(stacks: "Sequence[Stack]", world: World) -> "dict[Asked, Heard]":
    """All that a plan of `stacks` reads, and what a plan of changed ones may read.

    Makes the calls of `make_plan` and `survey`; raises as they do, and Throttled.
    """
    recorder = RecordingReads(world.reads())
    make_plan(stacks, replace(world, reads=lambda: recorder))
    survey(recorder, scenes_of(stacks, world))
    return recorder.heard


def replayed(snapshot: "Snapshot", clock: Clock, source: str, remedy: str) -> World:
    """The world as it was when the snapshot was taken, with the time that it is now.

    `source` and `remedy` are for the error where the snapshot lacks something: what it is called, and what to do.
    """
    door = ReplayedReads(snapshot.heard, source, remedy)
    return World(
        account=snapshot.account,
        partition=snapshot.partition,
        region=snapshot.region,
        real_aws=snapshot.real_aws,
        reads=lambda: door,
        aws=door,
        clock=clock,
    )
