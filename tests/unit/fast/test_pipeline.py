"""The pipeline of a worker, over an S3 in memory and a clock that only the test advances."""

import random

import pytest

from cfstream.aws.fast.acl_xml import parse, render
from cfstream.aws.fast.governor import READS
from cfstream.aws.fast.parts import LOST
from tests.unit.fast.s3 import OAI, OWNER, PRIVATE, FakeS3, error

FOREIGN = {"Grantee": {"Type": "CanonicalUser", "ID": "c" * 64}, "Permission": "READ"}


def keys(count: int) -> list[str]:
    """Return this number of keys in eight folders."""
    return [f"lectures-{number % 8}/{number:06}.mp4" for number in range(count)]


def granted(s3: FakeS3, **job: object) -> FakeS3:
    """Grant on the whole bucket."""
    pipeline = s3.pipeline(**job)
    pipeline.listing.add("", None)
    s3.run(pipeline)
    return s3


def test_every_object() -> None:
    """Each object gets one read and one write, each page one list, and grants of others stay."""
    s3 = FakeS3(keys(5_000))
    s3.acls["lectures-0/000008.mp4"] = render({**PRIVATE, "Grants": [*PRIVATE["Grants"], FOREIGN]})
    granted(s3)
    assert s3.granted == 5_000
    acl, _ = parse(s3.acls["lectures-0/000008.mp4"])
    ours = {"Grantee": {"Type": "CanonicalUser", "ID": OAI}, "Permission": "READ"}
    assert acl == {"Owner": {"ID": OWNER}, "Grants": [*PRIVATE["Grants"], FOREIGN, ours]}
    assert (s3.calls["GET"], s3.calls["PUT"]) == (5_000, 5_000)
    assert s3.calls["list"] <= 30


def test_second_run_only_reads() -> None:
    """Objects that are granted are not written again."""
    s3 = granted(FakeS3(keys(2_000)))
    s3.calls.clear()
    granted(s3)
    assert (s3.calls["GET"], s3.calls["PUT"]) == (2_000, 0)


def test_revoke() -> None:
    """Without a permission the grant is removed, and nothing else."""
    s3 = granted(FakeS3(keys(50)))
    granted(s3, permission=None)
    assert all(parse(acl)[0] == PRIVATE for acl in s3.acls.values())


def test_prefix_and_beyond() -> None:
    """Only objects under the prefix change, and none of those beyond."""
    s3 = granted(FakeS3(keys(80)), prefix="lectures-3/")
    assert s3.granted == 10
    s3 = granted(FakeS3(keys(80)), beyond="lectures-3/")
    assert s3.granted == 70


def test_keys_with_any_bytes() -> None:
    """Keys may have spaces, plus signs, slashes, quotes, line ends, and bytes that are not UTF-8."""
    odd = [
        "a b",
        "a+b",
        "//x",
        "../y",
        "%41",
        "ü/é?&#",
        "a\nb",
        "'\"<>",
        "\udcff\udcfe",
        "\U0001f600",
        "z" * 900,
    ]
    assert granted(FakeS3(odd)).granted == len(odd)


def test_throttled() -> None:
    """In a storm of SlowDown, fewer objects are in progress, and all are granted in the end."""
    s3 = FakeS3(keys(3_000))
    storm = random.Random(1)

    def fault(method: str, key: str) -> tuple[int, bytes] | None:
        stormy = 0.2 < s3.time < 3 and method != "list"
        return error(503, "SlowDown") if stormy and storm.random() < 0.7 else None

    s3.fault = fault
    pipeline = s3.pipeline()
    pipeline.listing.add("", None)
    s3.run(pipeline, 1.0)
    assert pipeline.governor.limit < 8
    s3.run(pipeline)
    assert s3.granted == 3_000
    assert pipeline.counts["failed"] == 0
    assert pipeline.troubles["SlowDown"] > 0


def test_every_attempt_starts_with_a_read() -> None:
    """After a refusal or a lost reply the ACL is read again, and grants that others added meanwhile stay."""
    s3 = FakeS3(["k"])
    faults = [error(503, "SlowDown"), (LOST, b"reset"), error(500, "InternalError")]

    def fault(method: str, key: str) -> tuple[int, bytes] | None:
        if method != "PUT" or not faults:
            return None
        s3.acls["k"] = render({**PRIVATE, "Grants": [*parse(s3.acls["k"])[0]["Grants"], FOREIGN]})
        return faults.pop(0)

    s3.fault = fault
    granted(s3)
    assert [kind for _, kind, key in s3.log if key] == ["GET", "PUT"] * 4
    assert parse(s3.acls["k"])[0]["Grants"][1:4] == [FOREIGN] * 3


