"""Alerts at the lines of specs: the form that GitHub requires, nothing dropped, and no values interpreted."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
from hypothesis import given, settings
from hypothesis import strategies as st

from cfstream.errors import Problem, Where
from cfstream.render.sarif import RULES, plan_sarif, problems_sarif
from cfstream.steps.hazards import HazardName
from tests.thorough import examples
from tests.unit.render.plans import BROKEN, CHANGED, NEW, OPENED, STILL, plan

SHAPE: Any = {
    "type": "object",
    "required": ["$schema", "version", "runs"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"const": "https://json.schemastore.org/sarif-2.1.0.json"},
        "version": {"const": "2.1.0"},
        "runs": {"type": "array", "minItems": 1, "maxItems": 1, "items": {"$ref": "#/$defs/run"}},
    },
    "$defs": {
        "text": {
            "type": "object",
            "required": ["text"],
            "properties": {"text": {"type": "string", "minLength": 1}},
        },
        "run": {
            "type": "object",
            "required": ["tool", "results", "columnKind"],
            "additionalProperties": False,
            "properties": {
                "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                "results": {"type": "array", "items": {"$ref": "#/$defs/result"}},
                "tool": {"properties": {"driver": {"$ref": "#/$defs/driver"}}, "required": ["driver"]},
            },
        },
        "driver": {
            "type": "object",
            "required": ["name", "version", "rules"],
            "properties": {"rules": {"type": "array", "items": {"$ref": "#/$defs/rule"}}},
        },
        "rule": {
            "type": "object",
            "required": ["id", "shortDescription", "fullDescription", "help"],
            "properties": {
                "shortDescription": {"$ref": "#/$defs/text"},
                "fullDescription": {"$ref": "#/$defs/text"},
                "help": {"$ref": "#/$defs/text"},
            },
        },
        "result": {
            "type": "object",
            "required": ["ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"],
            "additionalProperties": False,
            "properties": {
                "ruleId": {"enum": list(RULES)},
                "ruleIndex": {"type": "integer", "minimum": 0},
                "level": {"enum": ["error", "warning", "note", "none"]},
                "message": {"$ref": "#/$defs/text"},
                "locations": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/location"}},
                "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
            },
        },
        "location": {
            "type": "object",
            "required": ["physicalLocation"],
            "properties": {
                "physicalLocation": {
                    "type": "object",
                    "required": ["artifactLocation", "region"],
                    "properties": {
                        "artifactLocation": {
                            "required": ["uri"],
                            "properties": {"uri": {"pattern": r"^[A-Za-z0-9/._~%:?#\[\]@!$&'()*+,;=-]+$"}},
                        },
                        "region": {
                            "type": "object",
                            "required": ["startLine"],
                            "additionalProperties": False,
                            "properties": {
                                "startLine": {"type": "integer", "minimum": 1},
                                "startColumn": {"type": "integer", "minimum": 1},
                            },
                        },
                    },
                }
            },
        },
    },
}
"""What GitHub's page "SARIF support for code scanning" asks for, as a schema."""


VALIDATOR: Any = jsonschema.Draft202012Validator(SHAPE)


