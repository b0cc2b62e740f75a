"""Anyone who can read or manage and is not listed in the spec makes verify exit with 7, in spite of all blocks."""

from typing import Any

import pytest

from cfstream.verification import StackProof, Verdict
from tests.thorough import one_of_each
from tests.unit.access.policy import table
from tests.verify.account import VerifiedAccount, failed_checks
from tests.verify.openings import (
    ANYONE_MANAGES,
    BUCKET,
    MANAGERS,
    OBJECTS,
    OF_ANY_ACCOUNT,
    OF_UNKNOWN_ACCOUNTS,
    READERS,
    THIRD,
    Statement,
)
from tests.world.specs import Json
from tests.world.statements import allow

ANOTHER = allow("Another", {"AWS": f"arn:aws:iam::{THIRD}:root"}, [BUCKET, OBJECTS], Action="s3:*")
"""A second opening, by which an account that no spec lists may do everything."""

DELETED = "a deleted user"
"""S3 shows such a principal and does not accept it, so that no test can put it into a policy."""

DENY_CLOUDFRONT = ("confused deputy guardrail", "VPC endpoint only, as a Deny")
"""Healthy policies that also deny CloudFront: viewers are refused, and verify reports that."""


def _tested(row: table.Row) -> frozenset[str]:
    """Return the condition keys of the policy."""
    conditions = [statement.get("Condition", {}) for statement in row.statements]
    return frozenset(key for condition in conditions for keys in condition.values() for key in keys)


HEALTHY: list[table.Row] = one_of_each(
    [row for row in table.rows() if row.judged == "all" and row.name != DELETED],
    _tested,
    lambda row: row.name in DENY_CLOUDFRONT,
)
"""The unit tests of the table judge every row."""


def put(account: VerifiedAccount, *statements: Json, blocked: bool = True) -> None:
    """Add statements to the stack's own one, with all public access blocked or none."""
    account.unblocked()
    account.put_policy(account.statements()["cfstream-lectures-oac"], *statements)
    if blocked:
        account.blocked()


def judged(account: VerifiedAccount, **fields: Any) -> StackProof:
    """Return the proof, and check that the plan lists the same openings and changes nothing."""
    spec = {**account.spec, **fields}
    proof = account.proof(spec)
    plan = account.stack(spec)
    assert plan.steps == ()
    assert bool(plan.exposure.openings) == (proof.exit_code == 7)
    for each in plan.exposure.openings:
        assert each.text in failed_checks(proof)
    return proof


def parts(proof: StackProof) -> list[str]:
    """Return the broken parts."""
    return sorted({each.part for each in proof.broken})


def _kind(opening: Statement) -> tuple[tuple[str, ...], str]:
    """Return the field in which a spec lists the reader, and the entry."""
    return opening.lists, opening.reader.split()[0]


def _form(opening: Statement) -> frozenset[str]:
    """Return the members of the statement that are not the usual ones."""
    return frozenset(opening.fields)


NAMED: list[Statement] = one_of_each(
    (*OF_ANY_ACCOUNT, *OF_UNKNOWN_ACCOUNTS, *READERS, *MANAGERS), _kind, _form
)


@pytest.mark.parametrize("opening", NAMED, ids=str)
def test_a_statement_is_named_though_all_is_blocked(account: VerifiedAccount, opening: Statement) -> None:
    """Verify exits with 7 and names the reader and the statement. The plan lists both."""
    put(account, opening.of(account.live()["ARN"]))
    proof = judged(account)
    assert (proof.exit_code, parts(proof)) == (7, ["policy"])
    assert f"{opening.reader} " in failed_checks(proof)
    assert "bucket policy statement Opening" in failed_checks(proof)
    assert "cfstream-lectures-oac" not in failed_checks(proof)