def test_write_follows_its_read() -> None:
    """Nothing happens to an object between the reply to its read and its write, also in a crowd."""
    s3 = granted(FakeS3(keys(3_000)))
    reads = {key: at for at, kind, key in s3.log if kind == "GET"}
    writes = {key: at for at, kind, key in s3.log if kind == "PUT"}
    assert {round(writes[key] - at, 6) for key, at in reads.items()} == {s3.latency}


def test_guard_is_needed_before_a_write() -> None:
    """Without a valid guard nothing is written. Objects are read again after it was checked."""
    s3 = FakeS3(keys(10))
    pipeline = s3.pipeline()
    pipeline.set_lease(-1.0, -1.0)
    pipeline.listing.add("", None)
    s3.run(pipeline, 1.0)
    assert s3.calls["PUT"] == 0
    assert any("guard" in message for message in s3.messages)
    pipeline.set_lease(s3.time, s3.time + 5)
    s3.run(pipeline)
    assert s3.granted == 10


def test_guard_is_too_old() -> None:
    """A guard that was checked more than 5 s ago allows no write."""
    s3 = FakeS3(keys(2_000), latency=1.0)
    pipeline = s3.pipeline()
    pipeline.set_lease(0.0, 5.0)
    pipeline.listing.add("", None)
    s3.run(pipeline, 60.0)
    assert 0 < s3.granted < 2_000
    assert max(at for at, kind, _ in s3.log if kind == "PUT") <= 5.0


def test_guard_after_a_pause() -> None:
    """After a pause, the guard must have been checked since its end."""
    s3 = FakeS3(["k"])
    faults = [error(503, "SlowDown")]
    s3.fault = lambda method, _key: faults.pop() if method == "PUT" and faults else None
    pipeline = s3.pipeline()
    pipeline.set_lease(0.0, 1e9)
    pipeline.listing.add("", None)
    s3.run(pipeline, 30.0)
    assert s3.granted == 0
    pipeline.set_lease(s3.time, 1e9)
    s3.run(pipeline)
    assert s3.granted == 1


def test_vanished() -> None:
    """Objects that were deleted, or are hidden by a delete marker, are not failures."""
    s3 = FakeS3(keys(5))
    s3.fault = lambda method, key: (
        error(404, "NoSuchKey")
        if key.endswith("1.mp4")
        else error(405, "MethodNotAllowed")
        if key.endswith("2.mp4")
        else None
    )
    pipeline = s3.pipeline()
    pipeline.listing.add("", None)
    s3.run(pipeline)
    assert (s3.granted, pipeline.counts["gone"], pipeline.counts["failed"]) == (3, 2, 0)


def test_refused() -> None:
    """Objects of another owner are reported by key, and all others are granted."""
    s3 = FakeS3(keys(20))
    s3.fault = lambda method, key: error(403, "AccessDenied") if key.endswith("7.mp4") else None
    granted(s3)
    assert {each["failed"] for each in s3.messages if "failed" in each} == {
        "lectures-7/000007.mp4",
        "lectures-1/000017.mp4",
    }
    assert s3.granted == 18


def test_full_acl() -> None:
    """An ACL with a hundred grants is reported without a write."""
    s3 = FakeS3(["full", "other"])
    s3.acls["full"] = render(
        {
            **PRIVATE,
            "Grants": [
                {"Grantee": {"Type": "CanonicalUser", "ID": f"{n:064}"}, "Permission": "READ"}
                for n in range(100)
            ],
        }
    )
    granted(s3)
    assert [each["failed"] for each in s3.messages if "failed" in each] == ["full"]
    assert s3.granted == 1


def test_expired() -> None:
    """Expired credentials stop everything until there are new ones. Nothing fails."""
    s3 = FakeS3(keys(500))
    valid = [True]

    def fault(method: str, key: str) -> tuple[int, bytes] | None:
        return None if valid[0] else error(400, "ExpiredToken")

    s3.fault = fault
    pipeline = s3.pipeline()
    pipeline.listing.add("", None)
    s3.run(pipeline, 0.3)
    valid[0] = False
    s3.run(pipeline, 20.0)
    assert sum("expired" in message for message in s3.messages) == 1
    before = s3.calls["GET"]
    valid[0] = True
    s3.run(pipeline, 5.0)
    assert s3.calls["GET"] == before
    pipeline.authenticated()
    s3.run(pipeline)
    assert (s3.granted, pipeline.counts["failed"]) == (500, 0)


def test_resets() -> None:
    """Connections that are reset are replaced."""
    s3 = FakeS3(keys(2_000))
    chance = random.Random(2)
    s3.fault = lambda method, key: (LOST, b"reset") if key and chance.random() < 0.1 else None
    granted(s3)
    assert s3.granted == 2_000


