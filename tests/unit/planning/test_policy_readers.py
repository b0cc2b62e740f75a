"""Who can read by the bucket's policy, in words, and who of them is an opening."""

from typing import Any

import pytest

from tests.unit.kinds.live import distribution
from tests.unit.kinds.s3 import ALL, BUCKET, NONE, by_oac, by_oai, policy_of, signed, statement
from tests.unit.planning.planned import (
    OAC,
    PUBLIC,
    exposure,
    opening_texts,
)

OURS = "signers: self"
OPEN = statement("Open", "*")
OWN = signed(oac="E3OAC")


def test_public_statement() -> None:
    """With a public statement, anyone can read directly from S3: one phrase, and one opening."""
    seen = exposure(OAC, OWN, block=NONE, policy=policy_of(by_oac(), OPEN))
    assert seen.after == (OURS, "anyone: bucket policy statement Open")
    assert opening_texts(seen) == ["anyone can read /*: bucket policy statement Open"]


def test_the_fix_of_a_public_statement() -> None:
    """The advice names the statement first, then a command that blocks public access."""
    (opening,) = exposure(OAC, OWN, block=NONE, policy=policy_of(by_oac(), OPEN)).openings
    advice, remove, then, block = opening.do.splitlines()
    assert advice == "narrow that statement, or remove it:"
    assert remove.startswith(f"`aws s3api put-bucket-policy --bucket {BUCKET} --policy ")
    assert then == f"then block public access for the bucket {BUCKET}:"
    assert block.startswith(f"`aws s3api put-public-access-block --bucket {BUCKET} --public-access-block")
    assert block.count("=true") == 4


def test_public_statement_under_the_blocks() -> None:
    """RestrictPublicBuckets denies the public, but not services and distributions of any account."""
    seen = exposure(OAC, OWN, policy=policy_of(by_oac(), OPEN))
    assert "anyone: bucket policy statement Open" not in seen.after
    assert "anyone through a distribution of any account: bucket policy statement Open" in seen.after
    assert len(seen.openings) == 1


def test_public_statement_for_other_paths() -> None:
    """Every object of the bucket counts, including those outside the prefix that the stack serves."""
    elsewhere = policy_of(by_oac(prefix="hls/"), statement("Open", "*", "posters/"))
    seen = exposure(OAC + "grant: {prefix: hls/}\n", OWN, block=NONE, policy=elsewhere)
    assert opening_texts(seen) == ["anyone can read /posters/*: bucket policy statement Open"]
    assert [each.witness for each in seen.openings] == ["/posters/"]


def test_distributions_of_anyone() -> None:
    """A statement for CloudFront without a fixed source admits distributions of any account, in spite of blocks."""
    unfixed = statement("Loose", {"Service": "cloudfront.amazonaws.com"})
    for block in (NONE, ALL):
        seen = exposure(OAC, OWN, block=block, policy=policy_of(by_oac(), unfixed))
        assert seen.after == (
            OURS,
            "anyone through a distribution of any account: bucket policy statement Loose",
        )
        assert len(seen.openings) == 1


def test_origin_access_none() -> None:
    """A stack with unsigned requests serves only what anyone can read, which is not an opening."""
    text = PUBLIC + "origin_access: none\n"
    seen = exposure(text, distribution("E1DIST"), block=NONE, policy=policy_of(OPEN))
    assert seen.before == ("anyone through distribution lectures", "anyone: bucket policy statement Open")
    assert seen.openings == ()
    assert exposure(text, distribution("E1DIST")).after == ("nobody",)


@pytest.mark.parametrize(
    ("principal", "reader"),
    [
        ({"AWS": "111122223333"}, "account 111122223333"),
        (
            {"AWS": "arn:aws:iam::111122223333:role/reader"},
            "principal arn:aws:iam::111122223333:role/reader",
        ),
        ({"CanonicalUser": "8" * 64}, f"canonical {'8' * 64}"),
        (by_oai("x", "", "EFOREIGN")["Principal"], "oai EFOREIGN"),
    ],
)
def test_named_by_the_policy(principal: Any, reader: str) -> None:
    """Others that a statement names are listed with it, and are openings unless the spec lists them."""
    seen = exposure(OAC, OWN, policy=policy_of(by_oac(), statement("Theirs", principal)))
    assert seen.after == (OURS, f"{reader}: bucket policy statement Theirs")
    assert opening_texts(seen) == [f"{reader} can read /*: bucket policy statement Theirs"]
    (opening,) = seen.openings
    assert "also_read_by" in opening.do


