"""Reports as text and as JSON: what was done, what was not, and what to do."""

from dataclasses import replace

import pytest

from cfstream.access.openings import ACLS
from cfstream.applying import FailedChecks, Report, StackOutcome, StackReport, StepOutcome, StepReport
from cfstream.exit_codes import ExitCode
from cfstream.render.report import OUTPUTS, SuggestedCommands, failures_text, report_document, report_text
from cfstream.render.verify import broken_text
from cfstream.values import Address, Verb, step_id
from cfstream.verification.finding import Finding, Proof, StackProof, Verdict
from cfstream.verification.report import with_proof
from tests.unit.render.plans import OPENED, OPENING, plan

DISTRIBUTION = Address("distribution", "lectures")


def step(verb: Verb, address: Address, outcome: StepOutcome, error: str | None = None) -> StepReport:
    """Return the report of one step that took 1.25 seconds."""
    seconds = 0.0 if outcome is StepOutcome.NOT_TRIED else 1.25
    return StepReport(step_id(verb, address), verb, address, outcome, seconds, error)


APPLIED = StackReport(
    name="lectures",
    spec="lectures.yaml",
    outcome=StackOutcome.APPLIED,
    steps=(
        step(Verb.CREATE, Address("origin-access-control", "lectures"), StepOutcome.DONE),
        step(Verb.CREATE, DISTRIBUTION, StepOutcome.DONE),
        step(Verb.GRANT, Address("bucket-policy", "lectures"), StepOutcome.DONE),
        step(Verb.WAIT, DISTRIBUTION, StepOutcome.DONE),
    ),
    outputs={
        "distribution_id": "E1UGDLB9XZBD79",
        "domain_name": "d111111abcdef8.cloudfront.net",
        "status": "Deployed",
        "etag": "E2QWRUHAPOMQZL",
        "oai_id": None,
        "key_group_ids": {"lectures-signers": "2b4e", "newsroom-signers": "77aa"},
        "dns_records": [
            {"name": "media.example.com", "type": "CNAME", "value": "d111111abcdef8.cloudfront.net"}
        ],
    },
)

STOPPED = StackReport(
    name="lectures",
    spec="lectures.yaml",
    outcome=StackOutcome.INTERRUPTED,
    steps=(
        step(Verb.CREATE, DISTRIBUTION, StepOutcome.DONE),
        replace(step(Verb.WAIT, DISTRIBUTION, StepOutcome.INTERRUPTED, "interrupted"), seconds=5.0),
        step(Verb.CREATE, Address("dns-record", "lectures"), StepOutcome.NOT_TRIED),
    ),
    exit_code=ExitCode.INTERRUPTED,
)

STALE = StackReport(
    name="lectures",
    spec="lectures.yaml",
    outcome=StackOutcome.STALE,
    steps=(
        step(Verb.CREATE, Address("origin-access-control", "lectures"), StepOutcome.DONE),
        replace(
            step(
                Verb.MODIFY,
                DISTRIBUTION,
                StepOutcome.STALE,
                "distribution:lectures changed after this plan was made\n  comment: 'a' -> 'b'",
            ),
            do="run cfstream plan again and read the difference before applying",
        ),
        step(Verb.GRANT, Address("bucket-policy", "lectures"), StepOutcome.NOT_TRIED),
        step(Verb.WAIT, DISTRIBUTION, StepOutcome.NOT_TRIED),
    ),
    exit_code=ExitCode.STALE,
)


def test_an_applied_stack_has_its_ids_and_names() -> None:
    """It has what users need to copy. Waits are not counted, because they change nothing."""
    assert (
        report_text(Report((APPLIED,)), color=False, width=80)
        == """\
lectures applied
  distribution id      E1UGDLB9XZBD79
  domain name          d111111abcdef8.cloudfront.net
  status               Deployed
  etag                 E2QWRUHAPOMQZL
  key group ids        lectures-signers  2b4e
                       newsroom-signers  77aa
  create dns records   media.example.com  CNAME  d111111abcdef8.cloudfront.net

Applied. 2 created, 1 granted.
"""
    )
    own = [
        {"name": "media.example.com", "type": kind, "value": "d1.cloudfront.net"} for kind in ("A", "AAAA")
    ]
    managed = replace(APPLIED, outputs={"dns_records": own})
    assert "\n  dns records          media" in report_text(Report((managed,)), color=False, width=80)
    assert failures_text(Report((APPLIED,)), color=False, width=80) == ""


