"""The parts of a worker: the governor, guesses for splitting, ACLs as XML, and the checkpoint."""

import random
from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cfstream.acl_document import with_grant
from cfstream.aws.fast.acl_xml import Decisions, NewAcl, NotAnAcl, Obstacle, parse, render
from cfstream.aws.fast.checkpoint import Checkpoint
from cfstream.aws.fast.governor import READS, WRITES, LaneGovernor, TokenBucket
from cfstream.aws.fast.replies import KeyPage, page_of
from cfstream.key_ranges import Guesses, between, end_of_folder, first_folder, merged, order
from cfstream.ports import AclWork
from cfstream.values import Account
from tests.unit.fast.s3 import OAI, OWNER, PRIVATE, FakeS3

WORK = AclWork("b", "eu-west-1", Account("123456789012"), "", "", OAI, "READ")
NOW = datetime(2026, 11, 24, tzinfo=UTC)


ROW = "<Contents><Key>{}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><Size>1</Size></Contents>"
LIST = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
    "<IsTruncated>true</IsTruncated><EncodingType>url</EncodingType>{}</ListBucketResult>"
)
KEYS = ROW.format("a/1+%C3%A9.mp4") + ROW.format("a/2.mp4")
USUAL = LIST.format(KEYS)


@pytest.mark.parametrize(
    "body",
    [
        USUAL,
        USUAL.replace("a/2.mp4", "a/<![CDATA[2]]>.mp4"),
        USUAL.replace("a/2.mp4", "a/&#50;.mp4"),
        USUAL.replace("<Key>a/2", "<Key><!-- <Key>b</Key> -->a/2"),
        USUAL.replace("<Contents><Key>a/2", "<Contents ><Key>a/2"),
        LIST.format(
            ROW.format("a/1+%C3%A9.mp4")
            + "<Contents><LastModified>2026-01-01T00:00:00.000Z</LastModified><Key>a/2.mp4</Key></Contents>"
        ),
        USUAL.replace("ListBucketResult xmlns=", "x:ListBucketResult xmlns:x=")
        .replace("<", "<x:")
        .replace("<x:?", "<?")
        .replace("<x:/", "</x:")
        .replace("x:x:", "x:"),
    ],
)
def test_page_in_any_form(body: str) -> None:
    """The form of a page does not matter to its keys."""
    stamp = "2026-01-01T00:00:00.000Z"
    assert page_of(body.encode()) == KeyPage(["a/1 é.mp4", "a/2.mp4"], [stamp, stamp], more=True)


@pytest.mark.parametrize(
    "body", [USUAL[:-1], USUAL[:300], USUAL.replace("ListBucket", "ListAll"), "", "<a/>"]
)
def test_not_a_page(body: str) -> None:
    """Something else, or a part of a page, is an error."""
    with pytest.raises(ValueError):  # noqa: PT011 (of any parser)
        page_of(body.encode())


def test_page_without_encoding() -> None:
    """Then a plus sign is a plus sign."""
    body = LIST.replace("<EncodingType>url</EncodingType>", "").format(ROW.format("a+b"))
    assert page_of(body.encode()).keys == ["a+b"]


def test_rate_of_a_prefix() -> None:
    """No more than S3's rate of a prefix is begun, and a write that was not needed does not count."""
    rate, taken = TokenBucket(0.0), 0
    for step in range(2_000):
        while rate.take(step / 200):
            taken += 1
    assert taken <= WRITES * 10 + WRITES * 0.1 + 1
    assert taken >= WRITES * 9.9
    rate, taken = TokenBucket(0.0), 0
    for step in range(2_000):
        while rate.take(step / 200):
            rate.give_back()
            taken += 1
    assert READS * 9.9 <= taken <= READS * 10.1 + 1


