"""A name that does not exist gets the nearest one: in each place that knows the names without AWS.

`tests/promises/test_nearest_names.py` has the places that ask AWS.
"""

from collections.abc import Callable

import pytest

from cfstream.api.specs import migrate, permissions_for
from cfstream.cli.other_words import instead
from cfstream.errors import WrongUsage
from cfstream.spec.reference import named, reference
from cfstream.spec.wording import one_of
from cfstream.steps.hazards import HazardName, hazards_named
from cfstream.use_cases.selection import select
from tests.unit.spec.reading import problems, stack, whole

ROLE = "arn:aws:iam::123456789012:role/video-deploy"


@pytest.mark.parametrize(
    ("word", "known", "do"),
    [
        ("cuts-viewer", HazardName, "write cuts-viewers"),
        ("CUTS-VIEWERS", HazardName, "write cuts-viewers"),
        ("x", ["a", "b", "c"], "write one of a, b or c"),
        ("x", ["only"], "write only"),
        ("x", [], "correct the name"),
        ("x", list("abcdefg"), "write one of a, b, c, d, e and 2 more"),
    ],
)
def test_one_of(word: str, known: list[str], do: str) -> None:
    """The nearest name, in any case; else the known ones, of many only some."""
    assert one_of(word, known) == do


@pytest.mark.parametrize(
    ("fails", "do"),
    [
        (lambda: hazards_named(["make-public"]), "write makes-public"),
        (lambda: select([stack(whole(""))], ["lecture*s-"]), "write lectures"),
        (lambda: select([stack(whole(""))], ["*zzz*"]), "write lectures"),
        (lambda: named(reference(), "http.minimum_tsl"), "run: cfstream docs http.minimum_tls"),
        (lambda: migrate("lectures.yaml", "oax"), "write oac"),  # type: ignore[arg-type]
        (lambda: permissions_for([stack(whole(f"role: {ROLE}\n"))], role=f"{ROLE}s"), f"write {ROLE}"),
    ],
)
def test_wrong_usage_names_the_nearest(fails: Callable[[], object], do: str) -> None:
    """The fix is the nearest name."""
    with pytest.raises(WrongUsage) as refused:
        fails()
    assert refused.value.do == do


def test_a_misspelt_command() -> None:
    """In a group of commands, too."""
    assert instead("plna", ["plan", "apply"]) == "did you mean `cfstream plan`?"
    assert instead("rotat", ["new", "rotate"], "cfstream keys") == "did you mean `cfstream keys rotate`?"


def test_a_misspelt_key_of_a_spec() -> None:
    """The strict language names the nearest key."""
    assert [do for _, _, do in problems(whole("pric_class: PriceClass_100"))] == ["write price_class"]
