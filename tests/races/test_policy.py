"""Another client writes to the bucket's policy, or to the distribution, while a grant or a revoke is made."""

from collections.abc import Callable

import pytest

from tests.races.other_client import FAULTS, Change, Race, conflict, passes, run
from tests.world.account import SandboxAccount
from tests.world.configs import set_to, signers
from tests.world.faults import Fault, landed_unanswered
from tests.world.specs import signed
from tests.world.statements import allow

OURS = "cfstream-lectures-oac"
THEIRS = allow("theirs", {"AWS": "arn:aws:iam::111122223333:root"})
LEFTOVER = allow("leftover", {"AWS": "arn:aws:iam::444455556666:root"})
READS = frozenset({"get_bucket_policy"})
GUARDED = frozenset({"get_distribution_config"})

NARROW, WIDE = signed(grant={"prefix": "a/"}), signed()


def start(account: SandboxAccount) -> None:
    """A stack whose grant is to be widened, and a statement of others."""
    account.bucket("media", "a/one.mp4")
    account.converge(NARROW)
    account.put_policy(LEFTOVER, *account.statements().values())


def adds(account: SandboxAccount) -> None:
    """Another client adds a statement to the live policy."""
    account.put_policy(*account.statements().values(), THEIRS)


def removes(account: SandboxAccount) -> None:
    """Another client removes its statement from the live policy."""
    account.put_policy(*(each for sid, each in account.statements().items() if sid != "leftover"))


def opens(account: SandboxAccount) -> None:
    """Another client removes the signers of the distribution."""
    config = account.config()
    account.edit(set_to(DefaultCacheBehavior={**config["DefaultCacheBehavior"], "TrustedSigners": signers()}))


def races(
    account: SandboxAccount, fault: Fault, change: Callable[[SandboxAccount], None], reads: frozenset[str]
) -> list[str]:
    """Widen the grant once for each time at which others can act, judge the account, and return the names of the times.

    Every run starts from the same account.
    """
    saved = account.sandbox.save()
    plan = account.plan(WIDE)
    moments: list[str] = []
    while True:
        account.sandbox.restore(saved)
        race = Race(
            account.world.aws, reads, "put_bucket_policy", fault, lambda: change(account), len(moments)
        )
        report = run(account, plan, race, "widens-grant")
        judge_policy(account, race, change, report.exit_code)
        if not race.acted:
            return moments
        moments.append(race.moments[race.at])


def judge_policy(
    account: SandboxAccount, race: Race, change: Callable[[SandboxAccount], None], code: int
) -> None:
    """Check what must be true of the live policy, whenever others acted."""
    live, seen = account.statements(), race.moments
    assert code in (0, 4), seen
    assert ("theirs" in live) == (race.acted and change is adds), seen
    assert ("leftover" in live) == (not race.acted or change is not removes), seen
    if change is opens:
        assert race.sent_after == 0, seen
    if code == 0:
        assert live[OURS]["Resource"] == "arn:aws:s3:::media/*", seen


@pytest.mark.parametrize("change", [adds, removes], ids=lambda change: change.__name__)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_changes_of_the_policy_by_others_stay(
    account: SandboxAccount, fault: Fault, change: Callable[[SandboxAccount], None]
) -> None:
    """Their additions are kept, and their deletions stay deleted, at any time during a grant."""
    start(account)
    assert races(account, fault, change, READS)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_nothing_is_granted_after_the_signers_are_removed(account: SandboxAccount, fault: Fault) -> None:
    """The distribution is read again before every attempt, so no grant is sent without signers."""
    start(account)
    assert races(account, fault, opens, GUARDED)


@pytest.mark.parametrize("change", [adds, removes], ids=lambda change: change.__name__)
@pytest.mark.parametrize("fault", [conflict, landed_unanswered], ids=lambda fault: fault.__name__)
def test_a_revoke_keeps_what_others_do(
    account: SandboxAccount, fault: Fault, change: Callable[[SandboxAccount], None]
) -> None:
    """The same is true while the stack's statement is removed."""
    start(account)
    saved = account.sandbox.save()
    plan = account.plan(signed(oai={}, grant={"prefix": "a/"}))
    for number in range(12):
        account.sandbox.restore(saved)
        race = Race(account.world.aws, READS, "put_bucket_policy", fault, lambda: change(account), number)
        report = run(account, plan, race, "cuts-viewers", "widens-grant")
        live = account.statements()
        assert report.exit_code in (0, 4), race.moments
        assert ("theirs" in live) == (race.acted and change is adds), race.moments
        assert ("leftover" in live) == (not race.acted or change is adds), race.moments
        if not race.acted:
            return


def test_a_write_that_won_is_merged_into(account: SandboxAccount) -> None:
    """Another client read the policy before our write and wrote after it. At the end both changes are live."""
    start(account)
    before = account.statements()

    def wins() -> None:
        account.put_policy(*(each for sid, each in before.items() if sid != "leftover"), THEIRS)

    race = Race(account.world.aws, frozenset(), "put_bucket_policy", passes, wins, 0)
    report = run(account, account.plan(WIDE), race, "widens-grant")
    live = account.statements()
    assert report.exit_code == 0
    assert (live["theirs"], live[OURS]["Resource"]) == (THEIRS, "arn:aws:s3:::media/*")
    assert "leftover" not in live


def test_a_write_that_won_and_changed_our_statement_is_not_overwritten(account: SandboxAccount) -> None:
    """The statement stays as the other client left it. A person must read that."""
    start(account)
    plan = account.plan(WIDE)
    theirs = {**account.statements()[OURS], "Resource": "arn:aws:s3:::media/b/*"}
    change: Change = lambda: account.put_policy(theirs)  # noqa: E731 (a name for what the other client does)
    race = Race(account.world.aws, frozenset(), "put_bucket_policy", passes, change, 0)
    report = run(account, plan, race, "widens-grant")
    assert report.exit_code == 4
    assert [*account.statements().values()] == [theirs]


def test_after_a_lost_reply_a_write_that_won_is_stale(account: SandboxAccount) -> None:
    """It is unknown whether our write arrived, and the policy is not the one that was approved."""
    start(account)
    plan = account.plan(WIDE)
    ours = account.statements()[OURS]
    race = Race(
        account.world.aws,
        frozenset(),
        "put_bucket_policy",
        landed_unanswered,
        lambda: account.put_policy(ours, THEIRS),
        0,
    )
    report = run(account, plan, race, "widens-grant")
    assert report.exit_code == 4
    assert account.statements() == {OURS: ours, "theirs": THEIRS}
    account.converge(WIDE, allow=["widens-grant"])
    assert account.statements()["theirs"] == THEIRS
