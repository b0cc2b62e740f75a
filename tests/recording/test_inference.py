"""Answers that follow from a recording, and those that do not."""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from cfstream.errors import Missing, NotAuthorized, Refused, Throttled, Unreachable
from cfstream.ports import Call
from cfstream.recording.document import (
    AccountSection,
    Snapshot,
    Unusable,
    checked,
    from_document,
    to_document,
)
from cfstream.recording.inference import NOT_RECORDED
from cfstream.recording.recorded import Pages, ReadMethod, Recorded, RecordedCall
from cfstream.recording.recorder import RecordingReads
from cfstream.recording.replay import NotRecorded, ReplayedReads
from cfstream.values import Account

HALF_EAST = timezone(timedelta(hours=5, minutes=30))


def objects(prefix: str, region: str = "us-east-1", **more: object) -> Call:
    """Return a call for the objects of a bucket under a prefix."""
    return Call("s3", "list_objects_v2", {"Bucket": "media", "Prefix": prefix, **more}, region)


def rows(*keys: str) -> list[dict[str, str]]:
    """Return rows of a list of objects."""
    return [{"Key": key} for key in keys]


def replaying(*recorded: tuple[ReadMethod, Call, Recorded]) -> ReplayedReads:
    """Return a port with these recorded answers."""
    return ReplayedReads(
        {RecordedCall.of(way, call): answer for way, call, answer in recorded}, "live.json", "again"
    )


def test_a_prefix_of_a_whole_listing_is_listed() -> None:
    """For any form of the call. Owners are known only if they were requested."""
    page = {"Contents": rows("a/1", "a/2", "b/1"), "IsTruncated": False}
    port = replaying((ReadMethod.READ, objects("", FetchOwner=True), page))
    assert port.read(objects("a/"))["Contents"] == rows("a/1", "a/2")
    assert [page["Contents"] for page in port.pages(objects("b/", region="eu-west-1"))] == [rows("b/1")]
    without_owners = replaying((ReadMethod.PAGES, objects(""), Pages((page,), whole=True)))
    with pytest.raises(NotRecorded):
        without_owners.read(objects("a/", FetchOwner=True))


def test_nothing_follows_from_an_incomplete_list() -> None:
    """There may be more objects under the prefix."""
    cut = {"Contents": rows("a/1"), "IsTruncated": True}
    for way, answer in ((ReadMethod.READ, cut), (ReadMethod.PAGES, Pages((cut,), whole=False))):
        with pytest.raises(NotRecorded):
            replaying((way, objects(""), answer)).read(objects("a/"))
    pages = replaying((ReadMethod.PAGES, objects(""), Pages((cut,), whole=False))).pages(objects(""))
    assert next(pages) == cut
    with pytest.raises(NotRecorded):
        next(pages)


def test_an_unlisted_resource_does_not_exist() -> None:
    """An unlisted distribution is missing. One whose config was not read is not recorded."""
    listing = Call("cloudfront", "list_distributions")
    port = replaying((ReadMethod.ITEMS, listing, [{"Id": "E1"}]))
    assert isinstance(port.together([Call("cloudfront", "get_distribution", {"Id": "E2"})])[0], Missing)
    with pytest.raises(NotRecorded, match="GetDistribution of E1"):
        port.read(Call("cloudfront", "get_distribution", {"Id": "E1"}))


def test_one_stack_is_planned_from_a_snapshot_of_many() -> None:
    """The list of buckets replaced HeadBucket, and nothing was asked about a missing bucket but HeadBucket."""
    port = replaying(
        (ReadMethod.ITEMS, Call("s3", "list_buckets"), [{"Name": "media", "BucketRegion": "eu-west-1"}])
    )

    def of(bucket: str, operation: str) -> Call:
        return Call("s3", operation, {"Bucket": bucket, "ExpectedBucketOwner": "123456789012"}, "us-east-1")

    assert port.read(of("media", "head_bucket")) == {"BucketRegion": "eu-west-1"}
    settings = ("get_public_access_block", "get_bucket_ownership_controls")
    answers = port.together([of("absent", each) for each in settings])
    assert all(isinstance(each, Missing) for each in answers)
    for unknown in (of("media", settings[0]), of("absent", "head_bucket")):
        with pytest.raises(NotRecorded):
            port.read(unknown)


