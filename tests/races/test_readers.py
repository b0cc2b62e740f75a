"""Another client changes who reads with an identity, at every time of a run that grants something to it.

The evaluator, which shares no code with cfstream, judges the account. After the other client has acted, no write of the
run lets anyone read who could not read then, unless the spec names them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from tests.evaluator.evaluator import Evaluator, Reading
from tests.evaluator.keys import keys_for
from tests.evaluator.naming import named
from tests.evaluator.raw import Watcher
from tests.races import other_changes
from tests.races.other_changes import FOREIGN_KEY, KEYS, NEIGHBOURS, OPEN, OWN, Change, make_neighbour
from tests.races.other_client import Race, run
from tests.thorough import THOROUGH
from tests.world.account import SandboxAccount
from tests.world.configs import add_behavior
from tests.world.plans import report_lines
from tests.world.specs import ONE, TWO, Json, by_acl, group, http, key, signed

OBJECTS = ("a/one.mp4", "b/two.mp4", "top.mp4")
TRIED = keys_for(("a/*", "b/*", "x/*"), OBJECTS)
READS = frozenset({"get_distribution_config"})
ALLOWED = ("cuts-viewers", "widens-grant", "makes-public")

Readings = frozenset[Reading]


@dataclass(frozen=True)
class Setup:
    """What is live before a run, and the spec that it applies. `{oai}` is a placeholder for the shared OAI."""

    after: Json
    before: Json | None = None
    meanwhile: Callable[[SandboxAccount], None] = lambda _: None
    """What other people have done before the run is planned."""
    shared: bool = False
    """Whether another distribution reads by the same OAI."""


def _by(oai: str, document: Json) -> Json:
    return {**document, "oai": {"id": oai}} if "oai" in document else document


def closed_by_the_spec(account: SandboxAccount) -> None:
    """Add an unsigned behavior that no spec names. The run closes it."""
    account.edit(add_behavior("/hls/*", **OPEN))


PUBLIC = [{"path": "/b/*"}, {"path": "*.mp4", "public": True}]

SETUPS: Mapping[str, Setup] = {
    "a first grant": Setup(signed()),
    "a first grant by a group": Setup(http()),
    "a first grant with a public path": Setup(signed(http={"behaviors": PUBLIC})),
    "a wider grant": Setup(signed(), signed(grant={"prefix": "a/"})),
    "another key and a wider grant": Setup(
        http(key_groups=[group(key(TWO, replaces=[ONE]))]), http(grant={"prefix": "a/"})
    ),
    "a closed behavior and a wider grant": Setup(
        signed(), signed(grant={"prefix": "a/"}), closed_by_the_spec
    ),
    "other signers and a wider grant": Setup(http(), signed(grant={"prefix": "a/"})),
    "another identity": Setup(signed(), signed(oai={}, grant={"prefix": "a/"})),
    "a shared identity": Setup(signed(oai={}), shared=True),
    "a wider grant to a shared identity": Setup(
        signed(oai={}), signed(oai={}, grant={"prefix": "a/"}), shared=True
    ),
    "another key, and a wider grant to a shared identity": Setup(
        http(oai={}, key_groups=[group(key(TWO, replaces=[ONE]))]),
        http(oai={}, grant={"prefix": "a/"}),
        shared=True,
    ),
    "objects for a shared identity": Setup(by_acl(), shared=True),
    "objects under a wider prefix": Setup(
        by_acl(), by_acl(grant={"via": "object-acl", "prefix": "a/"}), shared=True
    ),
}


@dataclass
class Watch:
    """Who can read after each write since the other client has acted."""

    account: SandboxAccount
    may: Readings
    change: Change = lambda _: None
    then: Readings | None = None
    too_much: set[Reading] = field(default_factory=set)
    _watcher: Watcher = field(default_factory=Watcher)

    def readings(self) -> Readings:
        """Return everything that anyone may read now."""
        seen = self._watcher.observe(self.account.sandbox.cloudfront.state)
        return Evaluator(seen).readings(TRIED)

    def act(self) -> None:
        """Let the other client act. What can be read then is not an effect of the run."""
        self.change(self.account)
        self.then = self.readings()

    def check(self) -> None:
        """Record who can read because of the run."""
        if self.then is None:
            return
        for each in self.readings() - self.then - self.may:
            if each._replace(who="anyone") not in self.then | self.may:
                self.too_much.add(each)


class ResettableAccount:
    """An account that is set up once, and reset before each run."""

    def __init__(self, account: SandboxAccount, setup: Setup) -> None:
        self.account = account
        account.bucket("media", *OBJECTS, ObjectOwnership="BucketOwnerPreferred")
        account.make_key(FOREIGN_KEY, file="three")
        oai = account.make_identity()
        if setup.shared:
            make_neighbour(account)
            for each in (add_behavior("/b/*"), add_behavior("*.mp4", **OPEN)):
                account.edit(each, id_=other_changes.neighbour(account))
        if setup.before is not None:
            account.converge(_by(oai, setup.before), allow=ALLOWED)
        setup.meanwhile(account)
        self.spec = _by(oai, setup.after)
        self.saved = account.sandbox.save()

    def restore(self) -> None:
        """Restore the account as it was before the run."""
        self.account.sandbox.restore(self.saved)

    def without_fault(self) -> Readings:
        """Return who may read: by the spec, before the run, and after a run in which nobody else acts."""
        self.restore()
        watch = Watch(self.account, frozenset())
        before = watch.readings()
        assert self.account.apply(self.spec, allow=ALLOWED).exit_code == 0
        return named(self.spec, TRIED) | before | watch.readings()

    def act_at_every_time(self, change: Change) -> list[str]:
        """Run once for each time, and return the names of the times."""
        moments: list[str] = []
        may = self.without_fault()
        self.restore()
        plan = self.account.plan(self.spec)
        while True:
            self.restore()
            watch = Watch(self.account, may, change)
            race = Race(self.account.world.aws, READS, "", change=watch.act, at=len(moments))
            with self.account.sandbox.watched(watch.check):
                report = run(self.account, plan, race, *ALLOWED)
            assert not watch.too_much, (
                race.moments[race.at :][:1],
                sorted(watch.too_much),
                report_lines(report),
            )
            if not race.acted:
                assert report.exit_code == 0, report_lines(report)
                return moments
            moments.append(race.moments[race.at])


REPORTED = [
    ("another key and a wider grant", "adds an unsigned behavior"),
    ("a closed behavior and a wider grant", "unsigns"),
    ("a shared identity", "unsigns the neighbour"),
]


def _cases() -> Sequence[tuple[str, str]]:
    """Return every set-up with every change. `make test` has each set-up and each change at least once."""
    cases = [
        (setup, name)
        for setup, each in SETUPS.items()
        for name in (*OWN, *KEYS, *(NEIGHBOURS if each.shared else ()))
    ]
    if THOROUGH:
        return cases
    own, near = [*OWN, *KEYS], [setup for setup, each in SETUPS.items() if each.shared]
    turns = [
        *((setup, own[number % len(own)]) for number, setup in enumerate(SETUPS)),
        *((near[number % len(near)], name) for number, name in enumerate(NEIGHBOURS)),
    ]
    return list(dict.fromkeys([*REPORTED, *turns]))


CHANGES = {**OWN, **KEYS, **NEIGHBOURS}


@pytest.mark.parametrize(("setup", "change"), _cases())
def test_a_grant_adds_no_unexpected_reader(account: SandboxAccount, setup: str, change: str) -> None:
    """Whatever happens to the distributions that read with the identity, at any time."""
    assert ResettableAccount(account, SETUPS[setup]).act_at_every_time(CHANGES[change])
