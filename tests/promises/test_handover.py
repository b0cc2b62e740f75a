"""A cname moves from one stack to another in the same run: in one call, as the last step, and only between these."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.promises.site import CNAME, named, records, zone
from tests.world.account import SandboxAccount
from tests.world.configs import set_to
from tests.world.faults import FAULTS, Fault, FaultyPort
from tests.world.plans import changes, hazards, outcome, problems, report_lines, steps
from tests.world.ports import Witness, once
from tests.world.specs import Json, rtmp, signed, without

OTHER = "other.example.com"
MOVE = "update_domain_association"

OLD: Json = named(name="old")
BARE: Json = named(name="old", cnames=[])
NEW: Json = named(name="new")
OVER = ["cuts-viewers"]


@pytest.fixture
def com(account: SandboxAccount) -> str:
    """Return the id of the zone, in an account with a certificate, and the stack `old` with its name."""
    zone_id = account.start_at("a certificate and a zone", lambda: _with_certificate(account))
    account.converge(OLD)
    return zone_id


def _with_certificate(account: SandboxAccount) -> str:
    account.certificate("*.example.com")
    return zone(account)


def record_targets(account: SandboxAccount, zone_id: str) -> set[str]:
    """Return the names of the stacks that the zone's records point to."""
    by_domain = {account.live(name)["DomainName"]: name for name in ("old", "new")}
    return {
        by_domain[row["AliasTarget"]["DNSName"].rstrip(".")] for row in records(account, zone_id).values()
    }


def aliases(account: SandboxAccount, stack: str) -> list[str]:
    """Return the aliases of a stack's distribution."""
    found: list[str] = account.config(stack)["Aliases"].get("Items", [])
    return sorted(found)


def etag_of(account: SandboxAccount, stack: str) -> str:
    """Return the ETag of a stack's distribution."""
    return str(account.cloudfront.get_distribution(Id=account.live(stack)["Id"])["ETag"])


def test_a_name_moves_in_one_call(account: SandboxAccount, com: str) -> None:
    """First the certificate, then the name, then the records in one batch. The plan shows all of it."""
    account.converge(without(NEW, "cnames", "dns"))
    plan = account.plan(BARE, NEW)
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

    port = Witness(account.world.aws)
    report = account.run(plan, port=port)
    assert report.exit_code == 0, report_lines(report)
    assert port.writes == ["update_distribution", MOVE, "change_resource_record_sets"]
    giver, taker = report.stacks[1], report.stacks[0]
    for each in (giver, taker):
        assert (each.outputs["status"], each.outputs["etag"]) == ("Deployed", etag_of(account, each.name))
    assert (aliases(account, "old"), aliases(account, "new"), record_targets(account, com)) == (
        [],
        [CNAME],
        {"new"},
    )
    assert steps(account.plan(BARE, NEW)) == []


def test_a_name_moves_to_a_stack_that_is_made_in_the_same_run(account: SandboxAccount, com: str) -> None:
    """It is created without the name, and gets it once it works."""
    port = Witness(account.world.aws)
    report = account.apply(BARE, NEW, port=port)
    assert report.exit_code == 0, report_lines(report)
    assert port.writes[-2:] == [MOVE, "change_resource_record_sets"]
    assert (aliases(account, "old"), aliases(account, "new"), record_targets(account, com)) == (
        [],
        [CNAME],
        {"new"},
    )
    assert steps(account.plan(BARE, NEW)) == []


def test_other_changes_of_both_come_first(account: SandboxAccount, com: str) -> None:
    """Other changes of both specs are deployed before the name moves."""
    account.converge(without(NEW, "cnames", "dns"))
    changed = [{**BARE, "comment": "was"}, {**NEW, "comment": "is", "cnames": [CNAME, OTHER]}]
    plan = account.plan(*changed)
    assert changes(plan.stacks[1]) == {"comment": ("", "was")}
    port = Witness(account.world.aws)
    assert account.run(plan, port=port).exit_code == 0
    assert [name for name in port.writes if name != "change_resource_record_sets"] == [
        "update_distribution",
        "update_distribution",
        MOVE,
    ]
    assert aliases(account, "new") == [CNAME, OTHER]
    assert steps(account.plan(*changed)) == []


