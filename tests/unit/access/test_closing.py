"""Every opening that cfstream does not close itself has a fix with a command that closes it."""

import json
from typing import Any

import pytest

from cfstream.access.closing import MOST, without_repeats
from cfstream.access.evaluate import evaluate
from cfstream.access.expected import of_key
from cfstream.access.openings import openings
from cfstream.access.report import Opening
from cfstream.domain import AccessPoint, AclGrant, Block, ObjectAcls, ObjectClass
from tests.unit.access.models import (
    ACCOUNT,
    BUCKET,
    OAI,
    OTHER,
    allow,
    behavior,
    distribution,
    model,
    objects,
    to_oac,
    to_oai,
)
from tests.unit.access.test_openings import ALL_USERS, LOGS, OWN, expected

THEIRS, OWNER = "8" * 64, "0" * 64
THEM = {"AWS": OTHER}
GET = f"aws s3api get-bucket-policy --bucket {BUCKET} --query Policy --output text"
PUT_ACL = f"aws s3api put-object-acl --bucket {BUCKET} --key"
BLOCK = f"aws s3api put-public-access-block --bucket {BUCKET} --public-access-block-configuration BlockPublicAcls=true,"
BARE = {name: value for name, value in allow("", THEM).items() if name != "Sid"}
POINT_ARN = f"arn:aws:s3:eu-west-1:{ACCOUNT}:accesspoint/p"
AT_POINT = {**allow("Theirs", THEM), "Resource": f"{POINT_ARN}/object/*"}
POINT = AccessPoint("p", POINT_ARN, policy={"Version": "2012-10-17", "Statement": [AT_POINT]})
DELEGATED = allow("Points", "*", Condition={"StringEquals": {"s3:DataAccessPointAccount": ACCOUNT}})
ACLS = {"ownership": "ObjectWriter", "owner": OWNER}


def opened(*others: Any, policy: Any = (), **more: Any) -> list[Opening]:
    """Return the openings of a bucket with the stack's own statement and these."""
    (seen,) = evaluate(model(OWN, *others, policy=[to_oac(), *policy], **more))
    return list(openings(seen, expected(flags=" --sandbox")).openings)


def commands(found: Opening) -> list[str]:
    """Return the commands of a fix."""
    return [line.strip("`") for line in found.do.splitlines() if line.startswith("`")]


def removing(condition: str) -> str:
    """Return the command that removes the statements of the bucket's policy for which the condition holds."""
    program = f"del(.Statement[] | select({condition}))"
    return f"aws s3api put-bucket-policy --bucket {BUCKET} --policy \"$({GET} | jq '{program}')\""


@pytest.mark.parametrize(
    ("policy", "condition"),
    [
        ([allow("Theirs", THEM)], '.Sid == "Theirs"'),
        ([BARE], f". == {json.dumps(BARE)}"),
    ],
)
def test_a_statement_is_removed_by_its_sid_or_as_a_whole(policy: Any, condition: str) -> None:
    """The command reads the policy again, and keeps everything else."""
    (found,) = opened(policy=policy)
    assert commands(found) == [removing(condition)]


def test_a_policy_with_nothing_else_is_deleted() -> None:
    """S3 refuses a policy without a statement."""
    (seen,) = evaluate(model(OWN, policy=[allow("Theirs", THEM)]))
    (found,) = openings(seen, expected()).openings
    assert commands(found) == [f"aws s3api delete-bucket-policy --bucket {BUCKET}"]


def test_a_statement_of_an_access_point() -> None:
    """The command is about the access point, and not about the bucket."""
    (found,) = opened(policy=[DELEGATED], access_points=(POINT,))
    assert commands(found) == [f"aws s3control delete-access-point-policy --account-id {ACCOUNT} --name p"]


def test_anyone_is_also_blocked() -> None:
    """Without all four blocks, they come second."""
    (found,) = opened(policy=[allow("Open", "*")], block=Block())
    first, second = commands(found)
    assert first == removing('.Sid == "Open"')
    assert second.startswith(BLOCK)


@pytest.mark.parametrize(
    ("grants", "options"),
    [
        ({"READ": [THEIRS]}, "--acl private"),
        ({"READ": [THEIRS], "WRITE": [LOGS]}, f"--grant-full-control id={OWNER} --grant-write uri={LOGS}"),
    ],
)
def test_a_grant_of_the_bucket_is_removed_and_others_stay(grants: Any, options: str) -> None:
    """For example that to the delivery of logs."""
    given = tuple(AclGrant(who, each) for each, readers in grants.items() for who in readers)
    (found,) = opened(grants=given, **ACLS)
    assert commands(found) == [f"aws s3api put-bucket-acl --bucket {BUCKET} {options}"]
    assert found.do.startswith(
        f"if it is intended, list canonical:{THEIRS} in also_read_by; otherwise remove"
    )


