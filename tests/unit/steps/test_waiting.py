"""A wait ends at its deadline, or when the change is live, but not because of temporary errors."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from cfstream.errors import (
    Missing,
    NotAuthorized,
    Refused,
    ReplyLost,
    Stale,
    Throttled,
    TimedOut,
    Unreachable,
)
from cfstream.ports import Answer, Call
from cfstream.steps.ledger import Ledger
from cfstream.steps.records import CreateRecords
from cfstream.steps.step import Stage, StepContext
from cfstream.steps.wait import Deployed, GroupActive, WaitUntil
from cfstream.values import Address, Json
from tests.unit.steps.buckets import Clock

DEPLOYED = {"ETag": "E1", "Distribution": {"Status": "Deployed", "DistributionConfig": {"Enabled": True}}}
THROTTLED = Throttled("GetDistribution", "Throttling", "Rate exceeded")
MISSING = Missing("GetDistribution", "NoSuchDistribution", "does not exist")
UNREACHABLE = Unreachable("GetDistribution failed inside AWS: 503")
TARGET = {"HostedZoneId": "Z2", "DNSName": "d1.cloudfront.net.", "EvaluateTargetHealth": False}
RECORD = {"Name": "media.example.com.", "Type": "A", "AliasTarget": TARGET}


class Script:
    """Answers each operation with the next of its replies, and repeats the last one."""

    def __init__(self, **answers: list[Any]) -> None:
        self._answers = answers
        self.asked: list[str] = []

    def read(self, call: Call) -> Json:
        self.asked.append(call.operation)
        script = self._answers[call.operation]
        answer = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(answer, Exception):
            raise answer
        reply: Json = answer
        return reply

    write = read

    def items(self, call: Call) -> Sequence[Any]:
        return list(self._answers[call.operation])

    def pages(self, call: Call) -> Iterator[Json]:
        raise AssertionError(call)

    def together(self, calls: Sequence[Call]) -> tuple[Answer, ...]:
        raise AssertionError(calls)


def perform(step: WaitUntil | CreateRecords, aws: Script) -> Json:
    """Run the step."""
    return step.perform(StepContext(aws, Clock(), {}, Ledger(), lambda _text, _fraction: None))


def wait(seconds: float = 1800.0, others: tuple[str, ...] = ()) -> WaitUntil:
    """Return the step that waits for one distribution."""
    read = Call("cloudfront", "get_distribution", {"Id": "E1"})
    until = Deployed(read, "Distribution", {"Enabled": True}, others)
    address = Address("distribution", "lectures")
    return WaitUntil(address=address, stage=Stage.WAIT, because="test", until=until, seconds=seconds)


def records(seconds: float = 1800.0) -> CreateRecords:
    """Return the step that creates one record."""
    address = Address("dns-record", "lectures")
    return CreateRecords(
        address=address, stage=Stage.DNS, because="test", zone="Z1", records=(RECORD,), seconds=seconds
    )


def test_a_wait_includes_the_distribution_that_gave_a_name() -> None:
    """It has changed too. The outputs are those of the stack's own distribution."""
    late = {"ETag": "E2", "Distribution": {"Status": "InProgress"}}
    there = {"ETag": "E2", "Distribution": {"Status": "Deployed"}}
    aws = Script(get_distribution=[DEPLOYED, late, DEPLOYED, late, DEPLOYED, there])
    assert perform(wait(others=("E2",)), aws) == {"status": "Deployed", "etag": "E1"}
    assert len(aws.asked) == 6


@pytest.mark.parametrize(
    "error", [THROTTLED, UNREACHABLE, MISSING], ids=["throttled", "unreachable", "not visible yet"]
)
def test_a_wait_survives_temporary_errors(error: Exception) -> None:
    """Any number of failed polls counts as not yet, until the deadline. The last poll brings status and ETag."""
    aws = Script(get_distribution=[error] * 40 + [DEPLOYED])
    assert perform(wait(), aws) == {"status": "Deployed", "etag": "E1"}


@pytest.mark.parametrize("error", [THROTTLED, UNREACHABLE], ids=["throttled", "unreachable"])
def test_the_deadline_ends_a_wait_and_the_report_names_the_error(error: Any) -> None:
    """The report has the last reason."""
    with pytest.raises(TimedOut, match=r"throttles|503"):
        perform(wait(60.0), Script(get_distribution=[error]))