def test_unknown_outputs_are_not_shown() -> None:
    """In a skipped stack, a group has no id yet, and a record has no target."""
    outputs = {
        "key_group_ids": {"lectures-signers": None},
        "dns_records": [{"name": "media.example.com", "type": "CNAME", "value": None}],
    }
    left_out = replace(APPLIED, outcome=StackOutcome.BLOCKED, steps=(), outputs=outputs)
    text = report_text(Report((left_out,), ExitCode.USAGE), color=False, width=80)
    assert text == "lectures blocked\n\nNothing was applied.\n"


@pytest.mark.parametrize("outcome", [StepOutcome.INTERRUPTED, StepOutcome.UNKNOWN, StepOutcome.REFUSED])
def test_a_step_that_did_not_finish_may_have_changed_something(outcome: StepOutcome) -> None:
    """For example, a grant has reached some objects."""
    failed = replace(
        APPLIED, outcome=StackOutcome.FAILED, steps=(replace(APPLIED.steps[0], outcome=outcome),)
    )
    text = report_text(Report((failed,), ExitCode.FAILED), color=False, width=80)
    assert text.endswith("\nNo step is finished.\n")


def test_a_failure_says_what_was_done_what_was_not_and_what_to_do() -> None:
    """The error is separate from the result, and starts with `error:`."""
    report = Report((STALE,), ExitCode.STALE)
    assert (
        failures_text(report, color=False, width=80)
        == """\
error: distribution:lectures changed after this plan was made
  comment: 'a' -> 'b'
  done: create origin-access-control:lectures
  not tried: grant bucket-policy:lectures, wait distribution:lectures
  fix: run cfstream plan again and read the difference before applying
"""
    )
    assert report_text(report, color=False, width=80) == (
        "lectures stale\n\nNot everything was applied. 1 created.\n"
    )


def test_a_stack_left_out_has_a_reason_and_a_fix() -> None:
    """A hazard names the flag that allows it. A problem must be fixed."""
    left_out = replace(APPLIED, outcome=StackOutcome.BLOCKED, steps=(), exit_code=ExitCode.HAZARD)
    hazard = replace(left_out, why="hazards not allowed: deletes", hazards=("deletes",))
    destroyed = replace(hazard, hazards=("deletes", "makes-public"), destroying=True)
    piped = replace(hazard, spec="-")
    protected = replace(left_out, why="the spec says `protect: true`")
    problem = replace(left_out, why="bucket b is not there", exit_code=ExitCode.USAGE)
    assert (
        failures_text(
            Report((hazard, destroyed, piped, protected, problem), ExitCode.HAZARD), color=False, width=100
        )
        == """\
error: lectures: hazards not allowed: deletes
  fix: if intended, run: cfstream apply lectures.yaml --allow deletes

error: lectures: hazards not allowed: deletes
  fix: if intended, run: cfstream destroy lectures.yaml --allow makes-public

error: lectures: hazards not allowed: deletes
  fix: if intended, add --allow deletes

error: lectures: the spec says `protect: true`
  fix: if intended, remove `protect: true` from the spec first

error: lectures: bucket b is not there
  fix: fix the problems that the plan shows, then resume: run the same command again
"""
    )


def test_nothing_to_do_is_reported() -> None:
    """An apply without steps does not claim any work."""
    still = StackReport("lectures", "lectures.yaml", StackOutcome.UNCHANGED)
    assert report_text(Report((still,)), color=False, width=80).endswith("No changes. Nothing to do.\n")


def test_under_q_a_stack_without_changes_has_no_ids() -> None:
    """Those of the others stay: they are the result."""
    report = Report(
        (replace(APPLIED, outcome=StackOutcome.UNCHANGED, steps=()), replace(APPLIED, name="clips"))
    )
    text = report_text(report, color=False, width=80, quiet=True)
    assert text.startswith("lectures unchanged\n\nclips applied\n  distribution id      E1UGDLB9XZBD79\n")


