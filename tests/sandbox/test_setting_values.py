"""A setting of the sandbox is refused if its name, its type or a name inside it is wrong."""

import dataclasses
from typing import Any

import pytest

from cfstream.sandbox.cloudfront.settings import DEFAULT_QUOTAS, Settings
from cfstream.sandbox.setting_values import fault_of

KNOWN = dataclasses.asdict(Settings())


@pytest.mark.parametrize(("name", "value"), KNOWN.items())
def test_each_setting_can_have_the_value_that_it_has(name: str, value: Any) -> None:
    """Also as JSON, in which a tuple is a list."""
    assert fault_of(name, list(value) if isinstance(value, tuple) else value, KNOWN) is None


@pytest.mark.parametrize("name", KNOWN)
@pytest.mark.parametrize("value", ["x", None, -1, float("inf"), float("nan"), [1], {"a": None}, [["x"]]])
def test_no_setting_can_have_any_value(name: str, value: Any) -> None:
    """Only the seed may be null. The fix can be typed, and is right."""
    if (name, value) == ("shuffle_seed", None):
        return
    fault = fault_of(name, value, KNOWN)
    assert fault is not None
    assert fault[1].startswith((f"write {name}=", "write ", "use one of"))


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("deploy_after_raeds", 1, ("setting deploy_after_raeds does not exist", "write deploy_after_reads")),
        ("quotas", {"public_key": 1}, ("quota public_key does not exist", "write public_keys")),
        ("quotas", {"x": 1}, ("quota x does not exist", f"use one of {', '.join(sorted(DEFAULT_QUOTAS))}")),
        (
            "quotas",
            {"public_keys": "3"},
            (
                'quotas cannot be {"public_keys": "3"}: it must be numbers by name',
                """write quotas='{"public_keys": 3}'""",
            ),
        ),
        ("refuse_rtmp", 1, ("refuse_rtmp cannot be 1: it must be true or false", "write refuse_rtmp=false")),
        ("page_size", 0, ("page_size cannot be 0: it must be a whole number from 1", "write page_size=100")),
    ],
)
def test_the_nearest_name_and_an_example(name: str, value: Any, fault: tuple[str, str]) -> None:
    """The fault comes first."""
    assert fault_of(name, value, KNOWN) == fault


def test_any_other_name_is_refused() -> None:
    """Without a similar one, the fix lists all."""
    found = fault_of("zzz", 1, KNOWN)
    assert found is not None
    assert found[1] == f"use one of {', '.join(sorted(KNOWN))}"
