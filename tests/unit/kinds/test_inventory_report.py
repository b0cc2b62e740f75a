"""What an S3 Inventory shows, and what makes it useless. Then a job has a hazard, with the reason."""

import base64
import gzip
import json
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cfstream.errors import Missing, NotAuthorized, Refused
from cfstream.kinds.object_acl import inventory_report
from cfstream.kinds.object_acl.inventory_report import InventoryAcls, read_inventory
from cfstream.ports import Call
from cfstream.stack.bucket import LiveBucket
from cfstream.steps.batch_manifest import InventoryList
from tests.unit.kinds.live import context
from tests.unit.kinds.s3 import BUCKET, REGION
from tests.world.ports import PassThrough

Json = dict[str, Any]

OWNER, USER, OTHER = "0" * 64, "1" * 96, "2" * 64
SPEC = (
    f"version: 1\nname: lectures\nbucket: {BUCKET}\ntrusted_signers: [self]\noai: {{}}\n"
    "grant: {via: object-acl, prefix: a/, batch: {role: arn:aws:iam::123456789012:role/jobs, "
    "report_bucket: reports, inventory: s3://lists/lectures-media/all}}\n"
)
DAY = 24 * 60 * 60
SCHEMA = "Bucket, Key, IsLatest, IsDeleteMarker, ObjectAccessControlList, ObjectOwner"


def acl(status: str = "AVAILABLE", **grants: str) -> str:
    """Return the field of an ACL with the owner's grant, and these by name."""
    rows = [{"canonicalId": OWNER, "type": "CanonicalUser", "permission": "FULL_CONTROL"}]
    names = {"user": {"canonicalId": USER}, "other": {"canonicalId": OTHER}, "anyone": {"uri": "…/AllUsers"}}
    rows += [{**names[name], "permission": permission} for name, permission in grants.items()]
    document = {"version": "2022-11-10", "status": status, "grants": rows}
    return base64.b64encode(json.dumps(document).encode()).decode()


def row(
    key: str, found: str, owner: str = OWNER, *, latest: str = "true", marker: str = "false"
) -> tuple[str, ...]:
    """Return a row of the schema."""
    return (BUCKET, key, latest, marker, found, owner)


VALID = (
    row("a/1", acl()),
    row("a/2+%2B", acl(user="READ")),
    row("b/3", acl(other="READ")),
    row("a/1", acl(other="READ"), latest="false"),
    row("a/4", "", marker="true"),
)


ENABLED = {
    "IsEnabled": True,
    "Destination": {"S3BucketDestination": {"Bucket": "arn:aws:s3:::lists", "Format": "CSV"}},
}


class Lists(PassThrough):
    """The inventory of a bucket. `covers` is the prefix of its configuration."""

    def __init__(self, *rows: tuple[str, ...], covers: str = "", **manifest: Any) -> None:
        lines = "".join(",".join(f'"{value}"' for value in each) + "\n" for each in rows or VALID)
        half = len(lines) // 2
        self.covers = covers
        self.configured: Json = {}
        self.data = gzip.compress(lines[:half].encode()) + gzip.compress(lines[half:].encode())
        self.manifest = {
            "sourceBucket": BUCKET,
            "fileFormat": "CSV",
            "fileSchema": SCHEMA,
            "creationTimestamp": str(3 * DAY * 1000 + 999),
            "files": [{"key": "one.csv.gz"}],
            **manifest,
        }
        self.error: Refused | None = None

    def read(self, call: Call) -> Json:
        if self.error:
            raise self.error
        if call.operation == "get_bucket_inventory_configuration":
            assert call.params["Id"] == "all"
            covers = {"Filter": {"Prefix": self.covers}} if self.covers else {}
            return {"InventoryConfiguration": {**ENABLED, **covers, **self.configured}}
        if call.params["Key"] == "lectures-media/all/2026-11-29T01-00Z/manifest.json":
            return {"Body": json.dumps(self.manifest).encode(), "ETag": '"e1"'}
        start, end = map(int, call.params["Range"].removeprefix("bytes=").split("-"))
        part = self.data[start : end + 1]
        return {"Body": part, "ContentRange": f"bytes {start}-{start + len(part) - 1}/{len(self.data)}"}

    def pages(self, call: Call) -> Iterator[Json]:
        assert call.params["Prefix"] == "lectures-media/all/"
        yield {
            "Contents": [
                {"Key": f"lectures-media/all/2026-11-{day}T01-00Z/manifest.json"} for day in (29, 28)
            ]
        }
        yield {"Contents": [{"Key": "lectures-media/all/hive/manifest.json"}]}


def seen(lists: Lists) -> InventoryAcls:
    """Return what the inventory shows."""
    bucket = LiveBucket(BUCKET, REGION, owner=OWNER)
    found = read_inventory(lists, context(SPEC), bucket, USER, "READ")
    assert found is not None
    return found