def test_a_grant_on_an_object_is_removed_and_others_stay() -> None:
    """The stack's own identity keeps its grant."""
    (found,) = opened(
        policy=[to_oai(sid="oai")],
        identities={"7" * 64: OAI},
        objects=objects(a_mp4=["7" * 64, THEIRS]),
        **ACLS,
    )
    options = f"--grant-full-control id={OWNER} --grant-read id={'7' * 64}"
    assert commands(found) == [f"{PUT_ACL} a.mp4 {options}"]


def test_commands_for_two_readers_of_an_object_do_not_undo_each_other() -> None:
    """Each removes the grants of both: an ACL is written as a whole."""
    both = frozenset({AclGrant(THEIRS, "READ"), AclGrant("6" * 64, "WRITE_ACP"), AclGrant(LOGS, "READ")})
    acls = ObjectAcls((ObjectClass(both, ("a.mp4",)),))
    first, second = opened(objects=acls, **ACLS)
    assert commands(first) == commands(second)
    assert commands(first) == [f"{PUT_ACL} a.mp4 --grant-full-control id={OWNER} --grant-read uri={LOGS}"]


def test_without_an_owner_no_command_is_guessed() -> None:
    """An ACL without the owner's grant would lock the owner out."""
    acls = objects(a_mp4=[LOGS, THEIRS])
    (found,) = opened(objects=acls, ownership="ObjectWriter")
    assert found.do.endswith("remove that grant from the ACL")


def test_each_object_has_a_command() -> None:
    """The opening names the objects. For one key, only that one."""
    here = model(OWN, policy=[to_oac()], objects=objects(a_mp4=[THEIRS], b_mp4=[THEIRS, LOGS]), **ACLS)
    (seen,) = evaluate(here)
    (found,) = openings(seen, expected()).openings
    assert found.text == f"canonical {THEIRS} can read /a.mp4, /b.mp4: object ACL"
    assert [each.split()[6] for each in commands(found)] == ["a.mp4", "b.mp4"]
    wanted, seen = of_key(expected(), here, "b.mp4")
    (found,) = openings(seen, wanted).openings
    assert (found.text, len(commands(found))) == (f"canonical {THEIRS} can read /b.mp4: object ACL", 1)


@pytest.mark.parametrize(("who", "few"), [(THEIRS, True), (ALL_USERS, False)])
def test_many_objects(who: str, few: bool) -> None:
    """A block closes them for anyone. For others, the fix has the commands of the first few."""
    keys = tuple(f"{number}.mp4" for number in range(9))
    acls = ObjectAcls((ObjectClass(frozenset({AclGrant(who, "READ")}), keys),))
    (found,) = opened(objects=acls, block=Block(), **ACLS)
    assert "/0.mp4, /1.mp4, /2.mp4, …" in found.text
    if few:
        assert len(commands(found)) == MOST
        assert "(these are 5 of 9)" in found.do
    else:
        (block,) = commands(found)
        assert block.startswith(BLOCK)


@pytest.mark.parametrize("key", ["a`b.mp4", "a\nb.mp4"])
def test_a_key_that_cannot_be_pasted_has_no_command(key: str) -> None:
    """No shell gets anything else than what the fix shows."""
    acls = ObjectAcls((ObjectClass(frozenset({AclGrant(THEIRS, "READ")}), (key,)),))
    (found,) = opened(objects=acls, **ACLS)
    assert commands(found) == []


def test_another_distribution_is_taken_over() -> None:
    """The command has the flags of this run."""
    other = distribution("E9", behavior(""), oai=OAI)
    (found,) = opened(other, policy=[to_oai(sid="oai")])
    assert commands(found) == ["cfstream import E9 --out E9.yaml --sandbox"]


def test_a_command_is_listed_once() -> None:
    """Two openings by one statement have one command."""
    statement = {**allow("Theirs", THEM), "Action": ["s3:GetObject", "s3:PutObject"]}
    first, second = without_repeats(each.do for each in opened(policy=[statement]))
    command = removing('.Sid == "Theirs"')
    assert first.splitlines()[1:] == [f"`{command}`"]
    assert second.endswith("otherwise narrow that statement, or remove it, with the command above")
