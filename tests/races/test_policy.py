"""Another client writes to the bucket's policy, or to the distribution, while a grant or a revoke is made."""

from collections.abc import Callable

import pytest

from tests.promises.studio import Studio, allow, set_to, signed, signers
from tests.races.rival import FAULTS, Hand, Race, conflict, passes, run
from tests.worlds import Fault, landed_unanswered

OURS = "cfstream-lectures-oac"
THEIRS = allow("theirs", {"AWS": "arn:aws:iam::111122223333:root"})
LEFTOVER = allow("leftover", {"AWS": "arn:aws:iam::444455556666:root"})
READS = frozenset({"get_bucket_policy"})
GUARDED = frozenset({"get_distribution_config"})

NARROW, WIDE = signed(grant={"prefix": "a/"}), signed()


def start(studio: Studio) -> None:
    """A stack whose grant is to be widened, and a statement of others."""
    studio.bucket("media", "a/one.mp4")
    studio.converge(NARROW)
    studio.put_policy(LEFTOVER, *studio.statements().values())


def adds(studio: Studio) -> None:
    """Others add a statement to what is live."""
    studio.put_policy(*studio.statements().values(), THEIRS)


def removes(studio: Studio) -> None:
    """Others remove their statement from what is live."""
    studio.put_policy(*(each for sid, each in studio.statements().items() if sid != "leftover"))


def opens(studio: Studio) -> None:
    """Others remove the signers of the distribution."""
    config = studio.config()
    studio.edit(set_to(DefaultCacheBehavior={**config["DefaultCacheBehavior"], "TrustedSigners": signers()}))


def races(studio: Studio, fault: Fault, hand: Callable[[Studio], None], reads: frozenset[str]) -> list[str]:
    """Widen the grant once for every moment at which others can act, and judge the account after each.

    Returns the names of the moments. Every run starts from the same account.
    """
    frozen = dict(studio.statements())
    behavior = studio.config()["DefaultCacheBehavior"]
    moments: list[str] = []
    while True:
        studio.put_policy(*frozen.values())
        studio.edit(set_to(DefaultCacheBehavior=behavior))
        plan = studio.plan(WIDE)
        race = Race(studio.world.aws, reads, "put_bucket_policy", fault, lambda: hand(studio), len(moments))
        report = run(studio, plan, race, "widens-grant")
        judge_policy(studio, race, hand, report.exit_code)
        if not race.acted:
            return moments
        moments.append(race.moments[race.at])


def judge_policy(studio: Studio, race: Race, hand: Callable[[Studio], None], code: int) -> None:
    """Hold the live policy to what must be true whenever others acted."""
    live, seen = studio.statements(), race.moments
    assert code in (0, 4), seen
    assert ("theirs" in live) == (race.acted and hand is adds), seen
    assert ("leftover" in live) == (not race.acted or hand is not removes), seen
    if hand is opens:
        assert race.sent_after == 0, seen
    if code == 0:
        assert live[OURS]["Resource"] == "arn:aws:s3:::media/*", seen


@pytest.mark.parametrize("hand", [adds, removes], ids=lambda hand: hand.__name__)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_what_others_do_to_the_policy_stays_done(
    studio: Studio, fault: Fault, hand: Callable[[Studio], None]
) -> None:
    """What they add is kept and what they remove does not come back, at whatever moment of a grant they act."""
    start(studio)
    assert races(studio, fault, hand, READS)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_nothing_is_granted_after_the_signers_are_gone(studio: Studio, fault: Fault) -> None:
    """The distribution is read again before every attempt, so a grant is never sent to one without signers."""
    start(studio)
    assert races(studio, fault, opens, GUARDED)


@pytest.mark.parametrize("hand", [adds, removes], ids=lambda hand: hand.__name__)
@pytest.mark.parametrize("fault", [conflict, landed_unanswered], ids=lambda fault: fault.__name__)
def test_a_revoke_keeps_what_others_do(studio: Studio, fault: Fault, hand: Callable[[Studio], None]) -> None:
    """The same holds while our statement is removed because the grant is made elsewhere."""
    start(studio)
    keep = dict(studio.statements())
    for number in range(12):
        studio.put_policy(*keep.values())
        plan = studio.plan(signed(oai={}, grant={"prefix": "a/"}))
        race = Race(studio.world.aws, READS, "put_bucket_policy", fault, lambda: hand(studio), number)
        report = run(studio, plan, race, "cuts-viewers", "widens-grant")
        live = studio.statements()
        assert report.exit_code in (0, 4), race.moments
        assert ("theirs" in live) == (race.acted and hand is adds), race.moments
        assert ("leftover" in live) == (not race.acted or hand is adds), race.moments
        studio.converge(NARROW, allow=["cuts-viewers", "widens-grant"])
        if not race.acted:
            return


def test_a_write_that_won_is_merged_into(studio: Studio) -> None:
    """Another client read the policy before our write, and wrote after it: both changes are live in the end."""
    start(studio)
    before = studio.statements()

    def wins() -> None:
        studio.put_policy(*(each for sid, each in before.items() if sid != "leftover"), THEIRS)

    race = Race(studio.world.aws, frozenset(), "put_bucket_policy", passes, wins, 0)
    report = run(studio, studio.plan(WIDE), race, "widens-grant")
    live = studio.statements()
    assert report.exit_code == 0
    assert (live["theirs"], live[OURS]["Resource"]) == (THEIRS, "arn:aws:s3:::media/*")
    assert "leftover" not in live


def test_a_write_that_won_and_changed_our_statement_is_not_overwritten(studio: Studio) -> None:
    """Our statement is what another client has made of it since: that is for a person to read."""
    start(studio)
    plan = studio.plan(WIDE)
    theirs = {**studio.statements()[OURS], "Resource": "arn:aws:s3:::media/b/*"}
    hand: Hand = lambda: studio.put_policy(theirs)  # noqa: E731 (a name for what the other client does)
    race = Race(studio.world.aws, frozenset(), "put_bucket_policy", passes, hand, 0)
    report = run(studio, plan, race, "widens-grant")
    assert report.exit_code == 4
    assert [*studio.statements().values()] == [theirs]


def test_after_a_lost_reply_a_write_that_won_is_stale(studio: Studio) -> None:
    """Whether ours ever arrived is not known, and the policy is not the one that was approved."""
    start(studio)
    plan = studio.plan(WIDE)
    ours = studio.statements()[OURS]
    race = Race(
        studio.world.aws,
        frozenset(),
        "put_bucket_policy",
        landed_unanswered,
        lambda: studio.put_policy(ours, THEIRS),
        0,
    )
    report = run(studio, plan, race, "widens-grant")
    assert report.exit_code == 4
    assert studio.statements() == {OURS: ours, "theirs": THEIRS}
    studio.converge(WIDE, allow=["widens-grant"])
    assert studio.statements()["theirs"] == THEIRS
