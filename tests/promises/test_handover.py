"""A cname moves from one stack to another in the same run: in one call, as the last step, and only between these."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.promises.site import CNAME, named, records, zone
from tests.promises.studio import (
    Json,
    Studio,
    changes,
    hazards,
    outcome,
    problems,
    rtmp,
    set_to,
    signed,
    steps,
    told,
    without,
)
from tests.promises.witness import Witness, once
from tests.worlds import FAULTS, Fault, Faulty

OTHER = "other.example.com"
MOVE = "update_domain_association"

OLD: Json = named(name="old")
BARE: Json = named(name="old", cnames=[])
NEW: Json = named(name="new")
OVER = ["cuts-viewers"]


@pytest.fixture
def com(studio: Studio) -> str:
    """Return the id of the zone, in an account with a certificate, and the stack `old` with its name."""
    studio.certificate("*.example.com")
    zone_id = zone(studio)
    studio.converge(OLD)
    return zone_id


def led(studio: Studio, zone_id: str) -> set[str]:
    """Return the names of the stacks that the zone's records point to."""
    by_domain = {studio.live(name)["DomainName"]: name for name in ("old", "new")}
    return {by_domain[row["AliasTarget"]["DNSName"].rstrip(".")] for row in records(studio, zone_id).values()}


def aliases(studio: Studio, stack: str) -> list[str]:
    """Return the aliases of a stack's distribution."""
    found: list[str] = studio.config(stack)["Aliases"].get("Items", [])
    return sorted(found)


def test_a_name_moves_in_one_call(studio: Studio, com: str) -> None:
    """First the certificate, then the name, then the records in one batch. The plan shows all of it."""
    studio.converge(without(NEW, "cnames", "dns"))
    plan = studio.plan(BARE, NEW)
    new, old = plan.stacks
    assert steps(old) == []
    assert steps(new) == [
        "modify distribution:new",
        "wait distribution:new",
        "modify distribution:new#2",
        "wait distribution:new#2",
        f"modify dns-record:new/{CNAME}",
    ]
    assert changes(new)["cnames"] == ([], [CNAME])
    assert hazards(new) == []
    assert new.after == ("old",)
    assert (old.leaving, old.in_sync) == ((CNAME,), False)
    assert any("the stack new of this run" in notice.text for notice in old.notices)

    door = Witness(studio.world.aws)
    report = studio.run(plan, door=door)
    assert report.exit_code == 0, told(report)
    assert door.writes == ["update_distribution", MOVE, "change_resource_record_sets"]
    assert (aliases(studio, "old"), aliases(studio, "new"), led(studio, com)) == ([], [CNAME], {"new"})
    assert steps(studio.plan(BARE, NEW)) == []


def test_a_name_moves_to_a_stack_that_is_made_in_the_same_run(studio: Studio, com: str) -> None:
    """It is created without the name, and gets it once it works."""
    door = Witness(studio.world.aws)
    report = studio.apply(BARE, NEW, door=door)
    assert report.exit_code == 0, told(report)
    assert door.writes[-2:] == [MOVE, "change_resource_record_sets"]
    assert (aliases(studio, "old"), aliases(studio, "new"), led(studio, com)) == ([], [CNAME], {"new"})
    assert steps(studio.plan(BARE, NEW)) == []


def test_other_changes_of_both_come_first(studio: Studio, com: str) -> None:
    """Other changes of both specs are deployed before the name moves."""
    studio.converge(without(NEW, "cnames", "dns"))
    changed = [{**BARE, "comment": "was"}, {**NEW, "comment": "is", "cnames": [CNAME, OTHER]}]
    plan = studio.plan(*changed)
    assert changes(plan.stacks[1]) == {"comment": ("", "was")}
    door = Witness(studio.world.aws)
    assert studio.run(plan, door=door).exit_code == 0
    assert [name for name in door.writes if name != "change_resource_record_sets"] == [
        "update_distribution",
        "update_distribution",
        MOVE,
    ]
    assert aliases(studio, "new") == [CNAME, OTHER]
    assert steps(studio.plan(*changed)) == []