def test_the_report_as_json_has_every_output_of_the_contract() -> None:
    """Unknown outputs are null, so programs find all keys."""
    document = report_document(Report((APPLIED, STALE)))
    applied, stale = document["stacks"]
    assert list(document) == ["format_version", "stacks", "exit_code"]
    assert document["exit_code"] == 0
    assert list(applied) == ["name", "account", "outcome", "outputs", "steps"]
    assert list(applied["outputs"]) == list(OUTPUTS)
    assert applied["outputs"]["distribution_id"] == "E1UGDLB9XZBD79"
    assert applied["outputs"]["oac_id"] is None
    assert stale["outcome"] == "stale"
    assert stale["steps"][2] == {
        "id": "grant bucket-policy:lectures",
        "verb": "grant",
        "address": "bucket-policy:lectures",
        "outcome": "not-tried",
        "seconds": 0.0,
        "error": None,
    }


def test_a_step_that_was_interrupted_is_named_once_with_the_command_that_resumes() -> None:
    """Text and JSON distinguish the interrupted step from the ones after it."""
    report = Report((STOPPED,), ExitCode.INTERRUPTED)
    again = SuggestedCommands(" --sandbox", "cfstream apply lectures.yaml --sandbox --yes")
    assert (
        failures_text(report, color=False, width=80, commands=again)
        == """\
error: interrupted: wait distribution:lectures
  done: create distribution:lectures
  not tried: create dns-record:lectures
  fix: resume: cfstream apply lectures.yaml --sandbox --yes
"""
    )
    assert [each["outcome"] for each in report_document(report)["stacks"][0]["steps"]][1:] == [
        "interrupted",
        "not-tried",
    ]


def test_a_run_that_only_waits_ends_like_any_other() -> None:
    """It changed nothing, and what an earlier run changed is Deployed now."""
    waited = replace(APPLIED, steps=APPLIED.steps[-1:])
    text = report_text(Report((waited,)), color=False, width=80)
    assert text.endswith("\nApplied. An earlier change is Deployed now.\n")


def test_on_a_narrow_page_a_value_is_below_its_name() -> None:
    """Otherwise a terminal would cut the domain name in two."""
    text = report_text(Report((APPLIED,), ExitCode.DONE), color=False, width=40).splitlines()
    assert text[text.index("  domain name") + 1] == "    d111111abcdef8.cloudfront.net"
    assert "  status               Deployed" in text
    assert max(map(len, text)) <= 40


def refused(number: int) -> StackReport:
    """Return the report of a stack of a fleet, whose control is refused because of a quota."""
    name = f"s{number:02}"
    control = Address("origin-access-control", name)
    error = f"{control}: CreateOriginAccessControl was refused: too many (TooMany, request 4169-{number})"
    return StackReport(
        name=name,
        spec=f"{name}.yaml",
        outcome=StackOutcome.FAILED,
        steps=(step(Verb.CREATE, control, StepOutcome.REFUSED, error),),
        exit_code=ExitCode.FAILED,
    )


def test_stacks_that_fail_for_the_same_reason_share_one_error_and_one_fix() -> None:
    """A fleet that exceeds a quota fails a hundred times: the reason and the command to resume are shown once."""
    commands = SuggestedCommands(again="cfstream apply specs")
    other = replace(
        refused(0), name="news", steps=(step(Verb.CREATE, DISTRIBUTION, StepOutcome.REFUSED, "no"),)
    )
    report = Report((*(refused(number) for number in range(20)), other))
    text = failures_text(report, commands=commands, color=False, width=100)
    assert text.count("too many") == 1
    assert "the same error, in 19 other stacks: s01, s02," in text
    assert "s12, and 7 more" in " ".join(text.split())
    assert "distribution:lectures: no" in text
    assert text.count("fix: fix the cause, then resume: cfstream apply specs") == 1
    assert text.endswith("cfstream apply specs\n")


def test_two_stacks_with_the_same_reason_have_an_error_each() -> None:
    """Two errors hide nothing."""
    text = failures_text(Report((refused(1), refused(2))), color=False, width=100)
    assert text.count("too many") == 2
    assert text.count("fix:") == 1


