"""All checks of stacks that are in sync pass, for every type of stack."""

import json
import urllib.request
from typing import Any

import pytest

from cfstream.errors import WrongUsage
from cfstream.verification import StackProof, Verdict
from tests.verify.account import VerifiedAccount, failed_checks, signing_key
from tests.world.specs import Json, by_acl, rtmp, signed


def failed_or_open(proof: StackProof) -> list[tuple[str, str, str]]:
    """Return the checks that did not pass, in short."""
    return [
        (each.claim, each.verdict, each.why) for each in proof.findings if each.verdict is not Verdict.HELD
    ]


def notices(proof: StackProof) -> str:
    """Return all notices."""
    return "\n".join(notice.text for notice in proof.notices)


def briefs(proof: StackProof) -> set[str]:
    """Return the checks, in short."""
    return {each.brief for each in proof.findings if each.brief}


def test_every_claim_about_a_good_stack_holds(account: VerifiedAccount) -> None:
    """With and without a key, nothing is broken or undecided, at both names and in each behavior."""
    for key in (None, account.key):
        proof = account.proof(key=key)
        assert (failed_or_open(proof), proof.exit_code) == ([], 0)
        asked = {(each.where, each.part) for each in proof.findings if each.brief == "unsigned"}
        hosts = {f"https://{account.live()['DomainName']}", "https://media.example.com"}
        assert asked == {(host, part) for host in hosts for part in ("*.m3u8", "default behavior")}
        assert proof.readers == (
            "signers: key-group viewers",
            "anyone through distribution lectures (/posters/*)",
        )


def test_a_key_verifies_urls_cookies_ranges_and_the_playlist(account: VerifiedAccount) -> None:
    """Verify requests what the key opens, down to the first segment of the playlist, and what it must not open."""
    asked = briefs(account.proof(key=account.key))
    assert asked >= {"signed URL", "range", "cookies", "HLS playlist", "HLS segment", "CORS"}
    assert asked >= {
        "tampered",
        "extended",
        "other path",
        "expired",
        "not valid yet",
        "for another IP",
        "wrong key",
    }
    found = account.proof(key=account.key).findings
    segments = [(each.where, each.claim.split()[0]) for each in found if each.brief == "HLS segment"]
    hosts = (f"https://{account.live()['DomainName']}", "https://media.example.com")
    assert segments == [(host, path) for host in hosts for path in ("/hls/low/init.mp4", "/hls/low/1.m4s")]


def test_a_path_that_the_spec_spells_otherwise_is_the_same_behavior(account: VerifiedAccount) -> None:
    """With or without its leading slash, each behavior is judged once, as in the spec."""
    http = {**account.spec["http"]}
    http["behaviors"] = [{**each, "path": other(each["path"])} for each in http["behaviors"]]
    for key in (None, account.key):
        proof = account.proof({**account.spec, "http": http}, key=key)
        assert (failed_or_open(proof), proof.exit_code) == ([], 0)
        asked = {each.part for each in proof.findings if each.brief == "unsigned"}
        assert asked == {"*.m3u8", "default behavior"}


def other(path: str) -> str:
    """Return the other spelling of a path pattern."""
    return path[1:] if path.startswith("/") else f"/{path}"


@pytest.mark.parametrize("wanted", ["a/two words+ü~.mp4", "posters/one.jpg", "hls/low/1.m4s"])
def test_the_named_object_is_asked_for(account: VerifiedAccount, wanted: str) -> None:
    """Its key may have special characters."""
    assert failed_or_open(account.proof(key=account.key, wanted=wanted)) == []


def test_a_missing_object_is_reported(account: VerifiedAccount) -> None:
    """Nothing is verified about a missing object. Everything else is."""
    proof = account.proof(wanted="a/typo.mp4")
    assert failed_or_open(proof) == [("a/typo.mp4 exists", "unproved", "object a/typo.mp4 does not exist")]
    assert proof.exit_code == 1


def test_an_empty_bucket_shows_who_is_refused(empty: VerifiedAccount) -> None:
    """CloudFront checks signatures before it requests S3, so invented paths are enough.

    A notice lists what they cannot show.
    """
    empty.bucket("bare")
    spec = {**empty.spec, "bucket": "bare"}
    empty.made(spec)
    proof = empty.proof(spec, key=empty.key)
    assert failed_or_open(proof) == []
    assert "bucket bare has no object: paths without an object were requested" in notices(proof)


def test_a_key_that_left_the_spec_opens_nothing(account: VerifiedAccount) -> None:
    """A key that no spec names is refused under each id that its owner may try."""
    proof = account.proof(key=signing_key("old"))
    assert failed_or_open(proof) == []
    assert "the spec lets this key sign nowhere" in notices(proof)
    assert any(brief.startswith("your key (id K") for brief in briefs(proof))