def test_several_names_move_one_by_one(account: SandboxAccount, com: str) -> None:
    """Each call changes the ETag, and the next one uses the new ETag."""
    account.converge({**OLD, "cnames": [CNAME, OTHER]})
    both = {**NEW, "cnames": [CNAME, OTHER]}
    account.converge(without(NEW, "cnames", "dns"))
    plan = account.converge(BARE, both)
    assert [step.id for step in plan.stacks[0].steps][2:5] == [
        "modify distribution:new#2",
        "modify distribution:new#3",
        "wait distribution:new#2",
    ]
    assert (aliases(account, "old"), aliases(account, "new")) == ([], [CNAME, OTHER])
    assert record_targets(account, com) == {"new"}


def test_an_adopted_distribution_gets_its_tag_before_a_name_moves_to_it(
    account: SandboxAccount, com: str
) -> None:
    """The move is a write like any other, so the distribution is adopted first, also if nothing else differs."""
    arn = account.config("old")["ViewerCertificate"]["ACMCertificateArn"]
    bare = {**without(NEW, "cnames", "dns"), "http": {"certificate": arn}}
    account.converge(bare)
    created = account.live("new")
    account.cloudfront.untag_resource(Resource=created["ARN"], TagKeys={"Items": ["cfstream:name"]})
    plan = account.converge(BARE, {**bare, "cnames": [CNAME], "adopt": created["Id"]}, allow=OVER)
    assert steps(plan.stacks[0])[:2] == ["adopt distribution:new", "modify distribution:new"]
    assert account.tags(created["ARN"]) == {"cfstream:name": "new"}


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
def test_viewers_who_lose_something_are_a_hazard(account: SandboxAccount, com: str, fields: Json) -> None:
    """If the new stack does not serve everything that the old one did, the plan has a hazard."""
    account.bucket("archive")
    account.sandbox.cloudfront.state.key_pairs.register(
        "111122223333", (account.folder / "one.pem").read_text()
    )
    new = {**NEW, **fields}
    account.converge(without(new, "cnames", "dns"), allow=["makes-public"])
    report = account.apply(BARE, new)
    assert (report.exit_code, outcome(report, "new")) == (5, "blocked")
    assert aliases(account, "old") == [CNAME]
    account.converge(BARE, new, allow=OVER)
    assert aliases(account, "new") == [CNAME]


def test_the_other_changes_of_the_giver_do_not_wait_for_a_blocked_taker(
    account: SandboxAccount, com: str
) -> None:
    """The taker is refused for its hazard. The giver's comment changes, and its name and records stay."""
    account.converge(without(NEW, "cnames", "dns"))
    giver, taker = {**BARE, "comment": "was"}, {**NEW, "trusted_signers": [], "public": True}
    report = account.apply(giver, taker)
    assert (report.exit_code, outcome(report, "old"), outcome(report, "new")) == (5, "applied", "blocked")
    assert (account.config("old")["Comment"], aliases(account, "old")) == ("was", [CNAME])
    assert record_targets(account, com) == {"old"}
    assert [each.gives for each in report.stacks] == [{}, {}]