@pytest.mark.parametrize("chunk", [11, 1 << 20])
def test_current_objects_under_the_prefix_count(monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    """The newest list is read in parts. Objects written a day before its end, or later, are not known."""
    monkeypatch.setattr(inventory_report, "CHUNK", chunk)
    assert seen(Lists()) == InventoryAcls(2, 1, 2 * DAY, keys=("a/1",))


CURRENT = {"fileSchema": "Bucket, Key, ObjectAccessControlList, ObjectOwner"}
ONLY = (BUCKET, "a/1", acl(), OWNER)


@pytest.mark.parametrize(
    ("lists", "is_usable"),
    [
        (Lists(ONLY, covers="a/", **CURRENT), True),
        (Lists(ONLY, covers="a", **CURRENT), False),
        (Lists(ONLY, (BUCKET, "b/1", acl(), OWNER), covers="a/", **CURRENT), False),
        (Lists(covers="a/"), False),
        (
            Lists(
                ("v", *ONLY),
                covers="a/",
                fileSchema="VersionId, Bucket, Key, ObjectAccessControlList, ObjectOwner",
            ),
            False,
        ),
    ],
)
def test_a_list_that_a_job_can_use(lists: Lists, *, is_usable: bool) -> None:
    """It has the current versions of all objects under the prefix, and nothing else."""
    manifest = "lectures-media/all/2026-11-29T01-00Z/manifest.json"
    assert seen(lists).manifest == (InventoryList("lists", manifest, '"e1"') if is_usable else None)


@pytest.mark.parametrize(("most", "keys"), [(2, ("a/1", "a/2")), (1, ())])
def test_a_list_of_the_objects_that_lack_the_grant(
    monkeypatch: pytest.MonkeyPatch, most: int, keys: tuple[str, ...]
) -> None:
    """Only if others have it, and if there are not too many. Grants of the others to somebody else do not count."""
    monkeypatch.setattr(inventory_report, "MOST_LISTED", most)
    shared = acl(user="READ", other="READ")
    found = seen(Lists(row("a/1", acl()), row("a/2", acl()), row("a/3", shared)))
    assert (found.lacking, found.keys, found.others_lacking) == (2, keys, "")
    assert "a/3" in found.others


def _cut() -> Lists:
    lists = Lists()
    lists.data = lists.data[:-9]
    return lists


def _refusing(error: Refused) -> Lists:
    lists = Lists()
    lists.error = error
    return lists


@pytest.mark.parametrize(
    ("lists", "why"),
    [
        (lambda: Lists(row("a/1", acl(other="READ"))), f"the ACL of 'a/1' also names {OTHER}"),
        (lambda: Lists(row("a/1", acl(anyone="READ"))), "the ACL of 'a/1' also names …/AllUsers"),
        (lambda: Lists(row("a/x+y", acl("UNAVAILABLE"))), "the inventory does not have the ACL of 'a/x y'"),
        (lambda: Lists(row("a/1", "?")), "the inventory does not have the ACL of 'a/1'"),
        (lambda: Lists(row("a/1", acl(), OTHER)), "another account owns 'a/1'"),
        (lambda: Lists(sourceBucket="another"), "s3://lists/lectures-media/all is of the bucket another"),
        (
            lambda: Lists(fileFormat="ORC"),
            "s3://lists/lectures-media/all is in ORC, and only CSV can be read",
        ),
        (
            lambda: Lists(fileSchema="Bucket, Key"),
            "s3://lists/lectures-media/all lacks the field ObjectAccessControlList",
        ),
        (lambda: Lists(covers="a/b/"), "s3://lists/lectures-media/all lists only objects under a/b/"),
        (lambda: Lists(files=[{}]), "s3://lists/lectures-media/all does not have the format of AWS"),
        (_cut, "s3://lists/lectures-media/all has a file that ends too early"),
        (
            lambda: _refusing(Missing("s3:GetObject", "NoSuchKey", "")),
            "s3://lists/lectures-media/all cannot be read",
        ),
        (lambda: _refusing(NotAuthorized("s3:GetObject", "AccessDenied", "")), "cannot be read"),
    ],
)
def test_objects_that_an_inventory_does_not_show(lists: Callable[[], Lists], why: str) -> None:
    """The reason names an object, or what is wrong with the inventory."""
    assert why in seen(lists()).others


@pytest.mark.parametrize(
    ("configured", "why", "do"),
    [
        ({"IsEnabled": False}, "is not enabled", "enable it, or add --all-objects"),
        (
            {"Destination": {"S3BucketDestination": {"Bucket": "arn:aws:s3:::new", "Prefix": "x"}}},
            f"gets no new lists: S3 writes them to s3://new/x/{BUCKET}/all",
            f"write inventory: s3://new/x/{BUCKET}/all",
        ),
    ],
)
def test_an_inventory_that_gets_no_new_lists(configured: Json, why: str, do: str) -> None:
    """The notice has the fix."""
    lists = Lists()
    lists.configured = configured
    found = seen(lists)
    assert why in found.others
    assert found.do == do


@pytest.mark.parametrize("chunk", [len, lambda _data: 11])
def test_a_small_file_that_is_large_when_unzipped(chunk: Callable[[bytes], int]) -> None:
    """It is unzipped in small pieces, whatever the size of the parts."""
    line = b'"media","a/1","' + b"x" * 4000 + b'"\n'
    data = gzip.compress(line * 2500)
    size = chunk(data)
    tracemalloc.start()
    try:
        parts = (data[start : start + size] for start in range(0, len(data), size))
        count = sum(1 for _ in inventory_report._lines(parts))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 2500
    assert peak < 2_000_000


def test_a_line_without_an_end() -> None:
    """It is refused before it fills the memory."""
    with pytest.raises(ValueError, match="too long"):
        list(inventory_report._lines([gzip.compress(b"x" * 1_000_000)]))


def test_a_prefix_that_the_inventory_covers() -> None:
    """An inventory of a part of the bucket is sufficient for a grant in that part."""
    assert seen(Lists(covers="a")).others == ""


def test_other_refusals_end_the_plan() -> None:
    """They may be temporary."""
    with pytest.raises(Refused):
        seen(_refusing(Refused("s3:GetObject", "InternalError", "", status=500)))


def test_without_an_inventory_nothing_is_read() -> None:
    """The spec names none."""
    text = SPEC.replace(", inventory: s3://lists/lectures-media/all", "")
    bucket = LiveBucket(BUCKET, REGION, owner=OWNER)
    assert read_inventory(PassThrough(), context(text), bucket, USER, "READ") is None
