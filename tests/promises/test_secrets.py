"""Secrets in conditions of a bucket policy are never shown or written to a file, and stay in the policy."""

import json
from typing import Any

import pytest

from cfstream.planning.saved import Mismatch, check_saved
from cfstream.render.html import plan_html
from cfstream.render.json import plan_document, saved_document
from cfstream.render.markdown import plan_markdown
from cfstream.render.text import plan_text
from cfstream.workflow import make_plan
from tests.recording.through_a_file import text_of, world_in
from tests.world.account import SandboxAccount
from tests.world.plans import report_lines
from tests.world.specs import Json, http

SECRET = "hunter2-hunter2"


def statement(secret: str = SECRET, **fields: Any) -> Json:
    """Return a statement that allows anyone to read who sends a secret as Referer or User-Agent."""
    return {
        "Sid": "Website",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::999988887777:root"},
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::media/*",
        "Condition": {"StringLike": {"aws:Referer": [secret, f"{secret}-b"], "aws:UserAgent": f"{secret}*"}},
        **fields,
    }


def policy_of(account: SandboxAccount) -> Any:
    """Return the bucket's policy."""
    return json.loads(account.s3.get_bucket_policy(Bucket="media")["Policy"])


def put(account: SandboxAccount, *statements: Json) -> None:
    """Write the bucket's policy by hand."""
    document = {"Version": "2012-10-17", "Statement": statements}
    account.s3.put_bucket_policy(Bucket="media", Policy=json.dumps(document))


@pytest.fixture
def narrowed(account: SandboxAccount) -> SandboxAccount:
    """Create a stack whose own statement was narrowed by hand with a secret, beside a statement of others."""
    account.converge(http())
    own = next(each for each in policy_of(account)["Statement"] if each["Sid"].startswith("cfstream-"))
    condition = {
        **own["Condition"],
        "StringEquals": {**own["Condition"]["StringEquals"], "aws:Referer": SECRET},
    }
    put(account, statement(), {**own, "Condition": condition})
    return account


def test_no_plan_and_no_file_holds_them(narrowed: SandboxAccount) -> None:
    """No format, saved plan or snapshot has them. A plan from the snapshot is the same."""
    stacks = narrowed.load(http(comment="changed"))
    plan = make_plan(stacks, narrowed.world)
    snapshot = text_of(stacks, narrowed.world)
    shown = [
        plan_text(plan, color=False, width=100),
        plan_markdown(plan),
        plan_html(plan),
        json.dumps(plan_document(plan)),
        json.dumps(saved_document(plan, ["specs"], ".")),
        snapshot,
    ]
    assert [text for text in shown if SECRET in text] == []
    assert "(secret) scrypt:" in shown[4]
    again = make_plan(stacks, world_in(snapshot, stacks, narrowed.world))
    assert again.fingerprint == plan.fingerprint


def exchange(account: SandboxAccount, secret: str) -> None:
    """Change the secret in the statement of others by hand."""
    others = [each for each in policy_of(account)["Statement"] if each["Sid"] != "Website"]
    put(account, statement(secret), *others)


def test_a_stale_plan_says_that_one_has_changed(narrowed: SandboxAccount) -> None:
    """It shows the name of the condition, but neither value."""
    stacks = narrowed.load(http())
    saved = json.loads(json.dumps(saved_document(make_plan(stacks, narrowed.world), ["specs"], ".")))
    check_saved(saved, make_plan(stacks, narrowed.world), "plan again")
    exchange(narrowed, "swordfish")
    with pytest.raises(Mismatch, match="Referer") as caught:
        check_saved(saved, make_plan(stacks, narrowed.world), "plan again")
    assert not any(secret in caught.value.what for secret in (SECRET, "swordfish"))


def test_a_stale_step_does_not_show_secrets(narrowed: SandboxAccount) -> None:
    """The report shows what changed, without the secrets."""
    plan = narrowed.plan(http())
    exchange(narrowed, "swordfish")
    report = "\n".join(report_lines(narrowed.run(plan, allow=["widens-grant"])))
    assert "Referer" in report
    assert not any(secret in report for secret in (SECRET, "swordfish"))


def test_a_write_keeps_them(narrowed: SandboxAccount) -> None:
    """The written policy is the one that was read, with the stack's statement replaced."""
    narrowed.converge(http(), allow=["widens-grant"])
    (website,) = [each for each in policy_of(narrowed)["Statement"] if each["Sid"] == "Website"]
    assert website["Condition"] == statement()["Condition"]
    assert policy_of(narrowed)["Statement"][0]["Sid"] == "Website"