def test_a_giver_with_a_hazard_waits_for_a_blocked_taker(account: SandboxAccount, com: str) -> None:
    """It is allowed only because the name moves: until then, viewers of the name would lose something."""
    account.converge(without(NEW, "cnames", "dns"))
    giver, taker = (
        {**BARE, "trusted_signers": ["111122223333"]},
        {**NEW, "trusted_signers": [], "public": True},
    )
    account.sandbox.cloudfront.state.key_pairs.register(
        "111122223333", (account.folder / "one.pem").read_text()
    )
    report = account.apply(giver, taker, allow=OVER)
    assert (report.exit_code, outcome(report, "old"), outcome(report, "new")) == (5, "blocked", "blocked")
    (old,) = [each for each in report.stacks if each.name == "old"]
    assert (old.behind, old.why) == (
        "new",
        "it has hazards, and the stack new, which takes over a host name from it, is blocked",
    )
    assert account.config("old")["DefaultCacheBehavior"]["TrustedSigners"]["Items"] == ["self"]


def test_without_the_other_spec_no_name_moves(account: SandboxAccount, com: str) -> None:
    """Without the other spec, a removed name is cut off, and one that another stack holds is a problem."""
    account.converge(without(NEW, "cnames", "dns"))
    assert hazards(account.stack(BARE)) == ["cuts-viewers"]
    assert any(f" has {CNAME} among its aliases" in each for each in problems(account.stack(NEW)))


def test_a_stack_that_does_not_manage_its_names_keeps_them(account: SandboxAccount, com: str) -> None:
    """A spec without `cnames` does not release any name."""
    plan = account.plan(without(OLD, "cnames", "dns"), NEW)
    (problem,) = plan.stacks[0].problems
    assert problem.what.endswith(f" of the stack old has {CNAME} among its aliases")
    assert (
        "the spec of old is in this run, but does not manage cnames: write `cnames: []` there" in problem.do
    )
    assert steps(plan.stacks[1]) == []


def test_a_name_outside_of_the_run_stays(account: SandboxAccount, com: str) -> None:
    """Only the stack with the holder's tag can release the name."""
    unrelated = named(name="unrelated", cnames=[])
    plan = account.plan(unrelated, NEW)
    (problem,) = plan.stacks[0].problems
    assert " of the stack old has " in problem.what
    assert (
        f"remove {CNAME} from `cnames` in the spec of old, and name both specs in one command" in problem.do
    )


def test_the_certificate_must_cover_the_name(account: SandboxAccount, com: str) -> None:
    """Otherwise it is a problem, before anything is written."""
    elsewhere = account.certificate("elsewhere.example.org")
    plan = account.plan(BARE, {**NEW, "http": {"certificate": elsewhere}})
    assert any("does not cover" in each for each in problems(plan.stacks[0]))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("write", range(3), ids=["certificate", "move", "records"])
def test_it_converges_after_any_fault(account: SandboxAccount, com: str, write: int, fault: Fault) -> None:
    """One of the two always has the name, the records point to one of them, and another run finishes."""
    account.converge(without(NEW, "cnames", "dns"))
    port = FaultyPort(account.world.aws, write + 1, fault)
    account.apply(BARE, NEW, port=port)
    assert len(port.operations) > write
    assert sorted([*aliases(account, "old"), *aliases(account, "new")]) == [CNAME]
    assert len(records(account, com)) == 2
    account.converge(BARE, NEW)
    assert (aliases(account, "old"), aliases(account, "new"), record_targets(account, com)) == (
        [],
        [CNAME],
        {"new"},
    )


def by_hand(account: SandboxAccount, stack: str, **fields: Any) -> Callable[[], None]:
    """Another client that changes a stack's distribution."""
    return lambda: account.edit(set_to(**fields), stack)


def test_a_name_that_moved_meanwhile_does_not_move(account: SandboxAccount, com: str) -> None:
    """If the new distribution changed, or another one got the name, the run is stale and the name does not move."""
    account.converge(without(NEW, "cnames", "dns"))
    plan = account.plan(BARE, NEW)
    by_hand(account, "new", Comment="by hand")()
    assert (account.run(plan).exit_code, aliases(account, "old")) == (4, [CNAME])

    account.converge(named(name="third", cnames=[], dns=False))
    plan = account.plan(BARE, NEW)
    third = account.id("third")
    account.edit(set_to(ViewerCertificate=account.config("old")["ViewerCertificate"]), "third")
    etag = account.cloudfront.get_distribution(Id=third)["ETag"]
    account.cloudfront.update_domain_association(
        Domain=CNAME, TargetResource={"DistributionId": third}, IfMatch=etag
    )
    report = account.run(plan)
    assert (report.exit_code, outcome(report, "new")) == (4, "stale")
    assert aliases(account, "third") == [CNAME]


