"""The objects that verify requests: some of each behavior, even in a large bucket."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from cfstream.ports import Call, Reads
from cfstream.values import Json
from cfstream.verification import StackProof
from tests.verify.account import MEDIA, VerifiedAccount, failed_checks, signing_key
from tests.verify.test_bad_days import Network
from tests.verify.test_good_stacks import briefs, key_pair
from tests.verify.test_replies import REPLIES, Same
from tests.world.ports import PassThrough
from tests.world.specs import rtmp


class ShortPages(PassThrough):
    """Lists of objects whose first page has two keys, and no other page."""

    aws: Any

    def __init__(self, reads: Reads) -> None:
        self.aws = reads

    def pages(self, call: Call) -> Iterator[Json]:
        page = next(iter(self.aws.pages(call)))
        rows = page.get("Contents", [])
        yield (
            {**page, "Contents": rows[:2], "IsTruncated": len(rows) > 2} if "Prefix" in call.params else page
        )


def notices(proof: StackProof) -> list[str]:
    """Return the notices about objects."""
    return [each.text for each in proof.notices if "object" in each.text]


@pytest.mark.parametrize("root", ["", "/v2"])
def test_a_large_bucket_is_sampled_for_each_behavior(empty: VerifiedAccount, root: str) -> None:
    """The objects of a behavior are listed by the beginning of its path, below the origin path."""
    for key, body in MEDIA.items():
        empty.s3.put_object(Bucket="media", Key=f"{root}/{key}".removeprefix("/"), Body=body)
    spec = {**empty.spec, "http": {**empty.spec["http"], "origin_path": root}}
    empty.made(spec)
    reads = empty.world.reads
    empty.world = replace(empty.world, reads=lambda: ShortPages(reads()))
    proof = empty.proof(spec, key=empty.key)
    assert failed_checks(proof) == ""
    assert notices(proof) == ["no object is known for *.m3u8: paths without an object were requested"]


def test_a_key_that_no_url_can_name_is_not_requested(account: VerifiedAccount) -> None:
    """Clients resolve dots as folders, so another object is requested."""
    account.s3.put_object(Bucket="media", Key="a/./first.mp4", Body=b"-")
    proof = account.proof(key=account.key)
    assert (failed_checks(proof), proof.exit_code) == ("", 0)
    assert proof.unproved == ()


def test_an_edge_that_may_have_the_old_configuration(account: VerifiedAccount) -> None:
    """Its answers may change in a minute."""
    account.sandbox.cloudfront.settings.deploy_after_reads = 99
    account.edit(lambda config: config.update(Comment="changed"))
    warning = f"{account.live()['Id']} is InProgress: edges may still have the old configuration"
    assert warning in [each.text for each in account.proof().notices if each.warning]


class TestRtmp:
    """Stream names."""

    def test_a_key_that_is_not_the_signers(self, empty: VerifiedAccount) -> None:
        """A name that is signed with it is refused, whatever its id. If it is served, verify reports that."""
        empty.s3.put_object(Bucket="media", Key="a/lecture.flv", Body=b"flv")
        key_pair(empty, empty.key.public_pem)
        empty.made(rtmp())
        other = {"key": signing_key("old"), "key_id": "KNOSUCHKEY"}
        proof = empty.proof(rtmp(), **other)
        assert failed_checks(proof) == ""
        assert "your key (id KNOSUCHKEY)" in briefs(proof)
        proof = empty.proof(rtmp(), viewer=Same(empty.viewer, REPLIES["object"]), **other)
        assert "a URL signed by your key with the id KNOSUCHKEY is refused" in failed_checks(proof)

    def test_aws_no_longer_serves_it(self, empty: VerifiedAccount) -> None:
        """Without a sandbox, only the bucket is tested."""
        empty.s3.put_object(Bucket="media", Key="a/lecture.flv", Body=b"flv")
        empty.made(rtmp())
        proof = empty.proof(rtmp(), viewer=Network(empty.viewer))
        assert "AWS no longer serves RTMP: only the bucket was tested" in [
            each.text for each in proof.notices
        ]
        assert {each.where for each in proof.findings if each.brief} == {"S3: bucket media"}