def alerts(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the results, and check the form of the document."""
    VALIDATOR.validate(document)
    (run,) = document["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    results: list[dict[str, Any]] = run["results"]
    assert all(rules[each["ruleIndex"]] == each["ruleId"] for each in results)
    return results


def summary_of(alert: dict[str, Any]) -> tuple[str, str, str, dict[str, int]]:
    """Return rule, text, file and region of an alert."""
    (location,) = alert["locations"]
    place = location["physicalLocation"]
    return alert["ruleId"], alert["message"]["text"], place["artifactLocation"]["uri"], place["region"]


def test_each_rule_links_to_the_manual() -> None:
    """Every hazard has a rule with its level and its section in the manual. Other rules link to a page."""
    (run,) = problems_sarif(())["runs"]
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    for name in HazardName:
        rule = rules.pop(name)
        assert rule["defaultConfiguration"] == {"level": "warning"}
        assert rule["helpUri"] == f"https://cfstream.github.io/cfstream/reference/hazards/#{name}"
    for rule in rules.values():
        page = rule["helpUri"].removeprefix("https://cfstream.github.io/cfstream/").strip("/")
        assert (Path(__file__).parents[3] / "docs" / f"{page}.md").is_file()


def test_warnings_say_what_to_do() -> None:
    """The alert has the fix, because a code host shows nothing else."""
    (alert,) = alerts(plan_sarif(plan(OPENED)))
    assert alert["message"]["text"].splitlines()[1] == "fix: remove that statement:"


def test_problems_hazards_and_warnings_have_their_lines() -> None:
    """Each has its rule, a sentence with a fix, and its line. Notes and steps are not alerts."""
    assert [summary_of(each) for each in alerts(plan_sarif(plan(BROKEN, CHANGED, NEW, STILL)))] == [
        (
            "preflight",
            "bucket clips-media is not there\nfix: make it, or write create: true",
            "specs/clips.yaml",
            {"startLine": 6, "startColumn": 9},
        ),
        (
            "cuts-viewers",
            (
                "lectures: a.example.com will not be answered any more (modify distribution:lectures)\n"
                "fix: apply refuses this unless it is allowed: --allow cuts-viewers"
            ),
            "specs/lectures.yaml",
            {"startLine": 5},
        ),
        (
            "warning",
            "lectures: anyone may read clips/*: a public statement of the bucket policy",
            "specs/lectures.yaml",
            {"startLine": 1},
        ),
    ]


def test_a_hazard_is_on_the_line_of_the_field_that_causes_it() -> None:
    """The line of its step only counts if the field is unknown."""
    steps = [
        replace(step, hazards=tuple(replace(each, line=17) for each in step.hazards))
        for step in CHANGED.steps
    ]
    (hazard, _) = alerts(plan_sarif(plan(replace(CHANGED, steps=tuple(steps)))))
    assert summary_of(hazard)[-1] == {"startLine": 17}


def test_nothing_wrong_is_a_document_without_results() -> None:
    """A code host closes former alerts if it gets an empty list."""
    assert alerts(problems_sarif(())) == []
    assert alerts(plan_sarif(plan(STILL))) == []


def test_an_alert_is_the_same_some_lines_further_down() -> None:
    """Its fingerprint has the file and the sentence, not the line. Two equal ones in a file are distinguished."""
    problem = Problem(Where("a.yaml", 3, 1), "unknown key", "delete it")
    lower = replace(problem, where=Where("a.yaml", 40, 1))
    once, again = alerts(problems_sarif([problem, lower]))
    (moved,) = alerts(problems_sarif([lower]))
    assert once["partialFingerprints"] == moved["partialFingerprints"] != again["partialFingerprints"]


def test_no_value_becomes_a_link() -> None:
    """`[text](address)` in a message is a link in SARIF, so values are escaped."""
    (alert,) = alerts(problems_sarif([Problem(Where("a.yaml"), "see [here](https://x.example)", "")]))
    assert "](" not in alert["message"]["text"]


@settings(max_examples=examples(40))
@given(st.text(min_size=1), st.text(), st.text(min_size=1), st.integers(0), st.integers(0))
def test_every_result_has_the_documented_form(what: str, do: str, file: str, line: int, col: int) -> None:
    """Any sentence, file name and position gives a valid document in ASCII."""
    document = problems_sarif([Problem(Where(file, line, col), what, do)])
    json.dumps(document).encode("ascii")
    assert len(alerts(document)) == 1


@settings(max_examples=examples(30))
@given(st.binary(min_size=1, max_size=8))
def test_file_names_that_are_not_text_give_valid_uris(name: bytes) -> None:
    """A file name may be any bytes; its URI is ASCII."""
    file = name.decode("utf-8", "surrogateescape")
    assert len(alerts(problems_sarif([Problem(Where(file), "no such file", "")]))) == 1
