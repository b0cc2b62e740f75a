"""A plan as JSON, exactly as in the contract."""

import hashlib
import json
from dataclasses import replace
from typing import Any

from cfstream import __version__
from cfstream.access.reader import May, Reader, ReaderKind
from cfstream.access.report import AccessRow
from cfstream.render.document import as_text
from cfstream.render.documents import PlanDocument
from cfstream.render.json import plan_document, saved_document
from cfstream.values import Account, digest
from tests.unit.render.plans import BROKEN, CHANGED, NEW, OPENED, STILL, plan


def test_a_plan_has_the_keys_of_the_contract_in_their_order() -> None:
    """Programs find the keys of the contract. Additions come after them."""
    made_plan = plan(NEW)
    document: dict[str, Any] = {**plan_document(made_plan)}
    stack = document.pop("stacks")[0]
    steps = stack.pop("steps")
    assert document == {
        "format_version": 1,
        "cfstream_version": __version__,
        "account": "123456789012",
        "in_sync": False,
        "fingerprint": made_plan.fingerprint,
        "summary": {
            "create": 2,
            "adopt": 0,
            "modify": 0,
            "grant": 1,
            "revoke": 0,
            "wait": 1,
            "disable": 0,
            "delete": 0,
        },
    }
    assert list(document["summary"]) == [
        "create",
        "adopt",
        "modify",
        "grant",
        "revoke",
        "wait",
        "disable",
        "delete",
    ]
    assert stack == {
        "name": "lectures",
        "account": "123456789012",
        "spec": "specs/lectures.yaml",
        "spec_sha256": "9f2c",
        "in_sync": False,
        "live": {"distribution_id": None, "domain_name": None, "status": None, "etag": None},
        "relied_on": [{"address": "distribution:lectures", "etag": None, "sha256": "sha256:74234e98"}],
        "problems": [],
        "notices": [],
        "hazards": [],
        "exposure": {
            "before": ["nobody"],
            "after": ["signers: key-group lectures-signers"],
            "openings": [],
            "access": [],
        },
    }
    assert steps[1] == {
        "id": "create distribution:lectures",
        "verb": "create",
        "address": "distribution:lectures",
        "because": "deliver the media to viewers",
        "if_match": None,
        "needs": ["create origin-access-control:lectures"],
        "spec_line": 3,
        "changes": [
            {"field": "comment", "before": None, "after": "Private lectures"},
            {"field": "enabled", "before": None, "after": True},
            {"field": "cnames", "before": None, "after": ["media.example.com", "www.example.com"]},
            {
                "field": "oac",
                "before": None,
                "after": {"known_after": "create origin-access-control:lectures"},
            },
            {"field": "tags", "before": None, "after": {"cfstream:name": "lectures", "team": "media"}},
        ],
        "sends": digest(None),
    }
    assert steps[3]["spec_line"] is None


def test_the_fingerprint_can_be_computed_from_the_document_alone() -> None:
    """It covers the account, what was relied on without ETags, steps without reasons, hazards and openings.

    A plan of several accounts has no account of its own. There it covers that of each stack.
    """
    one, several = plan(NEW, CHANGED, OPENED), plan(NEW, CHANGED, OPENED)
    there = tuple(replace(stack, account=Account("999988887777")) for stack in several.stacks[1:])
    for made_plan in (one, replace(several, account=None, stacks=(several.stacks[0], *there))):
        assert_computed(plan_document(made_plan))


def assert_computed(document: PlanDocument) -> None:
    """Fail unless the fingerprint can be computed from the document."""
    own = [stack["account"] for stack in document["stacks"]]
    covered = {
        "account": document["account"],
        **({} if document["account"] else {"accounts": own}),
        "relied_on": [
            {"address": relied["address"], "sha256": relied["sha256"]}
            for stack in document["stacks"]
            for relied in stack["relied_on"]
        ],
        "steps": [
            {key: value for key, value in step.items() if key not in ("because", "if_match", "spec_line")}
            for stack in document["stacks"]
            for step in stack["steps"]
        ],
        "hazards": [
            {"name": hazard["name"], "step": hazard["step"]}
            for stack in document["stacks"]
            for hazard in stack["hazards"]
        ],
        "openings": [text for stack in document["stacks"] for text in stack["exposure"]["openings"]],
    }
    assert covered["hazards"]
    assert covered["openings"]
    text = json.dumps(covered, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert document["fingerprint"] == "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def test_hazards_problems_and_notices_are_values_with_their_places() -> None:
    """A program gets everything that a person sees."""
    changed, broken = plan_document(plan(CHANGED, BROKEN))["stacks"]
    assert changed["hazards"] == [
        {
            "name": "cuts-viewers",
            "step": "modify distribution:lectures",
            "text": "a.example.com will not be answered any more",
        }
    ]
    assert changed["steps"][0]["if_match"] == "E2QWRUHAPOMQZL"
    assert changed["notices"][0] == {"text": "7 CNAMEs of 100", "warning": False}
    assert broken["problems"] == [
        {
            "file": "specs/clips.yaml",
            "line": 6,
            "col": 9,
            "what": "bucket clips-media is not there",
            "do": "make it, or write create: true",
        }
    ]


def test_readers_are_rows_with_a_witness() -> None:
    """A program that needs the readers does not have to parse sentences."""
    row = AccessRow(
        reader=Reader(ReaderKind.KEY_GROUP, "lectures-signers"),
        may=May.READ,
        paths=("/*",),
        witness="/a",
        certain=True,
        before=False,
        after=True,
        by="distribution:lectures, statement cfstream-lectures-oac",
    )
    (stack,) = plan_document(plan(replace(NEW, exposure=replace(NEW.exposure, access=(row,)))))["stacks"]
    assert stack["exposure"]["access"] == [
        {
            "reader": "key-group lectures-signers",
            "may": "read",
            "paths": ["/*"],
            "witness": "/a",
            "certain": True,
            "before": False,
            "after": True,
            "by": "distribution:lectures, statement cfstream-lectures-oac",
            "opening": False,
        }
    ]


def test_a_saved_plan_says_where_its_specs_are() -> None:
    """Apply finds the specs from the file alone."""
    document = saved_document(plan(STILL), ["specs"], "..")
    assert (document["specs"], document["folder"]) == (["specs"], "..")
    assert document["in_sync"] is True


def test_json_text_is_ascii_and_reads_back() -> None:
    """Every terminal and pipe can transport it."""
    text = as_text({"comment": "Vorträge 講義"})
    assert text.isascii()
    assert json.loads(text) == {"comment": "Vorträge 講義"}