def test_a_key_that_left_the_spec_and_still_signs_is_named(account: VerifiedAccount) -> None:
    """The old key is still in the group, so verify reports what it opens."""
    id_ = account.make_key("lectures-2025-11", file="old")
    group = account.groups()["viewers"]["Id"]
    reply = account.cloudfront.get_key_group_config(Id=group)
    config = {**reply["KeyGroupConfig"], "Items": [*reply["KeyGroupConfig"]["Items"], id_]}
    account.cloudfront.update_key_group(Id=group, IfMatch=reply["ETag"], KeyGroupConfig=config)
    failures = failed_checks(account.proof(key=signing_key("old")))
    assert f"a URL signed by your key with the id {id_} is refused: the default behavior" in failures


def test_the_id_of_another_key_is_refused(account: VerifiedAccount) -> None:
    """A key is not used with the id of another one: all refusals would look right."""
    with pytest.raises(WrongUsage, match="KNOTTHISONE is not the id of this key"):
        account.verify(key=account.key, key_id="KNOTTHISONE")


def test_a_disabled_stack_refuses_everything(empty: VerifiedAccount) -> None:
    """A disabled distribution serves nobody. If someone enabled it, verify reports that."""
    spec = {**empty.spec, "enabled": False}
    empty.made(spec)
    assert failed_or_open(empty.proof(spec, key=empty.key)) == []
    empty.edit(lambda config: config.update(Enabled=True))
    failures = failed_checks(empty.proof(spec))
    assert "the spec has enabled: false, but the distribution answers" in failures
    assert "it is enabled, but the spec has enabled: false" in failures


def test_a_public_stack_is_answered(empty: VerifiedAccount) -> None:
    """Public paths are open through CloudFront, and the bucket's own addresses are closed."""
    spec = {"version": 1, "name": "open", "bucket": "media", "public": True}
    empty.made(spec)
    proof = empty.proof(spec)
    assert failed_or_open(proof) == []
    assert {each.good for each in proof.findings if each.part == "default behavior"} == {
        "serves",
        "redirects",
    }


def test_grants_on_objects_are_verified_alike(empty: VerifiedAccount) -> None:
    """The ACL of every object is read, and none is public."""
    spec = {**by_acl(), "key_groups": empty.spec["key_groups"]}
    del spec["trusted_signers"]
    empty.unblocked()
    empty.made(spec)
    proof = empty.proof(spec, key=empty.key)
    assert failed_or_open(proof) == []
    claim = "no ACL is an opening (7 objects read)"
    assert claim in [each.claim for each in proof.findings]


def test_another_distribution_by_our_identity_is_named(empty: VerifiedAccount) -> None:
    """If objects have grants to an OAI, every distribution with it can read them."""
    spec = {**by_acl(), "key_groups": empty.spec["key_groups"]}
    del spec["trusted_signers"]
    empty.made(spec)
    created = empty.other_distribution()
    failure = f"anyone can read /*: distribution {created['Id']} (unsigned), object ACL"
    assert failure in failed_checks(empty.proof(spec))


def test_stacks_are_verified_side_by_side(account: VerifiedAccount) -> None:
    """There is one proof for each, sorted by name. The exit code is the worst one."""
    other: Json = signed(name="campus")
    account.made(other)
    assert [each.name for each in account.verify(account.spec, other).stacks] == ["campus", "lectures"]
    missing = signed(name="absent")
    proof = account.verify(account.spec, missing)
    assert (proof.exit_code, proof.stacks[0].findings[0].why[:31]) == (1, "absent has no distribution in a")


def key_pair(account: VerifiedAccount, pem: str) -> str:
    """Register a key pair of the account, whose public half only the sandbox's edge knows, and return its id."""
    body = json.dumps({"account": "self", "public_key": pem}).encode()
    url = f"{account.sandbox.endpoint_url}/_sandbox/key-pairs"
    asked = urllib.request.Request(url, body, {"Content-Type": "application/json"}, method="PUT")
    with urllib.request.urlopen(asked) as reply:
        answer: Any = json.load(reply)
    return str(answer["id"])


def test_stream_names_are_verified_by_the_edge(empty: VerifiedAccount) -> None:
    """For delivery rtmp, the RTMP substitute refuses unsigned names and accepts signed ones."""
    empty.s3.put_object(Bucket="media", Key="a/lecture.flv", Body=b"flv")
    id_ = key_pair(empty, empty.key.public_pem)
    spec = rtmp()
    empty.made(spec)
    proof = empty.proof(spec, key=empty.key, key_id=id_)
    assert failed_or_open(proof) == []
    assert briefs(proof) >= {"unsigned", "signed name", "tampered", "expired", "wrong key"}


def test_a_key_of_an_account_has_to_be_named(empty: VerifiedAccount) -> None:
    """AWS never shows the public half of a key pair, so the owner's key cannot be recognised."""
    empty.s3.put_object(Bucket="media", Key="a/lecture.flv", Body=b"flv")
    id_ = key_pair(empty, empty.key.public_pem)
    empty.made(rtmp())
    with pytest.raises(WrongUsage, match="not which key has which id") as refused:
        empty.proof(rtmp(), key=empty.key)
    assert f"add --key-id with the id of your key pair: {id_}" in refused.value.do