def test_several_names_move_one_by_one(studio: Studio, com: str) -> None:
    """Each call changes the ETag, and the next one uses the new ETag."""
    studio.converge({**OLD, "cnames": [CNAME, OTHER]})
    both = {**NEW, "cnames": [CNAME, OTHER]}
    studio.converge(without(NEW, "cnames", "dns"))
    plan = studio.converge(BARE, both)
    assert [step.id for step in plan.stacks[0].steps][2:5] == [
        "modify distribution:new#2",
        "modify distribution:new#3",
        "wait distribution:new#2",
    ]
    assert (aliases(studio, "old"), aliases(studio, "new")) == ([], [CNAME, OTHER])
    assert led(studio, com) == {"new"}


@pytest.mark.parametrize(
    "fields",
    [
        {"bucket": "archive"},
        {"enabled": False},
        {"trusted_signers": ["111122223333"]},
        {"grant": {"prefix": "a/"}},
        {"http": {"behaviors": [{"path": "/a/*", "public": True}]}},
        {"http": {"viewer_protocol": "https-only"}},
    ],
    ids=["bucket", "disabled", "signers", "grant", "behaviors", "protocol"],
)
def test_viewers_who_lose_something_are_a_hazard(studio: Studio, com: str, fields: Json) -> None:
    """If the new stack does not serve everything that the old one did, the plan has a hazard."""
    studio.bucket("archive")
    studio.sandbox.cloudfront.world.key_pairs.register(
        "111122223333", (studio.folder / "one.pem").read_text()
    )
    new = {**NEW, **fields}
    studio.converge(without(new, "cnames", "dns"), allow=["makes-public"])
    report = studio.apply(BARE, new)
    assert (report.exit_code, outcome(report, "new")) == (5, "blocked")
    assert aliases(studio, "old") == [CNAME]
    studio.converge(BARE, new, allow=OVER)
    assert aliases(studio, "new") == [CNAME]


def test_alone_it_is_what_it_was(studio: Studio, com: str) -> None:
    """Without the other spec, a removed name is cut off, and one that another stack holds is a problem."""
    studio.converge(without(NEW, "cnames", "dns"))
    assert hazards(studio.stack(BARE)) == ["cuts-viewers"]
    assert any(f"{CNAME} is an alias of the distribution" in each for each in problems(studio.stack(NEW)))


def test_a_stack_that_does_not_manage_its_names_keeps_them(studio: Studio, com: str) -> None:
    """A spec without `cnames` does not release any name."""
    plan = studio.plan(without(OLD, "cnames", "dns"), NEW)
    assert any("is an alias of the distribution" in each for each in problems(plan.stacks[0]))
    assert steps(plan.stacks[1]) == []


def test_a_name_of_nobody_in_the_run_is_left_alone(studio: Studio, com: str) -> None:
    """Only the stack with the holder's tag can release the name."""
    stranger = named(name="stranger", cnames=[])
    plan = studio.plan(stranger, NEW)
    assert any("is an alias of the distribution" in each for each in problems(plan.stacks[0]))


def test_the_certificate_must_cover_the_name(studio: Studio, com: str) -> None:
    """Otherwise it is a problem, before anything is written."""
    elsewhere = studio.certificate("elsewhere.example.org")
    plan = studio.plan(BARE, {**NEW, "http": {"certificate": elsewhere}})
    assert any("does not cover" in each for each in problems(plan.stacks[0]))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("write", range(3), ids=["certificate", "move", "records"])
def test_whatever_becomes_of_a_write_it_converges(studio: Studio, com: str, write: int, fault: Fault) -> None:
    """One of the two always has the name, the records point to one of them, and another run finishes."""
    studio.converge(without(NEW, "cnames", "dns"))
    door = Faulty(studio.world.aws, write, fault)
    studio.apply(BARE, NEW, door=door)
    assert len(door.writes) > write
    assert sorted([*aliases(studio, "old"), *aliases(studio, "new")]) == [CNAME]
    assert len(records(studio, com)) == 2
    studio.converge(BARE, NEW)
    assert (aliases(studio, "old"), aliases(studio, "new"), led(studio, com)) == ([], [CNAME], {"new"})


def by_hand(studio: Studio, stack: str, **fields: Any) -> Callable[[], None]:
    """Another client that changes a stack's distribution."""
    return lambda: studio.edit(set_to(**fields), stack)