def test_a_permanent_error_ends_a_wait_at_once() -> None:
    """A missing permission does not appear by waiting."""
    denied = NotAuthorized("GetDistribution", "AccessDenied", "no")
    aws = Script(get_distribution=[denied])
    with pytest.raises(NotAuthorized):
        perform(wait(), aws)
    assert len(aws.asked) == 1


@pytest.mark.parametrize("error", [THROTTLED, UNREACHABLE], ids=["throttled", "unreachable"])
def test_a_wait_for_name_servers_survives_temporary_errors(error: Exception) -> None:
    """The records are created, and Route 53 is polled until they are INSYNC."""
    change = {"ChangeInfo": {"Id": "C1", "Status": "PENDING"}}
    insync = {"ChangeInfo": {"Id": "C1", "Status": "INSYNC"}}
    aws = Script(change_resource_record_sets=[change], get_change=[error] * 40 + [insync])
    assert perform(records(), aws) == {}


def user(status: str = "Deployed", *, enabled: bool = True, **keys: Sequence[str]) -> Json:
    """Return a distribution that uses key groups, with the active keys of each."""
    active = [{"KeyGroupId": name, "KeyPairIds": {"Items": [*ids]}} for name, ids in keys.items()]
    return {
        "Distribution": {
            "Status": status,
            "DistributionConfig": {"Enabled": enabled},
            "ActiveTrustedKeyGroups": {"Items": active},
        }
    }


def keys_are_active(*polls: Json) -> bool:
    """Return whether the keys K1 and K2 of the group G1 are active at a distribution after these polls of it."""
    until = GroupActive("G1", ("K1", "K2"))
    step = replace(wait(60.0), until=until)
    aws = Script(list_distributions_by_key_group=["E1"], get_distribution=[*polls])
    try:
        perform(step, aws)
    except TimedOut:
        return False
    return True


BOTH = ("K1", "K2")


@pytest.mark.parametrize(
    ("polls", "active"),
    [
        ([user(G1=BOTH)], True),
        ([user(G2=BOTH, G1=("K2", "K1"))], True),
        ([user(G1=("K1",)), user("InProgress", G1=BOTH), user(G1=BOTH)], True),
        ([user("InProgress", enabled=False)], True),
        ([user(G1=("K1",))], False),
        ([user(G1=(*BOTH, "K3"))], False),
        ([user(G2=BOTH)], False),
        ([user()], False),
        ([user("InProgress", G1=BOTH)], False),
    ],
)
def test_a_change_of_a_key_group_is_in_force(polls: list[Json], *, active: bool) -> None:
    """Every enabled distribution that uses the group is Deployed, and shows exactly its keys for this group."""
    assert keys_are_active(*polls) is active


BATCH = Refused("ChangeResourceRecordSets", "InvalidChangeBatch", "it already exists")
NOTHING: Json = {"ResourceRecordSets": []}
THERE: Json = {"ResourceRecordSets": [RECORD]}
LOST = ReplyLost("the connection was closed")


def change(*writes: Any, reads: list[Json]) -> Callable[[], Script]:
    """Return Route 53's replies to batches, and its lists."""
    done = {"ChangeInfo": {"Id": "C1", "Status": "INSYNC"}}
    return lambda: Script(
        change_resource_record_sets=[*writes], list_resource_record_sets=[*reads], get_change=[done]
    )


@pytest.mark.parametrize(
    "script",
    [
        change(LOST, BATCH, reads=[NOTHING, NOTHING, THERE]),
        change(LOST, reads=[THERE]),
        change(BATCH, reads=[THERE]),
        change(THROTTLED, {"ChangeInfo": {"Id": "C1"}}, reads=[NOTHING]),
    ],
    ids=["lost-then-lagging", "lost", "there-already", "throttled"],
)
def test_records_that_are_live_are_done(script: Callable[[], Script]) -> None:
    """A batch that was applied although its reply was lost is found, even if lists lag."""
    assert perform(records(), script()) == {}


def test_records_that_never_read_back_after_a_lost_reply_are_unknown() -> None:
    """It is unknown whether the batch was applied, so it is not stale."""
    with pytest.raises(ReplyLost):
        perform(records(), change(LOST, BATCH, reads=[NOTHING])())


def test_records_of_others_are_stale() -> None:
    """Another record has the name, and stays."""
    other = {**RECORD, "AliasTarget": {**TARGET, "DNSName": "d2.cloudfront.net."}}
    with pytest.raises(Stale, match="alias of d2"):
        perform(records(), change(BATCH, reads=[{"ResourceRecordSets": [other]}])())