def test_zones_are_found_by_their_names() -> None:
    """In the list of all zones, with or without a final dot."""
    zones = [{"Name": "example.com.", "Id": "1"}, {"Name": "a.example.com.", "Id": "2"}]
    port = replaying((ReadMethod.ITEMS, Call("route53", "list_hosted_zones"), zones))
    asked = Call("route53", "list_hosted_zones_by_name", {"DNSName": "example.com", "MaxItems": "100"})
    assert port.read(asked) == {"HostedZones": zones[:1]}


@pytest.mark.parametrize(
    "operation", ["describe_certificate", "describe_function", "list_conflicting_aliases", "get_resources"]
)
def test_optional_reads_are_refused(operation: str) -> None:
    """The refusal has its own code, so the plan continues and has a notice."""
    answer = replaying().together([Call("any", operation, {"Alias": "media.example.com"})])[0]
    assert isinstance(answer, Refused)
    assert answer.code == NOT_RECORDED


def test_nothing_is_written_to_a_recording() -> None:
    """A write raises an error."""
    with pytest.raises(Exception, match="delete_bucket is not possible"):
        replaying().write(Call("s3", "delete_bucket", {}))


def test_every_type_of_answer_survives_the_file() -> None:
    """Times with zones, refusals with all members that matter, sorted lists, pages in order."""
    refused = NotAuthorized(
        "GetBucketPolicy", "AccessDenied", "no", request_id="x", status=403, do="allow it"
    )
    refused.region = "eu-west-1"
    time = datetime(2026, 11, 26, 12, 30, tzinfo=HALF_EAST)
    recorded: Mapping[RecordedCall, Recorded] = {
        RecordedCall.of(ReadMethod.READ, Call("acm", "describe_certificate", {"n": 1})): {
            "NotAfter": time,
            "Names": ["b", "a"],
        },
        RecordedCall.of(
            ReadMethod.READ, Call("s3", "get_bucket_policy", {"Bucket": "a"}, "eu-west-1")
        ): refused,
        RecordedCall.of(ReadMethod.ITEMS, Call("s3control", "list_access_points")): Unreachable(
            "not there", "look"
        ),
        RecordedCall.of(ReadMethod.ITEMS, Call("route53", "list_hosted_zones")): [{"Id": "2"}, {"Id": "1"}],
        RecordedCall.of(ReadMethod.PAGES, objects("")): Pages(({"Contents": rows("b", "a")},), whole=False),
        RecordedCall.of(ReadMethod.READ, Call("s3", "get_object_acl", {"Bucket": "a", "Key": "1"})): {
            "Grants": []
        },
        RecordedCall.of(ReadMethod.READ, Call("s3", "get_object_acl", {"Bucket": "a", "Key": "2"})): {
            "Grants": []
        },
    }
    account = Account("012345678901")
    snapshot = Snapshot(
        account,
        "aws",
        "us-east-1",
        False,
        time,
        ("a.yaml",),
        ("a",),
        (AccountSection(account, "aws", recorded),),
    )
    document = checked(to_document(snapshot))
    read = from_document(document)
    assert to_document(read) == document
    (section,) = read.sections
    assert section.recorded.keys() == recorded.keys()
    certificate = section.recorded[next(asked for asked in recorded if asked.service == "acm")]
    assert certificate == {"NotAfter": time, "Names": ["b", "a"]}
    assert "+05:30" in str(document)
    again = section.recorded[next(asked for asked in recorded if asked.operation == "get_bucket_policy")]
    assert isinstance(again, NotAuthorized)
    assert (again.code, again.region, again.status, again.do) == (
        "AccessDenied",
        "eu-west-1",
        403,
        "allow it",
    )
    assert [entry["each"] for entry in document["accounts"][0]["reads"] if "each" in entry] == [["1", "2"]]
    with pytest.raises(Unusable, match="is not a snapshot"):
        checked([])


class Throttling:
    """A port that refuses every call because of the rate."""

    def together(self, calls: Any) -> Any:
        return tuple(Throttled("ListKeyGroups", "Throttling", "Rate exceeded") for _ in calls)


def test_a_throttled_read_is_not_recorded() -> None:
    """The snapshot fails instead, because the refusal is temporary."""
    port: Any = Throttling()
    recorder = RecordingReads(port)
    with pytest.raises(Throttled):
        recorder.together([Call("cloudfront", "list_key_groups")])
    assert recorder.recorded == {}
