"""An account in the sandbox: specs are planned and applied, and another user reads and changes its resources."""

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from cfstream.applying import EventHandler, Report, RunOptions, quiet
from cfstream.planning import Plan, StackPlan
from cfstream.ports import Writes
from cfstream.spec.load import Stack, load
from cfstream.workflow import apply_plan, make_plan
from tests.world.clock import QuickClock
from tests.world.other_user import OtherUser
from tests.world.plans import report_lines
from tests.world.sandbox import Sandbox
from tests.world.specs import FILES, KEYS, ONE, Json, filled

T = TypeVar("T")


class SandboxAccount(OtherUser):
    """One account, and a folder for specs and public keys. Its methods plan and apply specs."""

    def __init__(self, folder: Path, sandbox: Sandbox, clock: QuickClock | None = None) -> None:
        super().__init__(sandbox.clients)
        self.sandbox = sandbox
        self.folder = folder
        self.clock = clock or QuickClock()
        self.world = sandbox.world_at(self.clock)
        self.ids: dict[str, str] = {}
        """The ids of resources, by the placeholders for them in specs."""
        self._numbers = itertools.count(1)
        self._loaded: dict[tuple[object, ...], tuple[Stack, ...]] = {}
        self._begun = False
        self._given = self.world
        self._key: tuple[object, ...] = ()
        self._writes = 0
        for name, file in FILES.items():
            (folder / f"{name}.pem").write_text((KEYS / f"{file}.pub.pem").read_text())

    # States that tests share

    def start_at(self, name: str, make: Callable[[], T]) -> T:
        """Make the state with this name, or restore it if it is known. Return what making it returned.

        If a test begins with `converge`, its result is a shared state, too.
        """
        made = self.sandbox.states.reach(name, make)
        self._begun, self._given = True, self.world
        self._reached((name,))
        return made

    def _reached(self, key: tuple[object, ...]) -> None:
        self._key, self._writes = key, self.sandbox.writes

    def _next_key(self, *call: object) -> tuple[object, ...] | None:
        """Return the key of the state after a call; None if the test has changed anything since the last state."""
        if not self._begun or self.world is not self._given or self.sandbox.writes != self._writes:
            return None
        return (*self._key, *call, self._keys(), repr(self.sandbox.cloudfront.settings), self.clock.slept)

    # What cfstream does

    def load(self, *documents: Mapping[str, Any]) -> tuple[Stack, ...]:
        """Return the stacks of these specs, each in its own file, with ids in place of the placeholders.

        The same specs with the same keys are loaded once.
        """
        texts = [json.dumps(filled(document, self.ids), ensure_ascii=False) for document in documents]
        key = (*texts, *self._keys())
        if key not in self._loaded:
            paths = [self.folder / f"{next(self._numbers)}.yaml" for _ in texts]
            for path, text in zip(paths, texts, strict=True):
                path.write_text(text, encoding="utf-8")
            self._loaded[key] = load([str(path) for path in paths])
        return self._loaded[key]

    def _keys(self) -> tuple[tuple[str, bytes], ...]:
        return tuple((file.name, file.read_bytes()) for file in sorted(self.folder.glob("*.pem")))

    def plan(self, *documents: Json) -> Plan:
        """Return the plan for these specs."""
        return make_plan(self.load(*documents), self.world)

    def stack(self, document: Json) -> StackPlan:
        """Return the plan of this stack."""
        return self.plan(document).stacks[0]

    def run(
        self,
        plan: Plan,
        *,
        allow: Sequence[str] = (),
        port: Writes | None = None,
        tell: EventHandler = quiet,
        **options: Any,
    ) -> Report:
        """Apply an existing plan, through another world if one is given."""
        world = replace(self.world, aws=port) if port is not None else self.world
        return apply_plan(plan, world, RunOptions(frozenset(allow), **options), tell=tell)

    def apply(
        self, *documents: Json, allow: Sequence[str] = (), port: Writes | None = None, **options: Any
    ) -> Report:
        """Plan and apply."""
        return self.run(self.plan(*documents), allow=allow, port=port, **options)

    def converge(self, *documents: Json, allow: Sequence[str] = ()) -> Plan:
        """Plan and apply, and check that everything is done and that the next plan is empty."""
        key = self._next_key("converge", json.dumps(documents), tuple(allow))
        if key is None:
            return self._converge(*documents, allow=allow)
        slept = self.clock.slept
        plan, after = self.sandbox.states.reach(
            key, lambda: (self._converge(*documents, allow=allow), self.clock.slept - slept)
        )
        self.clock.slept = slept + after
        self._reached(key)
        return plan

    def _converge(self, *documents: Json, allow: Sequence[str]) -> Plan:
        plan = self.plan(*documents)
        report = self.run(plan, allow=allow)
        assert report.exit_code == 0, report_lines(report)
        left = self.plan(*documents)
        assert not left.stacks or left.in_sync, [
            (one.id, one.because, one.changes) for stack in left.stacks for one in stack.steps
        ]
        return plan

    # What another user does with a public key of the folder

    def make_key(self, name: str, comment: str = "by hand", *, file: str = ONE) -> str:
        """Create a public key by hand, and return its id."""
        config = {
            "CallerReference": f"{name}-by-hand",
            "Name": name,
            "EncodedKey": (self.folder / f"{file}.pem").read_text(),
            "Comment": comment,
        }
        return str(self.cloudfront.create_public_key(PublicKeyConfig=config)["PublicKey"]["Id"])
