"""Patterns that need too many states do not hide what other patterns decide."""

from collections.abc import Sequence
from typing import Any

import pytest

from cfstream.access.evaluate import evaluate
from cfstream.access.expected import Expected, shared
from cfstream.access.model import AccessModel
from cfstream.access.openings import openings
from cfstream.access.partition import MOST_CELLS
from cfstream.access.policy import Declared
from cfstream.access.reader import Reader, ReaderKind
from cfstream.access.route import MERGED
from cfstream.planning.hazards import cutting_hazards, opening_hazards
from cfstream.values import Json
from tests.thorough import one_of_each
from tests.unit.access.models import ACCOUNT, OTHER, allow, behavior, distribution, model, to_oac

pytestmark = pytest.mark.usefixtures("few_states")

COSTLY = "*a????????????????"
"""Telling apart the keys that it matches needs 2^17 states."""
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
THEIRS = {"AWS": f"arn:aws:iam::{OTHER}:root"}
CLOUDFRONT = {"Service": "cloudfront.amazonaws.com"}
DEEP = "/teaching/courses/2026/*"


def deny(principal: Any, keys: str) -> Json:
    """Return a statement that denies reading of keys."""
    return allow("Deny", principal, keys, Effect="Deny")


STATEMENTS: dict[str, list[Json]] = {
    "for the own account": [allow("Names", ROOT, COSTLY)],
    "for another account": [allow("Names", THEIRS, COSTLY)],
    "for anyone, in conditions": [
        allow("Names", "*", COSTLY, Condition={"StringEquals": {"aws:SourceVpce": "vpce-1"}})
    ],
    "a Deny": [deny(ROOT, COSTLY)],
    "a Deny for CloudFront": [deny(CLOUDFRONT, COSTLY)],
    "the rest of one": [
        {
            name: value
            for name, value in {
                **allow("Names", ROOT),
                "NotResource": f"arn:aws:s3:::media/{COSTLY}",
            }.items()
            if name != "Resource"
        }
    ],
    "two of them": [allow("Names", ROOT, COSTLY), allow("More", ROOT, "*b?????????????????")],
    "many that are costly together": [
        allow(f"S{number}", ROOT, f"*{chr(97 + number)}*{number}*") for number in range(10)
    ],
}


def here(*behaviors: Any, policy: Sequence[Json] = ()) -> AccessModel:
    """Return a model in which the stack's distribution reads the bucket."""
    own = distribution("E1", behavior("/posters/*"), *behaviors, behavior("", "G1"), oac="E3OAC")
    return model(own, policy=[to_oac(), *policy])


def hazards(*models: AccessModel) -> list[list[str]]:
    """Return the names of the hazards between the first model and each of the others, and then back to the first."""
    first, *others = evaluate(*models)
    return [
        sorted(
            {
                each.name
                for each in (
                    *opening_hazards(one, other, (one, other)),
                    *cutting_hazards(one, other, (one, other)),
                )
            }
        )
        for found in others
        for one, other in ((first, found), (found, first))
    ]


OPENS, CUTS, NONE = ["makes-public"], ["cuts-viewers"], list[str]()


FORMS = one_of_each(STATEMENTS, lambda name: (STATEMENTS[name][0]["Effect"], len(STATEMENTS[name])))
"""One of each effect and number of statements: how costly a pattern is does not depend on who may use it."""


@pytest.mark.parametrize("name", FORMS)
def test_a_costly_statement_hides_no_hazard(name: str) -> None:
    """Openings and losses are found, and unchanged access is not a hazard."""
    policy = STATEMENTS[name]
    signed, public = here(behavior(DEEP, "G1"), policy=policy), here(behavior(DEEP), policy=policy)
    moved, default = here(behavior(DEEP, "G2"), policy=policy), here(policy=policy)
    assert hazards(signed, public, moved, default, signed) == [
        *(OPENS, NONE),
        *(CUTS, CUTS),
        *(NONE, NONE),
        *(NONE, NONE),
    ]
    assert hazards(public, public) == [NONE, NONE]


@pytest.mark.parametrize("pattern", ["/*a?????????????????", "*b?????????????????*c???????????????"])
def test_a_costly_behavior_hides_no_hazard(pattern: str) -> None:
    """Behaviors are compared one by one if their patterns are too costly."""
    signed, public = here(behavior(pattern, "G1")), here(behavior(pattern))
    moved = here(behavior(pattern, "G2"))
    assert hazards(signed, public, moved, signed) == [OPENS, NONE, CUTS, CUTS, NONE, NONE]
    assert hazards(public, public) == [NONE, NONE]
    other = f"{pattern}z"
    one = here(behavior(pattern, "G1"), behavior(other))
    assert "makes-public" in hazards(one, here(behavior(other), behavior(pattern, "G1")))[0]


def test_a_costly_resource_that_changes_is_compared_by_its_text() -> None:
    """Two statements with one Sid and different resources are different."""
    one = here(policy=[allow("Names", THEIRS, COSTLY)])
    other = here(policy=[allow("Names", THEIRS, f"private/{COSTLY}")])
    assert hazards(one, other, one) == [CUTS, CUTS, NONE, NONE]
    variable = [here(policy=[allow("Names", THEIRS, f"{each}/${{aws:userid}}/*")]) for each in ("a", "b")]
    assert hazards(*variable) == [CUTS, CUTS]


def test_a_costly_deny_that_is_removed_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    """The denied keys become readable, with as many states as cfstream visits."""
    monkeypatch.undo()
    denied = here(behavior("/*"), policy=[deny("*", COSTLY)])
    assert hazards(denied, here(behavior("/*"))) == [OPENS, NONE]


OPEN_TO = {"for another account": {f"account {OTHER}"}, "for anyone, in conditions": {"network vpce-1"}}
"""The readers that are an opening, by the statement that names them."""


@pytest.mark.parametrize("name", dict.fromkeys([*FORMS, *OPEN_TO]))
def test_a_statement_that_a_spec_declares_public_is_not_an_opening(name: str) -> None:
    """A costly statement for the account itself adds no opening."""
    signer = Reader(ReaderKind.KEY_GROUP, "lectures-signers")
    declared = Expected(
        "lectures", Declared(ACCOUNT), frozenset({signer}), (here(behavior(DEEP), policy=[]),)
    )
    wanted, (seen,) = shared(declared, *evaluate(here(behavior(DEEP), policy=STATEMENTS[name])))
    found = {str(each.reader) for each in openings(seen, wanted).openings}
    assert found == OPEN_TO.get(name, set())


def test_too_many_cells_are_merged() -> None:
    """If patterns are left out, their union is judged, and the result is uncertain."""
    patterns = [
        behavior(f"*{chr(97 + first)}*{chr(97 + second)}*") for first in range(5) for second in range(5)
    ]
    own = distribution("E1", *patterns, behavior("", "G1"), oac="E3OAC")
    keys = [to_oac(keys=f"*{number}*", sid=f"s{number}") for number in range(14)]
    (seen,) = evaluate(model(own, policy=keys))
    assert seen.merged
    assert len(seen.cells) <= MOST_CELLS
    assert all(cell.merged for cell in seen.cells)
    assert {str(access.reader) for _, access in seen.rows} == {"anyone", "key-group lectures-signers"}
    unsure = {clause for _, access in seen.rows for clause in access.undecided}
    assert unsure
    assert all(MERGED in clause for clause in unsure)