def test_a_new_etag_with_the_same_content_is_used(account: SandboxAccount, com: str) -> None:
    """For example after a change of a key group that it uses."""
    account.converge(without(NEW, "cnames", "dns"))
    port = Witness(account.world.aws, before=once(MOVE, by_hand(account, "new", Comment="")))
    report = account.apply(BARE, NEW, port=port)
    assert report.exit_code == 0, report_lines(report)
    assert aliases(account, "new") == [CNAME]


def test_a_stack_that_fails_delays_the_stack_that_gets_its_name(account: SandboxAccount, com: str) -> None:
    """The name stays in place, and the report names the stack that failed."""
    account.converge(without(NEW, "cnames", "dns"))
    port = Witness(
        account.world.aws, before=once("update_distribution", by_hand(account, "old", Comment="x"))
    )
    report = account.apply({**BARE, "comment": "was"}, NEW, port=port)
    assert (outcome(report, "old"), outcome(report, "new"), report.exit_code) == ("stale", "blocked", 4)
    assert "old, which must be done first, is stale" in report_lines(report)[0]
    assert aliases(account, "old") == [CNAME]


def test_names_that_cross_are_a_problem(account: SandboxAccount, com: str) -> None:
    """Neither stack can be first. Moving names in one direction works."""
    account.converge({**NEW, "cnames": [OTHER]})
    crossed = [{**OLD, "cnames": [OTHER]}, {**NEW, "cnames": [CNAME]}]
    plan = account.plan(*crossed)
    assert [problems(stack) for stack in plan.stacks] == [
        ["new and old give cnames to each other, so none of them can run first"]
    ] * 2
    assert account.run(plan).exit_code == 2
    account.converge(BARE, {**NEW, "cnames": [CNAME, OTHER]})
    account.converge({**OLD, "cnames": [OTHER]}, {**NEW, "cnames": [CNAME]})
    assert (aliases(account, "old"), aliases(account, "new")) == ([OTHER], [CNAME])


def test_a_streaming_distribution_loses_its_name_first(account: SandboxAccount, com: str) -> None:
    """CloudFront cannot move it, so it is removed, with a hazard, and then added.

    Records are deleted first and created last.
    """
    account.converge(BARE, allow=OVER)
    streams = rtmp(name="streams", cnames=[CNAME], dns={"route53": "example.com"})
    account.converge(streams)
    account.converge(without(NEW, "cnames", "dns"))
    plan = account.plan({**streams, "cnames": []}, NEW)
    assert [hazards(stack) for stack in plan.stacks] == [[], OVER]
    assert account.run(plan).exit_code == 5
    assert account.run(plan, allow=OVER).exit_code == 0
    assert aliases(account, "new") == [CNAME]
    assert {*records(account, com)} == {f"{CNAME}. A", f"{CNAME}. AAAA"}
    assert steps(account.plan({**streams, "cnames": []}, NEW)) == []


def test_a_zone_that_the_taker_does_not_manage_is_the_givers(account: SandboxAccount, com: str) -> None:
    """Its record is deleted, which is a hazard, and the name still moves."""
    new = signed(name="new", cnames=[CNAME])
    plan = account.plan(BARE, new)
    assert [hazards(stack) for stack in plan.stacks] == [[], OVER]
    assert account.run(plan, allow=OVER).exit_code == 0
    assert (aliases(account, "new"), records(account, com)) == ([CNAME], {})
