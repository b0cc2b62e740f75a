"""The published schemas of plans and reports: what commands print is valid, and a changed document is not."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cfstream.applying import Report, StackOutcome, StepOutcome
from cfstream.errors import Problem, SpecProblems, Stale, Where
from cfstream.render.documents import DOCUMENTS, document_schema
from cfstream.render.errors import error_document
from cfstream.render.report import report_document
from tests.unit.render.test_report import APPLIED, STALE, STOPPED

ROOT = Path(__file__).parents[3]
PLANS = sorted((ROOT / "tests/golden/plans").glob("*/plan.json"))
ERRORS = (
    Stale("the distribution has changed", "plan again"),
    SpecProblems((Problem(Where("a.yaml", 3, 7), "unknown field", "delete it"),)),
)


def valid(name: str, document: Any) -> None:
    """Raise ValidationError if a document does not match the checked-in schema."""
    schema = json.loads((ROOT / f"schemas/{name}.v1.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(json.loads(json.dumps(document)))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_checked_in_schemas_are_those_of_the_documents(name: str) -> None:
    """They are generated from the documents' types."""
    schema = document_schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    checked_in = json.loads((ROOT / f"schemas/{name}.v1.json").read_text())
    assert checked_in == schema, "to generate it again: make schema"


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.parent.name)
def test_plans_match_their_schema(path: Path) -> None:
    """Every kind of plan."""
    valid("plan", json.loads(path.read_text()))


def test_reports_match_their_schema() -> None:
    """Every outcome of a stack and of a step."""
    stacks = [replace(APPLIED, outcome=outcome) for outcome in StackOutcome]
    steps = [replace(APPLIED, steps=(replace(APPLIED.steps[0], outcome=each),)) for each in StepOutcome]
    valid("report", report_document(Report((STALE, STOPPED, *stacks, *steps))))


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_errors_match_both_schemas(name: str, error: Any) -> None:
    """A command that ends early prints an error in place of its document."""
    valid(name, error_document(error, 4))


def _set(*path: str | int, value: object) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        for part in path[:-1]:
            document = document[part]
        document[path[-1]] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        _set("format_version", value=2),
        _set("in_sync", value="no"),
        _set("stacks", 0, "steps", 0, "verb", value="renovate"),
        _set("stacks", 0, "steps", 0, "needs", value=None),
        _set("stacks", 0, "exposure", "before", value="nobody"),
        lambda document: document["stacks"][0].pop("hazards"),
    ],
)
def test_another_document_does_not_match(change: Callable[[Any], None]) -> None:
    """The schema does not accept everything."""
    document = copy.deepcopy(json.loads((ROOT / "tests/golden/plans/new-http/plan.json").read_text()))
    change(document)
    with pytest.raises(jsonschema.ValidationError):
        valid("plan", document)


def test_an_unknown_member_matches() -> None:
    """Members may be added."""
    document = json.loads((ROOT / "tests/golden/plans/new-http/plan.json").read_text())
    document["stacks"][0]["mood"] = "good"
    valid("plan", document)
