"""A plan of several accounts: every format groups the stacks by account, and distinguishes equal names."""

from dataclasses import replace

from cfstream.applying import Report, StackOutcome, StackReport
from cfstream.planning import Plan
from cfstream.render.html import plan_html
from cfstream.render.markdown import plan_markdown
from cfstream.render.mermaid import plan_mermaid
from cfstream.render.report import failures_text, report_text
from cfstream.render.sarif import plan_sarif
from cfstream.render.text import plan_text
from cfstream.values import Account
from tests.unit.render.plans import ACCOUNT, BROKEN, CHANGED, NEW, STILL

OTHER = Account("999988887777")
PLAN = Plan(
    None,
    (BROKEN, NEW, *(replace(each, account=OTHER) for each in (replace(CHANGED, name="lectures"), STILL))),
)


def test_text() -> None:
    """Each account has a title above its stacks, in full and in brief; the last lines name the accounts."""
    for brief in (False, True):
        lines = plan_text(PLAN, color=False, width=120, brief=brief).splitlines()
        assert [line for line in lines if line.startswith("account ")] == [
            f"account {ACCOUNT}",
            f"account {OTHER}",
        ]
        assert lines.index(f"account {ACCOUNT}") < lines.index(f"account {OTHER}")
        assert (f"No changes. lectures ({OTHER}) is as its spec says." in lines) is not brief
        assert any(line.endswith(" 2 accounts") for line in lines)
        assert f"1 problem: clips ({ACCOUNT}) will not be applied." in lines


def test_one_account_has_no_title() -> None:
    """A plan of one account looks as it did."""
    text = plan_text(Plan(ACCOUNT, (NEW, BROKEN)), color=False, width=120)
    assert not [line for line in text.splitlines() if line.startswith("account ")]


def test_markdown() -> None:
    """The head lists the accounts, and each account has a heading."""
    text = plan_markdown(PLAN)
    assert f"accounts <code>{ACCOUNT}</code>, <code>{OTHER}</code>" in text
    assert text.index(f"#### Account {ACCOUNT}") < text.index(f"#### Account {OTHER}")
    assert f"lectures ({OTHER})" in text


def test_html() -> None:
    """Each account has a heading, and stacks with one name have anchors of their own."""
    page = plan_html(PLAN)
    assert page.index(f"<h2>Account {ACCOUNT}</h2>") < page.index(f"<h2>Account {OTHER}</h2>")
    for account in (ACCOUNT, OTHER):
        assert page.count(f'id="stack-{account}-lectures"') == 1
        assert f'href="#stack-{account}-lectures"' in page


def test_pictures_and_alerts() -> None:
    """The name of a stack has its account."""
    assert f"lectures ({OTHER})" in plan_mermaid(PLAN)
    texts = [result["message"]["text"] for result in plan_sarif(PLAN)["runs"][0]["results"]]
    assert any(text.startswith(f"lectures ({OTHER}): ") for text in texts)


def test_the_report() -> None:
    """What was done and what failed has the account, if there are several."""
    done = StackReport("lectures", "a.yaml", StackOutcome.APPLIED, account=ACCOUNT)
    failed = StackReport("lectures", "b.yaml", StackOutcome.FAILED, why="no", account=OTHER)
    report = Report((done, failed))
    assert f"lectures ({ACCOUNT}) applied" in report_text(report, color=False, width=80)
    assert f"lectures ({OTHER}): no" in failures_text(report, color=False, width=80)
    assert "lectures applied" in report_text(Report((done,)), color=False, width=80)
