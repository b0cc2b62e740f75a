"""Laws of every plan."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings

from cfstream.planning import Plan, StackPlan
from cfstream.render.document import as_text
from cfstream.render.json import plan_document
from cfstream.render.text import plan_text
from cfstream.render.verbs import SIGNS, summary_line
from cfstream.steps.step import Stage, Step
from cfstream.values import Verb, plain, refs_in
from tests.laws.account import EVERY_HAZARD, begin, make_adopted
from tests.laws.belongings import own_distributions, unordered
from tests.laws.foreign_changes import ForeignChanges, change_inside, create_neighbours, foreign_changes
from tests.laws.language import Spec, pairs
from tests.laws.messages import message_of
from tests.thorough import examples
from tests.world.account import SandboxAccount

Law = Callable[[Plan], None]


def refs_point_backwards(plan: Plan) -> None:
    """A step refers only to outputs of earlier steps of its stack."""
    for stack in plan.stacks:
        for step, earlier in _with_earlier(stack):
            assert {ref.step for ref in refs_in(step.asks())} <= earlier, step.id


def needs_point_backwards(plan: Plan) -> None:
    """A step needs only earlier steps of its stack, and all whose outputs it sends."""
    for stack in plan.stacks:
        for step, earlier in _with_earlier(stack):
            assert {*step.needs} <= earlier, step.id
            assert {ref.step for ref in refs_in(step.asks())} <= {*step.needs}, step.id


def ids_are_unique(plan: Plan) -> None:
    """No two steps of a stack have the same id. An id is verb, address, and #n on a repeat."""
    for stack in plan.stacks:
        ids = [step.id for step in stack.steps]
        assert len(set(ids)) == len(ids)
        for step in stack.steps:
            assert step.id.partition("#")[0] == f"{step.verb} {step.address}"


def nothing_goes_dark(plan: Plan) -> None:
    """A removal comes after everything else of its stack is granted, changed and deployed.

    Exceptions: a grant that is wider than wanted, and records of names that move away.
    """
    early = (Stage.NARROW, Stage.DELETE_RECORDS)
    for stack in plan.stacks:
        late = [(n, step.verb) for n, step in enumerate(stack.steps) if step.stage not in early]
        taken = [n for n, verb in late if verb in (Verb.REVOKE, Verb.DELETE)]
        given_ = [n for n, verb in late if verb in (Verb.CREATE, Verb.GRANT, Verb.WAIT)]
        assert not taken or not given_ or max(given_) < min(taken)


def nothing_equal_is_shown(plan: Plan) -> None:
    """A change never has the same value before and after.

    Lists are compared without order, except behaviors: their first match counts.
    """
    for stack in plan.stacks:
        for change in (change for step in stack.steps for change in step.changes):
            before, after = plain(change.before), plain(change.after)
            if change.field == "http.behaviors":
                assert before != after
                assert sorted(before) == sorted(after)
            else:
                assert unordered(before) != unordered(after), change


def each_field_is_shown_once(plan: Plan) -> None:
    """A step shows each field once, and every step that writes shows its changes."""
    for stack in plan.stacks:
        for step in stack.steps:
            fields = [change.field for change in step.changes]
            assert len(set(fields)) == len(fields), fields
            assert fields or step.verb is Verb.WAIT, step.id


def summary_is_the_sum(plan: Plan) -> None:
    """The summary counts the steps, and the last line of the text has the same numbers."""
    document = plan_document(plan)
    verbs = Counter(step["verb"] for stack in document["stacks"] for step in stack["steps"])
    assert document["summary"] == {str(verb): verbs[verb] for verb in Verb}
    last = plan_text(plan, color=False, width=80).splitlines()[-1]
    assert last.startswith("No changes.") if plan.in_sync else last == summary_line(plan.summary)


def in_sync_is_the_absence_of_steps(plan: Plan) -> None:
    """A plan is in sync if it has neither steps nor problems. Its JSON agrees, for each stack and for all."""
    document = plan_document(plan)
    for stack in document["stacks"]:
        assert stack["in_sync"] == (not stack["steps"] and not stack["problems"])
    assert document["in_sync"] == all(stack["in_sync"] for stack in document["stacks"])


def hazards_name_their_steps(plan: Plan) -> None:
    """Every hazard belongs to a step of its stack."""
    for stack in plan_document(plan)["stacks"]:
        assert {hazard["step"] for hazard in stack["hazards"]} <= {step["id"] for step in stack["steps"]}


def fingerprint_is_in_the_file(plan: Plan) -> None:
    """The fingerprint is the digest of account, relied_on, steps, hazards and openings in the JSON."""
    document = json.loads(as_text(plan_document(plan)))
    sealed = {
        "account": document["account"],
        "relied_on": [
            _without(relied, "etag") for stack in document["stacks"] for relied in stack["relied_on"]
        ],
        "steps": [
            _without(step, "because", "if_match", "spec_line")
            for stack in document["stacks"]
            for step in stack["steps"]
        ],
        "hazards": [_without(hazard, "text") for stack in document["stacks"] for hazard in stack["hazards"]],
        "openings": [opening for stack in document["stacks"] for opening in stack["exposure"]["openings"]],
    }
    text = json.dumps(sealed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert document["fingerprint"] == "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def lines_fit(plan: Plan) -> None:
    """No line is wider than the page, except addresses, single words, the last lines, and what can be pasted."""
    steps = [step for stack in plan.stacks for step in stack.steps]
    whole = {f"  {SIGNS[step.verb][0]} {step.verb:8}{step.address}" for step in steps}
    whole.add(summary_line(plan.summary))
    for width in (40, 80):
        for line in plan_text(plan, color=False, width=width).splitlines():
            pasted = line.strip().startswith(("cfstream ", "--allow ", "aws "))
            alone = pasted or line in whole or len(line.split()) <= 2 or line.startswith("No changes.")
            assert len(line) <= width or alone, line


LAWS: tuple[Law, ...] = (
    refs_point_backwards,
    needs_point_backwards,
    ids_are_unique,
    nothing_goes_dark,
    nothing_equal_is_shown,
    each_field_is_shown_once,
    summary_is_the_sum,
    in_sync_is_the_absence_of_steps,
    hazards_name_their_steps,
    fingerprint_is_in_the_file,
    lines_fit,
)


@settings(max_examples=examples(10, thorough=100))
@given(pair=pairs(), others=foreign_changes())
def test_every_plan_is_lawful(
    account: SandboxAccount, pair: tuple[Spec, Spec], others: ForeignChanges
) -> None:
    """Each law holds for the plan of a new stack, of a changed one, and of one in sync."""
    begin(account)
    before, after = pair
    make_adopted(account, before)
    create_neighbours(account, others)
    first = account.plan(before)
    account.run(first, allow=EVERY_HAZARD)
    [(kind, record)] = own_distributions(account)
    change_inside(account, others, (kind, record.id))
    second = account.plan(after)
    report = account.run(second, allow=EVERY_HAZARD)
    assert report.exit_code == 0, message_of(report)
    for plan in (first, second, account.plan(after)):
        for law in LAWS:
            law(plan)


def _with_earlier(stack: StackPlan) -> list[tuple[Step, set[str]]]:
    """Yield each step with the ids of those before it."""
    ids = [step.id for step in stack.steps]
    return [(step, {*ids[:number]}) for number, step in enumerate(stack.steps)]


def _without(document: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in names}