def test_share_of_a_prefix() -> None:
    """Two processes that work on one prefix get half of its rate each."""
    rate, taken = TokenBucket(0.0, 0.5), 0
    for step in range(2_000):
        while rate.take(step / 200):
            taken += 1
    assert taken <= WRITES * 5.1


def test_governor_finds_the_limit_of_a_server() -> None:
    """Concurrency grows while replies stay fast, and stays near the point where they become slower."""
    governor, now = LaneGovernor(), 0.0
    for _ in range(400):
        busy = int(governor.limit)
        seconds = 0.01 * max(1.0, busy / 40)
        for _ in range(busy):
            now += seconds / busy
            governor.replied(seconds, now, busy=busy)
    assert 40 <= governor.limit <= 200


def test_governor_halves_once_for_a_burst() -> None:
    """Many refusals of one moment count once."""
    governor = LaneGovernor(start=64.0)
    for _ in range(50):
        governor.throttled(1.0)
    assert governor.limit == 32.0


@pytest.mark.parametrize("count", [5, 1_500, 20_000])
@pytest.mark.parametrize("shape", ["lectures/{:07}.mp4", "{}", "a/{:x}/v", "ü{}é", "{0}/{0}/{0}"])
def test_splitting_a_listing(count: int, shape: str) -> None:
    """The guesses find a key with keys on both sides, within a few lists, if the list has more than one page."""
    keys = sorted({shape.format(number) for number in range(count)}, key=order)
    page = keys[:1000]
    differs = next(
        (at for at, pair in enumerate(zip(page[0], page[-1], strict=False)) if len(set(pair)) > 1), 1
    )
    guesses = Guesses(page[-1], None, differs)
    lists = 0
    while guesses.split is None and (guess := guesses.guess()) is not None:
        lists += 1
        assert order(page[-1]) < order(guess)
        (guesses.found if bisect_right(keys, order(guess), key=order) < len(keys) else guesses.empty)(guess)
    assert lists <= 12
    if count > 1000:
        assert guesses.split is not None
        assert bisect_right(keys, order(guesses.split), key=order) < len(keys)


def test_end_of_a_folder() -> None:
    """It is between the keys of the folder and all that follow them."""
    choice = random.Random(20)
    keys = ["".join(choice.choices("ab/0.é\U0001f3a5\udc80", k=choice.randrange(1, 5))) for _ in range(400)]
    for folder in {first_folder(key) for key in keys} - {""}:
        end = order(end_of_folder(folder))
        for key in keys:
            if key.startswith(folder):
                assert order(key) < end
            elif order(key) > order(folder):
                assert order(key) >= end


def test_between() -> None:
    """The key is between the two, or there is none."""
    chance = random.Random(3)
    for _ in range(2_000):
        one, other = sorted(
            (
                "".join(chance.choice("abz/~é\U0001f600") for _ in range(chance.randint(1, 6)))
                for _ in range(2)
            ),
            key=order,
        )
        found = between(one, other)
        if found is not None and one != other:
            assert order(one) < order(found) < order(other)


def test_spans_are_joined() -> None:
    """Spans that touch become one."""
    assert merged([("b", "c"), ("", "a"), ("a", "b"), ("x", "y"), ("b", "bb")]) == [("", "c"), ("x", "y")]


def test_acl_round_trip() -> None:
    """What is parsed is what botocore parses, and what is written keeps every grant."""
    grants = [
        *PRIVATE["Grants"],
        {
            "Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"},
            "Permission": "READ",
        },
        {
            "Grantee": {"Type": "CanonicalUser", "ID": "d" * 64, "DisplayName": "a <b> & c"},
            "Permission": "READ_ACP",
        },
    ]
    acl = {"Owner": {"ID": OWNER, "DisplayName": "me"}, "Grants": grants}
    assert parse(render(acl)) == (acl, ())
    decision = Decisions(OAI, "READ").of(render(acl))
    assert isinstance(decision, NewAcl)
    assert parse(decision.body)[0] == with_grant(acl, OAI, "READ")
    assert Decisions(OAI, "READ").of(decision.body) is None