def test_a_blocked_stack_has_one_line_for_many_problems_and_no_steps() -> None:
    """The plan has just shown all of them."""
    why = "lectures.yaml:3:9: the bucket a does not exist; lectures.yaml:4:9: no certificate"
    short = "lectures.yaml:3:9: the bucket a does not exist; 1 more problem, see above"
    left_out = replace(STALE, outcome=StackOutcome.BLOCKED, why=why, short=short, exit_code=ExitCode.USAGE)
    untried = tuple(replace(step, outcome=StepOutcome.NOT_TRIED, error=None) for step in STALE.steps)
    report = Report((replace(left_out, steps=untried),), ExitCode.USAGE)
    text = failures_text(report, color=False, width=80)
    assert text.startswith(f"error: lectures: {short[:50]}")
    assert "not tried" not in text
    assert report_document(report)["stacks"][0]["why"] == why


def test_of_many_steps_that_were_not_tried_three_are_named() -> None:
    """So the error before them stays on the screen."""
    untried = replace(STALE.steps[-1], outcome=StepOutcome.NOT_TRIED)
    report = Report((replace(STALE, steps=(*STALE.steps[:2], *[untried] * 6)),), ExitCode.STALE)
    assert failures_text(report, color=False, width=200).count(untried.id) == 3
    assert "and 3 more" in failures_text(report, color=False, width=200)


def test_a_failed_verification_of_an_unchanged_stack_claims_no_change() -> None:
    """Nothing was applied."""
    exposed = replace(APPLIED, outcome=StackOutcome.EXPOSED, steps=(), failed_checks=FailedChecks(1, 2))
    text = report_text(Report((exposed,), ExitCode.EXPOSED), color=False, width=80)
    assert text.endswith("Nothing to apply, but verification failed: 1 opening and 2 checks.\n")


ACL_OPENING = replace(OPENING, text="anyone can read /x.mp4: object ACL", do="close the ACL", sort=ACLS)
IN_POLICY = Finding("bucket media", "policy", "", "no openings").opened((OPENING,))
IN_ACL = Finding("bucket media", "ACLs", "", "no openings").opened((ACL_OPENING,))
SERVED = Finding("https://a", "", "", "it is refused", Verdict.SERVED, why="it is public")


@pytest.mark.parametrize(
    ("findings", "short"),
    [
        ([IN_POLICY], "1 opening, see above"),
        ([IN_POLICY.opened((OPENING, ACL_OPENING))], "2 openings, see above and below"),
        ([IN_POLICY, IN_ACL, SERVED], "2 openings and 1 check, see above and below"),
        ([IN_ACL], "1 opening, see below"),
        ([SERVED, SERVED], "2 checks, see below"),
    ],
)
def test_an_opening_of_the_plan_is_not_printed_again(findings: list[Finding], short: str) -> None:
    """The error counts it, and the list below has what the plan did not show. Programs get the whole reason."""
    read = plan(OPENED)
    proof = Proof((StackProof("lectures", "lectures.yaml", tuple(findings), account=read.stacks[0].account),))
    report = Report((replace(APPLIED, account=read.stacks[0].account),))
    (stack,) = with_proof(report, proof, read).stacks
    assert stack.short == f"verification failed: {short}"
    below = broken_text(proof, read, color=False, width=200)
    assert OPENING.text not in below
    assert (ACL_OPENING.text in below) == (ACL_OPENING.text in stack.why)
    assert with_proof(report, proof).stacks[0].short == ""


@pytest.mark.parametrize("brief", [True, False])
@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        (StackOutcome.UNCHANGED, "gave a.example.com to new"),
        (StackOutcome.APPLIED, "applied, gave a.example.com to new"),
        (StackOutcome.FAILED, "failed"),
    ],
)
def test_a_stack_that_gave_a_name_away(outcome: StackOutcome, word: str, brief: bool) -> None:
    """Its outcome names the host name and the stack that has it now."""
    stack = StackReport("old", "old.yaml", outcome, gave={"a.example.com": "new"})
    first = report_text(Report.of([stack]), color=False, width=80, brief=brief).splitlines()[0]
    assert " ".join(first.split()) == f"old {word}"
    (document,) = report_document(Report.of([stack]))["stacks"]
    assert document["gave"] == {"a.example.com": "new"}
