"""A snapshot in use: recorded from a world, written, read back, planned from."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace

from cfstream.ports import World
from cfstream.recording.accounts import hidden, revealed, strings
from cfstream.recording.document import Snapshot, as_text, checked, from_document, sealed, to_document
from cfstream.recording.taking import record, replayed
from cfstream.render.document import as_text as plan_as_text
from cfstream.render.json import plan_document
from cfstream.spec.load import Stack
from cfstream.workflow import make_plan

SALT = "0123456789abcdef"
REQUEST = re.compile(r", request [^)\"]+")
"""The one thing that a recording does not keep: each request to AWS has another id."""


def text_of(stacks: Sequence[Stack], world: World, *, salt: str = "") -> str:
    """Return the file that `cfstream snapshot` writes; with a salt, the one of ``--hash-accounts``."""
    snapshot = Snapshot(
        account=world.account,
        partition=world.partition,
        region=world.region,
        real_aws=world.real_aws,
        taken=world.clock.now(),
        specs=("specs",),
        stacks=tuple(stack.spec.name for stack in stacks),
        sections=record(stacks, world).sections,
    )
    document = to_document(snapshot)
    return as_text(sealed(hidden(document, salt)) if salt else document)


def world_in(text: str, stacks: Sequence[Stack], world: World) -> World:
    """Return the world in the file for these specs, at the time of `world`."""
    document = checked(json.loads(text))
    if "salt" in document:
        named = [each for stack in stacks for each in strings(stack.spec.model_dump(mode="json"))]
        document = json.loads(revealed(text, document["salt"], named))
    snapshot = from_document(document)
    return replace(replayed(snapshot, world.clock, "live.json", "record it again"), clock=world.clock)


def plan_of(stacks: Sequence[Stack], world: World) -> str:
    """Return the plan as ``--format json`` prints it, without request ids."""
    return REQUEST.sub("", plan_as_text(plan_document(make_plan(stacks, world))))
