"""Take a snapshot, and make a World from a snapshot."""

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
    from cfstream.recording.recorded import Recorded, RecordedCall
    from cfstream.spec.load import Stack


def record(stacks: "Sequence[Stack]", world: World) -> "dict[RecordedCall, Recorded]":
    """Record everything that a plan of `stacks` reads, and what a plan of changed specs may read.

    Makes the calls of `make_plan` and `survey`. Raises as they do, and Throttled.
    """
    recorder = RecordingReads(world.reads())
    make_plan(stacks, replace(world, reads=lambda: recorder))
    survey(recorder, scenes_of(stacks, world))
    return recorder.recorded


def replayed(snapshot: "Snapshot", clock: Clock, source: str, remedy: str) -> World:
    """Return a World with the state of the snapshot and the current time.

    `source` and `remedy` are for the error if the snapshot lacks something: its name, and the fix.
    """
    reads = ReplayedReads(snapshot.recorded, source, remedy)
    return World(
        account=snapshot.account,
        partition=snapshot.partition,
        region=snapshot.region,
        real_aws=snapshot.real_aws,
        reads=lambda: reads,
        aws=reads,
        clock=clock,
    )
