"""The edits of `migrate`, applied while viewers send requests: nobody is wrongly served or refused."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from cfstream.migration.advice import Target
from cfstream.spec.load import load
from cfstream.use_cases.migration import MigrationRequest, migrate
from tests.replays.account import HOST, ReplayedAccount
from tests.unit.spec.reading import parsed
from tests.world.plans import report_lines
from tests.world.specs import ONE, Json, group, http, key

HEAD = "version: 1\nname: lectures\nbucket: media   # of 2011\n"
BEHAVIOR = "http: {behaviors: [{path: /posters/*, trusted_signers: [self]}]}\n"
BOTH = (Target.OAC, Target.KEY_GROUPS)


@dataclass(frozen=True)
class Migration:
    """A spec, and its migration."""

    name: str
    lines: str
    to: tuple[Target, ...]
    hazards: tuple[str, ...] = ()


MIGRATIONS = (
    Migration("identity", "oai: {}\ntrusted_signers: [self]\n", (Target.OAC,)),
    Migration("no identity", "origin_access: none\ntrusted_signers: [self]\n", (Target.OAC,)),
    Migration(
        "grants on objects",
        "oai: {}\ngrant: {via: object-acl, permission: FULL_CONTROL}\ntrusted_signers: [self]\n",
        (Target.BUCKET_POLICY,),
    ),
    Migration("signers", f"trusted_signers: [self]\n{BEHAVIOR}", (Target.KEY_GROUPS,), ("cuts-viewers",)),
    Migration(
        "all at once",
        f"oai: {{comment: x}}\ngrant:\n  via: object-acl\ntrusted_signers: [self]\n{BEHAVIOR}",
        BOTH,
        ("cuts-viewers",),
    ),
)


def plain(spec: Path) -> Json:
    """Return the spec as plain values."""
    document: Json = parsed(spec.read_text())[0]
    return document


@pytest.mark.parametrize("each", [pytest.param(each, id=each.name.replace(" ", "-")) for each in MIGRATIONS])
def test_a_migration_harms_nobody(account: ReplayedAccount, each: Migration) -> None:
    """A viewer who is served before and after is always served. The edit is all that is needed."""
    spec = account.folder / "lectures.yaml"
    spec.write_text(HEAD + each.lines)
    before = frozenset() if "none" in each.lines else account.allowed_by(plain(spec))
    account.converge(plain(spec))
    account.expect(must=before)

    migrate(MigrationRequest(str(spec), each.to, public_key=str(account.folder / f"{ONE}.pem")))
    after = account.allowed_by(plain(spec))
    account.expect(must=frozenset() if each.hazards else before & after, may=before | after)
    with account.judged(plain(spec)):
        plan = account.settled(load([str(spec)]), allow=each.hazards)
    assert {hazard.name for hazard, _ in plan.stacks[0].hazards} == set(each.hazards)

    account.expect(must=after)
    account.assert_access_kept()


NEW = http(name="successor", key_groups=[{"use": "viewers"}])


@pytest.mark.parametrize("there", [True, False], ids=["to a stack that is there", "to a new one"])
def test_a_moved_name_is_always_served(account: ReplayedAccount, there: bool) -> None:
    """One of the two distributions always serves it: signed requests are always accepted, others never."""
    old, new = http(cnames=[HOST]), {**NEW, "cnames": [HOST]}
    account.converge(old)
    if there:
        account.converge(NEW)
    account.viewers.stacks = ("lectures", "successor")
    account.expect(must=account.allowed_by(old))
    plan, report = account.replayed(account.load(http(cnames=[]), new))
    assert report.exit_code == 0, report_lines(report)
    assert [stack.hazards for stack in plan.stacks] == [(), ()]
    account.expect(must=account.allowed_by(old))
    assert account.plan(http(cnames=[]), new).in_sync
    assert account.config("successor")["Aliases"]["Items"] == [HOST]
    account.assert_access_kept()


def test_an_interrupted_move_leaves_the_name_served(account: ReplayedAccount) -> None:
    """Killed after each write, or during its wait, and run again: the name is always served."""
    old, new = http(cnames=[HOST]), {**NEW, "cnames": [HOST]}
    account.converge(old)
    account.viewers.stacks = ("lectures", "successor")
    account.expect(must=account.allowed_by(old))
    stacks = account.load(http(cnames=[], key_groups=[group(key(ONE))]), new)
    runs = 0
    while account.stopped(stacks) or not account.plan(http(cnames=[]), new).in_sync:
        runs += 1
        assert runs < 20
    assert account.config("successor")["Aliases"]["Items"] == [HOST]
    assert runs > 3
    account.assert_access_kept()