def test_what_moved_is_not_forced(studio: Studio, com: str) -> None:
    """If the new distribution changed, or another one got the name, the run is stale and the name does not move."""
    studio.converge(without(NEW, "cnames", "dns"))
    plan = studio.plan(BARE, NEW)
    by_hand(studio, "new", Comment="by hand")()
    assert (studio.run(plan).exit_code, aliases(studio, "old")) == (4, [CNAME])

    studio.converge(named(name="third", cnames=[], dns=False))
    plan = studio.plan(BARE, NEW)
    third = studio.id("third")
    studio.edit(set_to(ViewerCertificate=studio.config("old")["ViewerCertificate"]), "third")
    etag = studio.cloudfront.get_distribution(Id=third)["ETag"]
    studio.cloudfront.update_domain_association(
        Domain=CNAME, TargetResource={"DistributionId": third}, IfMatch=etag
    )
    report = studio.run(plan)
    assert (report.exit_code, outcome(report, "new")) == (4, "stale")
    assert aliases(studio, "third") == [CNAME]


def test_a_new_etag_with_the_same_content_is_used(studio: Studio, com: str) -> None:
    """For example after a change of a key group that it uses."""
    studio.converge(without(NEW, "cnames", "dns"))
    door = Witness(studio.world.aws, before=once(MOVE, by_hand(studio, "new", Comment="")))
    report = studio.apply(BARE, NEW, door=door)
    assert report.exit_code == 0, told(report)
    assert aliases(studio, "new") == [CNAME]


def test_a_giver_that_fails_holds_the_taker_up(studio: Studio, com: str) -> None:
    """The name stays in place, and the report names the stack that failed."""
    studio.converge(without(NEW, "cnames", "dns"))
    door = Witness(studio.world.aws, before=once("update_distribution", by_hand(studio, "old", Comment="x")))
    report = studio.apply({**BARE, "comment": "was"}, NEW, door=door)
    assert (outcome(report, "old"), outcome(report, "new"), report.exit_code) == ("stale", "blocked", 4)
    assert "old, which must be done first, is stale" in told(report)[0]
    assert aliases(studio, "old") == [CNAME]


def test_names_that_cross_are_a_problem(studio: Studio, com: str) -> None:
    """Neither stack can be first. Moving names in one direction works."""
    studio.converge({**NEW, "cnames": [OTHER]})
    crossed = [{**OLD, "cnames": [OTHER]}, {**NEW, "cnames": [CNAME]}]
    plan = studio.plan(*crossed)
    assert [problems(stack) for stack in plan.stacks] == [
        ["new and old give cnames to each other, so none of them can run first"]
    ] * 2
    assert studio.run(plan).exit_code == 2
    studio.converge(BARE, {**NEW, "cnames": [CNAME, OTHER]})
    studio.converge({**OLD, "cnames": [OTHER]}, {**NEW, "cnames": [CNAME]})
    assert (aliases(studio, "old"), aliases(studio, "new")) == ([OTHER], [CNAME])


def test_off_a_streaming_distribution_the_giver_comes_first(studio: Studio, com: str) -> None:
    """CloudFront cannot move it, so it is removed, with a hazard, and then added.

    Records are deleted first and created last.
    """
    studio.converge(BARE, allow=OVER)
    streams = rtmp(name="streams", cnames=[CNAME], dns={"route53": "example.com"})
    studio.converge(streams)
    studio.converge(without(NEW, "cnames", "dns"))
    plan = studio.plan({**streams, "cnames": []}, NEW)
    assert [hazards(stack) for stack in plan.stacks] == [[], OVER]
    assert studio.run(plan).exit_code == 5
    assert studio.run(plan, allow=OVER).exit_code == 0
    assert aliases(studio, "new") == [CNAME]
    assert {*records(studio, com)} == {f"{CNAME}. A", f"{CNAME}. AAAA"}
    assert steps(studio.plan({**streams, "cnames": []}, NEW)) == []


def test_a_zone_that_the_taker_does_not_manage_is_the_givers(studio: Studio, com: str) -> None:
    """Its record is deleted, which is a hazard, and the name still moves."""
    new = signed(name="new", cnames=[CNAME])
    plan = studio.plan(BARE, new)
    assert [hazards(stack) for stack in plan.stacks] == [[], OVER]
    assert studio.run(plan, allow=OVER).exit_code == 0
    assert (aliases(studio, "new"), records(studio, com)) == ([CNAME], {})