def test_acl_with_unknown_members() -> None:
    """An ACL with members that are not known is not written, but one that is as wanted is not a problem."""
    body = render(PRIVATE).replace(b"<Permission>", b"<Until>2027</Until><Permission>")
    assert Decisions(OAI, "READ").of(body) == Obstacle("UnknownMembers", ("Grants.Grant.Until",))
    assert Decisions(OWNER, "FULL_CONTROL").of(body) is None


@pytest.mark.parametrize("body", [b"", b"<html/>", b"<AccessControlPolicy/>", b"{}"])
def test_not_an_acl(body: bytes) -> None:
    """A reply of something other than S3 is not taken for an ACL."""
    with pytest.raises(NotAnAcl):
        Decisions(OAI, "READ").of(body)


def checkpoint(
    folder: Path | None, messages: list[str], now: datetime = NOW, work: AclWork = WORK
) -> Checkpoint:
    """Return the checkpoint of the work."""
    return Checkpoint(folder, work, now, messages.append)


def test_checkpoint(tmp_path: Path) -> None:
    """The next run loads what a run stored. It is for its user only, and lasts a day."""
    messages: list[str] = []
    checkpoint(tmp_path, messages).store([("", "a"), ("a", "k"), ("x", "\udcff")])
    (file,) = (tmp_path / "grants").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    spans = checkpoint(tmp_path, messages).load()
    assert [each[:2] for each in spans] == [("", "k"), ("x", "\udcff")]
    assert checkpoint(tmp_path, messages, NOW + timedelta(days=2)).load() == ()
    other = AclWork("b", "eu-west-1", Account("123456789012"), "", "", OAI, None)
    assert checkpoint(tmp_path, messages, work=other).load() == ()
    assert messages == []
    checkpoint(tmp_path, messages).delete()
    assert checkpoint(tmp_path, messages).load() == ()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', "\x00" * 10])
def test_damaged_checkpoint(tmp_path: Path, text: str) -> None:
    """A file that is not a checkpoint is ignored, with one log message."""
    messages: list[str] = []
    checkpoint(tmp_path, messages).store([("", "a")])
    (file,) = (tmp_path / "grants").iterdir()
    file.write_text(text)
    assert checkpoint(tmp_path, messages).load() == ()
    assert len(messages) == 1


def test_full_cache(tmp_path: Path) -> None:
    """A cache folder that cannot be written to is mentioned once."""
    messages: list[str] = []
    (tmp_path / "grants").write_text("a file")
    full = checkpoint(tmp_path, messages)
    full.store([("", "a")])
    full.store([("", "b")])
    assert len(messages) == 1


def test_a_resumed_run_reads_what_is_not_finished() -> None:
    """A further run lists all keys, and reads those that are not finished or were written since, and one a page."""
    s3 = FakeS3([f"k{number:05}" for number in range(5_000)])
    first = s3.pipeline()
    first.listing.add("", None)
    s3.run(first)
    s3.acls["k00900"] = s3.acls["k04900"] = render(PRIVATE)
    s3.calls.clear()
    second = s3.pipeline(finished=(("", "k03999", "2026-11-24T00:00:00.000Z"),))
    second.listing.add("", None)
    s3.run(second)
    assert s3.calls["GET"] == 1_004
    assert s3.calls["PUT"] == 1
    assert second.counts["done"] + second.counts["skipped"] == 5_000


def test_wrong_checkpoint() -> None:
    """If an object that should be finished has no grant, the engine is asked to start again without it."""
    s3 = FakeS3([f"k{number:05}" for number in range(3_000)])
    pipeline = s3.pipeline(finished=(("", "k01999", "2026-11-24T00:00:00.000Z"),))
    pipeline.listing.add("", None)
    s3.run(pipeline)
    assert {"distrust": True} in s3.messages
