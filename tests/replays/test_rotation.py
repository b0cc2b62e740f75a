"""A rotation by `cfstream keys rotate`, replayed against the edge.

A URL signed with either key is always accepted during the grace period, and a run may be interrupted at any time.
"""

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from cfstream.connection import Connection
from cfstream.ports import Clock, World
from cfstream.spec.load import Stack, load
from cfstream.startup.frozen import dataclass
from cfstream.use_cases.rotation import rotate
from cfstream.workflow import make_plan
from tests.replays.account import ReplayedAccount
from tests.replays.requesting_viewers import CORRECT, FOREIGN_KEY, OBJECTS, OWN, ViewerRequest, ViewerRequests
from tests.world.specs import ONE

HOUR = 3600.0
SPEC = f"""\
version: 1
name: lectures
bucket: media
key_groups:
  - name: viewers
    public_keys:
      - {{name: {ONE}, file: {ONE}.pem}}
sign: {{max_validity: 24h}}
"""


@dataclass(frozen=True)
class ExistingConnection(Connection):
    """A connection to an existing world, with its own clock."""

    outside: World | None = None

    def world(self, clock: Clock | None = None) -> World:
        assert self.outside is not None
        return self.outside


class Rotation:
    """The rotation of a stack's only key. Its spec is a file."""

    def __init__(self, account: ReplayedAccount) -> None:
        self.account = account
        self.new = ""
        """The name of the new key, once there is one."""
        self._spec = account.folder / "lectures.yaml"
        self._spec.write_text(SPEC)

    def step(self, *, now: bool = False) -> str:
        """Return the outcome of one run of ``keys rotate``. The viewers get the key that it creates."""
        done = rotate(str(self._spec), "viewers", ExistingConnection(outside=self.account.world), now=now)
        if done.outcome == "begun":
            own_keys: Any = load_pem_private_key(Path(done.private_file).read_bytes(), None)
            self.new = done.joined
            self.account.viewers.keys[self.new] = own_keys
        return done.outcome

    def apply(self, *allow: str, stopped: bool = False) -> None:
        """Apply the spec. `stopped`: with runs that die one after the other, each after a write or in its wait.

        A rotation step in between must report that the spec must be applied first.
        """
        for _ in range(20 if stopped else 0):
            if self._in_sync():
                break
            self.stopped(*allow)
        self.account.settled(self._stacks(), allow=allow)

    def stopped(self, *allow: str) -> list[str]:
        """Return what was written by a run that died after its first write, or in its wait."""
        written = self.account.stopped(self._stacks(), allow=allow)
        if not self._in_sync():
            assert self.step() == "apply-first"
        return written

    def waits(self) -> None:
        """Check that nothing must be done, and nothing may be done yet."""
        assert self.step() == "waiting"
        assert self._in_sync()

    def _in_sync(self) -> bool:
        return make_plan(self._stacks(), self.account.world).in_sync

    def _stacks(self) -> tuple[Stack, ...]:
        return load([str(self._spec)])


@pytest.fixture
def rotation(account: ReplayedAccount) -> Rotation:
    """An applied stack with one key, before any rotation."""
    rotation = Rotation(account)
    account.expect(must=frozenset(), may=signed_by(ONE))
    rotation.apply()
    account.expect(must=signed_by(ONE))
    return rotation


def signed_by(*keys: str) -> ViewerRequests:
    """Return everything that these keys open."""
    return frozenset(ViewerRequest(OWN, key, who, how) for key in OBJECTS for who in keys for how in CORRECT)


@pytest.mark.parametrize("stopped", [False, True], ids=["in-one-go", "stopped-everywhere"])
def test_no_url_is_refused_before_it_expires(rotation: Rotation, stopped: bool) -> None:
    """The old key's URLs are accepted until they expire, and the new key's as soon as its signer may use it."""
    account = rotation.account
    assert rotation.step() == "begun"
    assert rotation.step() == "apply-first"
    account.expect(must=signed_by(ONE), may=signed_by(rotation.new))
    rotation.apply(stopped=stopped)

    account.expect(must=signed_by(ONE, rotation.new))
    for hours in (0, 12, 11.9):
        account.clock.slept += hours * HOUR
        rotation.waits()
        account.check()

    account.clock.slept += HOUR
    assert rotation.step() == "taken-out"
    assert rotation.step() == "apply-first"
    account.expect(must=signed_by(rotation.new), may=signed_by(ONE))
    rotation.apply(stopped=stopped)
    account.expect(must=signed_by(rotation.new))
    assert {*account.keys()} == {rotation.new, FOREIGN_KEY}
    account.assert_access_kept()


@pytest.mark.parametrize("stopped", [False, True], ids=["in-one-go", "stopped-everywhere"])
def test_a_leaked_key_is_replaced_at_once(rotation: Rotation, stopped: bool) -> None:
    """With --now the new key replaces it. No viewer without one of the keys is served."""
    account = rotation.account
    assert rotation.step(now=True) == "begun"
    account.expect(must=frozenset(), may=signed_by(ONE, rotation.new))
    rotation.apply("cuts-viewers", stopped=stopped)
    account.expect(must=signed_by(rotation.new))
    assert {*account.keys()} == {rotation.new, FOREIGN_KEY}
    account.assert_access_kept()


def test_a_key_that_leaks_in_the_grace_period(rotation: Rotation) -> None:
    """With --now the old key is removed early, and the new key's URLs are not affected."""
    account = rotation.account
    rotation.step()
    account.expect(must=signed_by(ONE), may=signed_by(rotation.new))
    rotation.apply()
    account.expect(must=signed_by(ONE, rotation.new))
    assert rotation.step(now=True) == "taken-out"
    account.expect(must=signed_by(rotation.new), may=signed_by(ONE))
    rotation.apply("cuts-viewers", stopped=True)
    account.expect(must=signed_by(rotation.new))
    account.assert_access_kept()


def test_the_grace_begins_when_the_new_key_is_in_the_group(rotation: Rotation) -> None:
    """If the rotation stops after creating the key and continues two days later, the whole grace period follows.

    Until then only the old key can sign.
    """
    account = rotation.account
    rotation.step()
    account.expect(must=signed_by(ONE), may=signed_by(rotation.new))
    assert rotation.stopped() == ["create_public_key"]
    (own_keys,) = [
        key for key in account.sandbox.cloudfront.state.public_keys if key.config["Name"] == rotation.new
    ]
    own_keys.created -= 48 * HOUR
    rotation.apply()
    account.expect(must=signed_by(ONE, rotation.new))
    rotation.waits()
    account.clock.slept += 25 * HOUR
    assert rotation.step() == "taken-out"
    account.assert_access_kept()
