"""The objects of a job: a list of those that lack the grant, an inventory, or those that S3 lists."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto.s3.models import OWNER

from cfstream.errors import ReplyLost, Throttled
from cfstream.ports import Call
from cfstream.values import Json
from tests.promises.batched import (
    KEYS,
    OTHER_USER,
    KilledError,
    KilledInState,
    by_job,
    granted,
    granted_by_job,
    jobs,
    ready,
    share,
    statuses,
)
from tests.promises.test_batch_inventory import acl, deliver, large
from tests.promises.test_batch_inventory import spec as by_inventory
from tests.world.account import SandboxAccount
from tests.world.batch import make_role
from tests.world.plans import hazards, problems, report_lines
from tests.world.ports import PassThrough, Witness, once

LACKING = KEYS[:2]


@pytest.fixture
def media(empty: SandboxAccount) -> SandboxAccount:
    """Return an account in which two objects of a granted bucket have lost the grant, and one is shared with others."""
    granted_by_job(empty)
    for key in LACKING:
        empty.s3.put_object_acl(Bucket="media", Key=key, ACL="private")
    return empty


def manifest(account: SandboxAccount) -> Any:
    """Return the manifest of the last job; None if S3 has listed the objects."""
    return jobs(account)[-1].asked.get("Manifest")


class TestOwnList:
    """If others have the grant, a job gets a list of those that lack it."""

    def test_only_these_are_in_the_job(self, media: SandboxAccount) -> None:
        """The others keep their ACLs, so their grants to others are not a hazard."""
        (identity,) = media.identities().values()
        share(media, KEYS[5], identity["S3CanonicalUserId"])
        plan = media.plan(by_job())
        assert hazards(plan.stacks[0]) == []
        (because,) = [step.because for step in plan.stacks[0].steps]
        assert because.endswith(
            "a job of S3 Batch Operations grants it over a list of the 2 objects without it"
        )
        witness = Witness(media.world.aws)
        report = media.run(plan, port=witness)
        assert report.exit_code == 0, report_lines(report)
        assert manifest(media)["Spec"] == {
            "Format": "S3BatchOperations_CSV_20180820",
            "Fields": ["Bucket", "Key"],
        }
        assert jobs(media)[-1].keys == [*LACKING]
        assert witness.writes.count("put_object") == 1
        assert "put_object_acl" not in witness.writes
        assert granted(media) == dict.fromkeys(KEYS, "READ")
        assert media.grants(KEYS[5])[OTHER_USER] == ["READ"]
        assert media.plan(by_job()).in_sync

    def test_an_old_job_with_the_same_list(self, media: SandboxAccount) -> None:
        """S3 answers with it if no list shows that it has ended. The run does not take its end for its own."""
        media.converge(by_job())
        for key in LACKING:
            media.s3.put_object_acl(Bucket="media", Key=key, ACL="private")
        old = jobs(media)[-1].id

        class WithoutOld(PassThrough):
            aws = media.world.aws

            def items(self, call: Call) -> Sequence[Json]:
                return [row for row in self.aws.items(call) if row.get("JobId") != old]

        plan = media.plan(by_job())
        media.clock.slept += 100
        report = media.run(plan, port=WithoutOld())
        assert report.exit_code == 1, report_lines(report)
        what = f"the job {old} of an earlier run had ended, and no other job was created"
        assert what in " ".join(report_lines(report))
        assert [*granted(media)] == [key for key in KEYS if key not in LACKING]
        media.converge(by_job())
        assert granted(media) == dict.fromkeys(KEYS, "READ")

    def test_one_of_these_that_names_others_is_a_hazard(self, media: SandboxAccount) -> None:
        """A job would remove the grant."""
        share(media, LACKING[1])
        assert "replaces-acls" in hazards(media.stack(by_job()))

    def test_keys_with_any_characters(self, media: SandboxAccount) -> None:
        """They are encoded as in a URL."""
        key = 'a/1,"2" %2B+ä\n.mp4'
        media.s3.put_object(Bucket="media", Key=key, Body=b"-")
        media.clock.slept += 10
        media.converge(by_job())
        assert jobs(media)[-1].keys == sorted([*LACKING, key])
        assert statuses(media)[-1] == "Complete"

    def test_the_role_must_read_the_list(self, media: SandboxAccount) -> None:
        """It need not list the bucket."""
        make_role(media.clients("iam"), without="s3:ListBucket")
        assert problems(media.stack(by_job())) == []
        batch = {"role": make_role(media.clients("iam"), without="s3:GetObject"), "report_bucket": "reports"}
        make_role(media.clients("iam"), without="s3:GetObject s3:ListBucket")
        (problem,) = media.stack(by_job(batch=batch)).problems
        assert "may not do s3:GetObject on arn:aws:s3:::reports/objects-*" in problem.what

    def test_a_role_that_cannot_read_a_list(self, media: SandboxAccount) -> None:
        """The job goes through all objects, and the notice has the fix: a role that sufficed goes on to suffice."""
        make_role(media.clients("iam"), without="s3:GetObject")
        plan = media.plan(by_job())
        (fix,) = [each.do for each in plan.stacks[0].notices if "goes through all objects" in each.text]
        assert fix == "add to a policy of the role: Allow s3:GetObject on arn:aws:s3:::reports/acl/objects-*"
        report = media.run(plan)
        assert report.exit_code == 0, report_lines(report)
        assert manifest(media) is None

    @pytest.mark.parametrize(
        "error",
        [Throttled("s3:PutObject", "SlowDown", "slow down", status=503), ReplyLost("the reply was lost")],
    )
    def test_a_list_that_is_not_written_at_once(self, media: SandboxAccount, error: Exception) -> None:
        """It is written again, before the job is created."""

        def fail() -> None:
            raise error

        report = media.apply(by_job(), port=Witness(media.world.aws, before=once("put_object", fail)))
        assert report.exit_code == 0, report_lines(report)
        assert statuses(media) == ["Complete", "Complete"]

    def test_an_object_that_was_written_after_the_plan(self, media: SandboxAccount) -> None:
        """It is not in the list, and keeps its grants to others."""
        plan = media.plan(by_job())
        share(media, LACKING[0])
        report = media.run(plan, port=LaterObjects(media.world.aws, LACKING[0]))
        assert report.exit_code == 0, report_lines(report)
        assert [*LACKING[:1]] not in [job.keys for job in jobs(media)]
        assert media.grants(LACKING[0])[OTHER_USER] == ["READ"]
        assert granted(media) == dict.fromkeys(KEYS, "READ")

    def test_a_killed_run(self, media: SandboxAccount) -> None:
        """AWS does not show which objects its job has, so the next run waits for it and then checks all objects."""
        with pytest.raises(KilledError):
            media.apply(by_job(), port=KilledInState(media.world.aws, "Ready"))
        media.s3.put_object_acl(Bucket="media", Key=KEYS[4], ACL="private")
        report = media.apply(by_job())
        assert report.exit_code == 0, report_lines(report)
        assert [len(job.keys) for job in jobs(media)] == [6, 2]
        assert granted(media) == dict.fromkeys(KEYS, "READ")


class LaterObjects(PassThrough):
    """The list shows that an object was written an hour from now."""

    def __init__(self, aws: Any, key: str) -> None:
        self.aws = aws
        self._key = key

    def pages(self, call: Call) -> Iterator[Json]:
        later = datetime.now(UTC) + timedelta(days=3)
        for page in self.aws.pages(call):
            rows = [
                {**row, "LastModified": later} if row["Key"] == self._key else row
                for row in page.get("Contents", ())
            ]
            yield {**page, "Contents": rows}


class TestInventory:
    """An inventory that has exactly the objects under the prefix is the job's list itself."""

    @pytest.fixture
    def lists(self, empty: SandboxAccount, monkeypatch: pytest.MonkeyPatch) -> SandboxAccount:
        """Return an account with a large bucket and an inventory of it."""
        large(monkeypatch)
        ready(empty)
        empty.bucket("inventory")
        deliver(empty)
        return empty

    def test_it_is_used(self, lists: SandboxAccount) -> None:
        """With its ETag, and without the list of S3."""
        plan = lists.plan(by_inventory())
        (step,) = [each for each in plan.stacks[0].steps if each.verb == "grant"]
        assert "over the inventory s3://inventory/media/all/2026-11-29T01-00Z/manifest.json" in step.because
        report = lists.run(plan)
        assert report.exit_code == 0, report_lines(report)
        assert manifest(lists)["Spec"] == {"Format": "S3InventoryReport_CSV_20161130"}
        assert granted(lists) == dict.fromkeys(KEYS, "READ")

    def test_it_is_not_used_if_an_object_is_newer(self, lists: SandboxAccount) -> None:
        """S3 lists the older objects, and this machine grants the newer one."""
        report = lists.apply(by_inventory(), port=LaterObjects(lists.world.aws, KEYS[2]))
        assert report.exit_code == 0, report_lines(report)
        assert manifest(lists) is None
        assert granted(lists) == dict.fromkeys(KEYS, "READ")

    def test_some_have_the_grant(self, lists: SandboxAccount) -> None:
        """Then a list of the others is used."""
        lists.converge(by_inventory())
        (identity,) = lists.identities().values()
        has = acl({OWNER: "FULL_CONTROL", identity["S3CanonicalUserId"]: "READ"})
        deliver(lists, dict.fromkeys(KEYS[3:], has))
        for key in KEYS[:3]:
            lists.s3.put_object_acl(Bucket="media", Key=key, ACL="private")
        report = lists.apply(by_inventory())
        assert report.exit_code == 0, report_lines(report)
        assert jobs(lists)[-1].keys == [*KEYS[:3]]
        assert granted(lists) == dict.fromkeys(KEYS, "READ")
