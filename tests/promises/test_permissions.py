"""What `cfstream permissions` allows is what cfstream calls: every call, and nothing that it never calls."""

import json
import shutil
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from cfstream.permissions.document import policy
from cfstream.permissions.resources import Place
from cfstream.ports import World
from cfstream.sandbox.server import ACCOUNT, Sandbox
from cfstream.spec.load import Stack, load
from cfstream.spec.model import Spec
from tests.golden.plans.stage import Stage
from tests.golden.plans.test_golden_plans import CASES, HERE, KEYS
from tests.promises.iam import actions, allowed, knows, refused
from tests.promises.permission_scenarios import CHANGES
from tests.promises.recorder import Played, play
from tests.promises.studio import Studio
from tests.sandboxed import Clients

BY_OTHERS = frozenset({"s3:GetBucketAcl", "s3:PutBucketAcl"})
"""CloudFront asks for these in our name where a distribution is to write logs (Developer Guide, standard logging)."""


WHILE_LISTS_LAG = frozenset({"cloudfront:GetCloudFrontOriginAccessIdentity"})
"""An identity that the list does not have yet is asked for by its id (`test_object_grants` makes it so)."""


def specs_of(stacks: Sequence[Stack]) -> tuple[Spec, ...]:
    """The specs alone."""
    return tuple(stack.spec for stack in stacks)


def golden(folder: Path, sandbox: Sandbox, clients: Clients) -> Iterator[Played]:
    """Every case of the golden plans."""
    for case in CASES:
        shutil.copytree(HERE / case, folder / case)
        shutil.copytree(KEYS, folder / case / "keys")
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder / case)
            stage = Stage(sandbox, clients)
            stage.set_up(Path("live.json"))
            things = json.loads(Path("live.json").read_text())
            before = [spec for thing in things for file in thing.get("apply", ()) for spec in kept_in(file)]
            specs = sorted(Path().glob("*.yaml"))
            for spec in specs:
                stage.spec(spec)
            yield from play(case, load([str(spec) for spec in specs]), stage.world, before=before)


def kept_in(file: str) -> tuple[Spec, ...]:
    """The specs of a file in another folder, whose keys are here."""
    with Path(file).open() as stream:
        return specs_of(load(["-"], stdin=stream))


def changes(folder: Path, sandbox: Sandbox, door: World, clients: Clients) -> Iterator[Played]:
    """Every change of the table."""
    for number, (name, change) in enumerate(CHANGES.items()):
        sandbox.reset()
        (folder / str(number)).mkdir()
        studio = Studio(folder / str(number), sandbox, door, clients)
        studio.bucket("media", "a/one.mp4")
        change.first(studio)
        before: tuple[Spec, ...] = ()
        if change.before is not None:
            studio.apply(change.before)
            before = specs_of(studio.load(change.before))
        change.then(studio)
        after = [change.after] if isinstance(change.after, dict) else change.after
        stacks = studio.load(*after)
        yield from play(
            name,
            stacks,
            studio.world,
            before=before,
            deaf=change.deaf,
            last=lambda: change.last(studio),  # noqa: B023
        )


@pytest.mark.usefixtures("s3control")
def test_a_policy_allows_what_is_called_and_nothing_else(
    tmp_path: Path, server: Sandbox, door: World, clients: Clients
) -> None:
    """In every scenario each call is allowed, and whatever a policy allows is called in one of that delivery.

    A stack that changes from one spec to another has the policies of both. IAM knows each action, on such resources.
    """
    called: defaultdict[Any, set[str]] = defaultdict(set)
    may: defaultdict[Any, set[str]] = defaultdict(set)
    lacking: defaultdict[str, set[str]] = defaultdict(set)
    for played in (*golden(tmp_path, server, clients), *changes(tmp_path, server, door, clients)):
        kind = played.specs[0].delivery, str(played.purpose)
        held = [
            policy(specs, played.purpose, Place(ACCOUNT)) for specs in (played.specs, played.before) if specs
        ]
        lacking[f"{played.name}: {played.purpose}"].update(
            action for call in played.calls for action in refused(call, held)
        )
        called[kind].update(action for call in played.calls for action in actions(call))
        pairs = {pair for each in held for pair in allowed(each)}
        may[kind].update(action for action, _ in pairs)
        assert {pair for pair in pairs if not knows(*pair)} == set()
    assert {name: missing for name, missing in lacking.items() if missing} == {}
    unused = {kind: may[kind] - called[kind] - BY_OTHERS - WHILE_LISTS_LAG for kind in may}
    assert {kind: idle for kind, idle in unused.items() if idle} == {}