@pytest.mark.parametrize("opening", ANYONE_MANAGES, ids=str)
def test_rights_of_anyone_are_named(account: VerifiedAccount, opening: Statement) -> None:
    """Without blocks, anyone may write, manage or read old versions through S3."""
    put(account, opening.of(account.live()["ARN"]), blocked=False)
    proof = judged(account)
    assert proof.exit_code == 7
    assert f"{opening.reader} " in failed_checks(proof)
    assert "bucket policy statement Opening" in failed_checks(proof)


LISTABLE: list[Statement] = one_of_each((*READERS, *MANAGERS), _kind)


@pytest.mark.parametrize("opening", LISTABLE, ids=str)
def test_only_a_listed_reader_is_expected(account: VerifiedAccount, opening: Statement) -> None:
    """The field that lists the reader covers only this reader, and the other field covers nobody."""
    statement = opening.of(account.live()["ARN"])
    listing = {name: [opening.listed] for name in opening.lists}
    put(account, statement)
    advice = " ".join(each.do for each in judged(account).broken)
    for name in ("also_read_by", "also_managed_by"):
        assert (f"in {name}" in advice) == (name in opening.lists)
    assert account.proof({**account.spec, **listing}).exit_code == 0
    put(account, statement, ANOTHER)
    proof = judged(account, **listing)
    assert (proof.exit_code, parts(proof)) == (7, ["policy"])
    assert "statement Another" in failed_checks(proof)
    assert "statement Opening" not in failed_checks(proof)
    for name in {"also_read_by", "also_managed_by"} - {*opening.lists}:
        assert "statement Opening" in failed_checks(account.proof({**account.spec, name: [opening.listed]}))


@pytest.mark.parametrize("enforced", [True, False])
def test_the_owner_is_inside_as_a_canonical_user(account: VerifiedAccount, enforced: bool) -> None:
    """The account that owns the bucket is inside by its canonical user id, even if ACLs are disabled."""
    ownership = "BucketOwnerEnforced" if enforced else "BucketOwnerPreferred"
    rules = {"Rules": [{"ObjectOwnership": ownership}]}
    account.s3.put_bucket_ownership_controls(Bucket="media", OwnershipControls=rules)
    owner = account.s3.get_bucket_acl(Bucket="media")["Owner"]["ID"]
    actions = ["s3:GetObject", "s3:PutObject", "s3:PutObjectAcl"]
    put(account, allow("Owner", {"CanonicalUser": owner}, Action=actions))
    assert judged(account).exit_code == 0
    put(account, allow("Owner", {"CanonicalUser": [owner, "c" * 64]}, Action=actions))
    proof = judged(account)
    assert (proof.exit_code, parts(proof)) == (7, ["policy"])
    assert f"canonical {'c' * 64} " in failed_checks(proof)
    assert f"canonical {owner} " not in failed_checks(proof)


@pytest.mark.parametrize("row", HEALTHY, ids=lambda row: str(row.name))
def test_a_healthy_policy_has_no_findings(account: VerifiedAccount, row: table.Row) -> None:
    """Common policies of an account exit with 0, with the blocks on and, if nothing is public, off."""
    statements = [_here(account, each) for each in row.policy["Statement"]]
    for blocked in (True, False):
        put(account, *statements, blocked=blocked)
        proof = account.proof()
        assert [each for each in proof.broken if each.verdict is Verdict.SERVED] == []
        assert proof.unproved == ()
        assert proof.exit_code == (7 if row.name in DENY_CLOUDFRONT else 0), failed_checks(proof)
        assert account.stack(account.spec).exposure.openings == ()


def _here(account: VerifiedAccount, statement: Json) -> Json:
    """Return a statement of the table for the account's bucket, distribution and OAI."""
    names = {
        "lectures-media": "media",
        "E1UGDLB9XZBD79": account.id(),
        "E74FTE3AEXAMPLE": account.identity,
    }
    renamed: Json = _renamed(statement, names)
    return renamed


def _renamed(value: Any, names: Json) -> Any:
    match value:
        case dict():
            return {name: _renamed(each, names) for name, each in value.items()}
        case list():
            return [_renamed(each, names) for each in value]
        case str():
            for before, after in names.items():
                value = value.replace(before, after)
    return value