def test_stop_finishes_what_is_in_progress() -> None:
    """After a stop nothing is begun, and no object is left between its read and its write."""
    s3 = FakeS3(keys(5_000))
    pipeline = s3.pipeline()
    pipeline.listing.add("", None)
    s3.run(pipeline, 1.0)
    pipeline.stop()
    s3.run(pipeline)
    assert 0 < s3.granted < 5_000
    assert s3.calls["GET"] == s3.calls["PUT"] == s3.granted


def test_bucket_changes_meanwhile() -> None:
    """Objects that appear before they are listed are granted; those that vanish are not missed."""
    s3 = FakeS3(keys(4_000))

    def fault(method: str, key: str) -> tuple[int, bytes] | None:
        if method == "GET" and key.startswith("lectures-1/"):
            s3.acls.pop("lectures-7/000007.mp4", None)
            if "zz" not in s3.acls:
                s3.acls["zz"] = render(PRIVATE)
                s3.keys.append("zz")
        return None

    s3.fault = fault
    granted(s3)
    assert s3.granted == len(s3.acls) == 4_000


def test_concurrency_grows_with_latency() -> None:
    """At 30 ms, hundreds of objects are in progress: the rate is that of S3, not of one connection."""
    s3 = FakeS3(keys(8_000))
    granted(s3)
    assert s3.most_open > 150
    assert s3.time < 5.0


@pytest.mark.parametrize("count", [3_000, 12_000])
def test_memory(count: int) -> None:
    """Few keys are in memory, however many there are."""
    s3 = FakeS3(keys(count))
    pipeline = s3.pipeline()
    pipeline.listing.add("", None)
    most = 0
    while not pipeline.is_dry:
        s3.run(pipeline, 0.5)
        most = max(most, sum(len(each.keys) + len(each.pending) for each in pipeline.listing.spans))
    assert most < 8_000
    assert s3.granted == count


def test_one_slow_prefix() -> None:
    """A prefix that is throttled for long does not stop the others."""
    s3 = FakeS3(keys(4_000))
    s3.fault = lambda method, key: (
        error(503, "SlowDown") if key.startswith("lectures-0/") and s3.time < 10 else None
    )
    pipeline = s3.pipeline()
    pipeline.listing.add("", None)
    s3.run(pipeline)
    assert (s3.granted, pipeline.counts["failed"]) == (4_000, 0)


def folders_at_a_time(s3: FakeS3) -> list[int]:
    """Return of how many folders objects were read in each tenth of a second."""
    read: dict[int, set[str]] = {}
    for at, kind, key in s3.log:
        if kind == "GET":
            read.setdefault(int(at * 10), set()).add(key.partition("/")[0])
    return [len(read[tenth]) for tenth in sorted(read)]


def test_rates_of_many_folders_add_up() -> None:
    """A worker that is held back by the rate of one folder soon reads in all folders, at the rate of each."""
    s3 = granted(FakeS3(keys(24_000), latency=0.001))
    began, s3.log[:] = s3.time, []
    granted(s3)
    assert (s3.calls["GET"], s3.calls["PUT"]) == (48_000, 24_000)
    assert max(folders_at_a_time(s3)) == 8
    assert s3.time - began < 2 * 3_000 / READS
    assert s3.calls["list"] < 2 * (24 + 8 * 4)


def test_a_worker_that_is_held_back_gets_another_folder() -> None:
    """It reports so as soon as it has no more folders, and another worker gives it those that it does not list yet."""
    s3 = FakeS3(keys(24_000), latency=0.001)
    held_back = s3.pipeline()
    held_back.listing.add("", "lectures-0/~")
    s3.run(held_back, 0.2)
    states = [held_back.is_held_back]
    giver = s3.pipeline()
    giver.listing.add("lectures-0/~", None)
    s3.run(giver, 0.05)
    s3.messages.clear()
    giver.listing.give(folders=True)
    s3.run(giver, 0.1)
    (given,) = [each["given"] for each in s3.messages if "given" in each]
    after, until = given
    assert after.startswith("lectures-")
    assert (after[len("lectures-0") :], until) == ("0", None)
    held_back.listing.add(after, until)
    s3.run(held_back, 0.1)
    states.append(held_back.is_held_back)
    assert states == [True, False]
    for each in (giver, held_back):
        s3.run(each)
    assert s3.granted == s3.calls["PUT"] == 24_000


def test_nothing_to_give() -> None:
    """A worker whose range ends in the folder that it lists has no folders to give, and answers with none."""
    s3 = FakeS3(keys(24_000), latency=0.001)
    pipeline = s3.pipeline()
    pipeline.listing.add("", "lectures-0/~")
    s3.run(pipeline, 0.2)
    pipeline.listing.give(folders=True)
    s3.run(pipeline, 0.1)
    assert [each for each in s3.messages if "given" in each] == [{"given": None}]