def test_service() -> None:
    """A service that acts for any account is an opening, and is named once."""
    seen = exposure(
        OAC, OWN, policy=policy_of(by_oac(), statement("Theirs", {"Service": "media.amazonaws.com"}))
    )
    assert opening_texts(seen) == [
        "service media.amazonaws.com for any account can read /*: bucket policy statement Theirs"
    ]


def test_listed_in_the_spec() -> None:
    """A reader that also_read_by lists is shown, and is not an opening."""
    theirs = statement("Theirs", {"AWS": "arn:aws:iam::111122223333:role/reader"})
    text = OAC + 'also_read_by: ["111122223333"]\n'
    seen = exposure(text, OWN, policy=policy_of(by_oac(), theirs))
    assert (len(seen.after), seen.openings) == (2, ())


@pytest.mark.parametrize(
    "theirs",
    [
        statement("Theirs", {"AWS": "123456789012"}),
        statement("Theirs", {"AWS": "arn:aws:iam::123456789012:user/me"}),
        {**statement("Theirs", "*"), "Effect": "Deny"},
    ],
)
def test_inside(theirs: Any) -> None:
    """The account, its principals and denials are neither listed nor openings."""
    own = (
        {**theirs, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
        if theirs["Effect"] == "Deny"
        else theirs
    )
    seen = exposure(OAC, OWN, policy=policy_of(by_oac(), own))
    assert (seen.after, seen.openings) == ((OURS,), ())


def test_deleted_principal() -> None:
    """A unique id of a principal that was deleted is a note, not an opening."""
    theirs = statement("Theirs", {"AWS": "AIDAJ3EXAMPLE7QUSDP"})
    seen = exposure(OAC, OWN, policy=policy_of(by_oac(), theirs))
    assert seen.openings == ()
    assert any("AIDAJ3EXAMPLE7QUSDP" in note for note in seen.notes)


@pytest.mark.parametrize(
    ("action", "text"),
    [
        ("s3:PutObject", "can write objects"),
        ("s3:DeleteObject", "can write objects"),
        ("s3:PutBucketPolicy", "can change who can read"),
        ("s3:PutObjectAcl", "can change who can read"),
        ("s3:ListBucket", "can list the objects"),
    ],
)
def test_others_that_write_list_or_manage_are_openings(action: str, text: str) -> None:
    """Others who can write, list or change who can read are openings too."""
    resources = [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
    theirs = {**statement("Theirs", {"AWS": "111122223333"}), "Action": action, "Resource": resources}
    seen = exposure(OAC, OWN, policy=policy_of(by_oac(), theirs))
    assert opening_texts(seen) == [f"account 111122223333 {text}: bucket policy statement Theirs"]


def test_network() -> None:
    """A statement for anyone from one network names the network."""
    fixed = statement("Office", "*", Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})
    seen = exposure(OAC, OWN, policy=policy_of(by_oac(), fixed))
    assert seen.after == (OURS, "network 203.0.113.0/24: bucket policy statement Office")
    listed = exposure(OAC + "also_read_by: [203.0.113.0/24]\n", OWN, policy=policy_of(by_oac(), fixed))
    assert listed.openings == ()


def test_distribution_of_another_account() -> None:
    """A statement for one distribution of another account names it."""
    arn = "arn:aws:cloudfront::111122223333:distribution/E9"
    seen = exposure(OAC, OWN, policy=policy_of(by_oac(), by_oac("Theirs", arn=arn)))
    assert seen.after == (OURS, f"distribution {arn}: bucket policy statement Theirs")
    assert len(seen.openings) == 1
