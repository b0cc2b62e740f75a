"""A snapshot has a section for each account, and a plan from it is the plan from AWS."""

import json
from pathlib import Path
from typing import Any

import pytest

from cfstream.errors import CannotAssume, WrongUsage
from cfstream.recording.document import sealed
from cfstream.recording.taking import record
from cfstream.render.documents import PlanDocument
from cfstream.render.json import plan_document
from cfstream.sandbox.accounts import ACCOUNT
from cfstream.use_cases.snapshot import recall, to_text
from cfstream.workflow import apply_plan, make_plan
from tests.accounts.two import HERE, OTHER, ROLE, THERE, TwoAccounts, without_role
from tests.world.plans import report_lines


def snapshot(accounts: TwoAccounts, *documents: dict[str, Any], hash_accounts: bool = False) -> Path:
    """Record these specs in a file."""
    stacks, world = accounts.load(*documents), accounts.world()
    file = accounts.folder / "live.json"
    text = to_text(record(stacks, world), world, ["specs"], stacks, hash_accounts=hash_accounts)
    file.write_text(text)
    return file


def from_file(accounts: TwoAccounts, file: Path, *documents: dict[str, Any]) -> PlanDocument:
    """Return the plan from the file as JSON."""
    stacks = accounts.load(*documents)
    recalled = recall(str(file), ["specs"], stacks, None)
    return plan_document(make_plan(stacks, recalled.world))


@pytest.mark.parametrize("hash_accounts", [False, True])
def test_the_plan_is_the_one_from_aws(accounts: TwoAccounts, hash_accounts: bool) -> None:
    """For new and for applied stacks, and without account numbers too, if the specs name them."""
    here = {**HERE, "account": ACCOUNT}
    for change in ({}, {"comment": "changed"}):
        file = snapshot(accounts, here, THERE, hash_accounts=hash_accounts)
        specs = {**here, **change}, {**THERE, **change}
        assert from_file(accounts, file, *specs) == plan_document(accounts.plan(*specs))
        report = apply_plan(accounts.plan(here, THERE), accounts.world())
        assert report.exit_code == 0, report_lines(report)


def test_sections(accounts: TwoAccounts) -> None:
    """Each account has its own reads."""
    document = json.loads(snapshot(accounts, HERE, THERE).read_text())
    assert document["format_version"] == 2
    buckets = {
        section["account"]: {
            entry["params"]["Bucket"] for entry in section["reads"] if "Bucket" in entry["params"]
        }
        for section in document["accounts"]
    }
    assert buckets == {ACCOUNT: {"media-here"}, OTHER: {"media-there"}}


def test_an_account_that_is_missing(accounts: TwoAccounts) -> None:
    """A snapshot without the account of a stack says so. An older one recorded one account only."""
    file = snapshot(accounts, HERE)
    with pytest.raises(WrongUsage) as lacking:
        from_file(accounts, file, HERE, THERE)
    assert f"has no section for account {OTHER}, to which the role {ROLE} belongs" in lacking.value.what
    assert lacking.value.do.startswith("record it again: cfstream snapshot specs --out ")
    document = json.loads(file.read_text())
    (section,) = document.pop("accounts")
    del document["sha256"]
    file.write_text(json.dumps(sealed({**document, "format_version": 1, "reads": section["reads"]})))
    assert from_file(accounts, file, HERE) == plan_document(accounts.plan(HERE))
    with pytest.raises(WrongUsage, match="was made by an older cfstream, which recorded one account"):
        from_file(accounts, file, HERE, THERE)


def test_a_role_that_cannot_be_assumed(accounts: TwoAccounts) -> None:
    """The other account is recorded. A plan from the file leaves the stacks of the missing one out, and says why."""
    with without_role(accounts.sandbox):
        file = snapshot(accounts, HERE, THERE)
    here, there = from_file(accounts, file, HERE, THERE)["stacks"]
    assert here["steps"]
    assert not here["problems"]
    (problem,) = there["problems"]
    assert problem["what"].startswith(f"{file} was recorded without account {OTHER}: the role {ROLE}")
    assert problem["do"].startswith("record it again: cfstream snapshot specs --out ")


def test_no_role_can_be_assumed(accounts: TwoAccounts) -> None:
    """A snapshot without any stack is not taken."""
    with without_role(accounts.sandbox), pytest.raises(CannotAssume):
        snapshot(accounts, THERE)
