"""A failed comparison with a golden file shows how to write the file again."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]


def test_the_message_names_the_file_and_the_option(
    golden: Callable[[Path, str], None], request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader of a failed test needs no other page."""
    monkeypatch.setattr(request.config.option, "update_golden", False)
    file = TESTS / "golden" / "plans" / "no-changes" / "plan.txt"
    with pytest.raises(AssertionError) as failed:
        golden(file, "another text")
    assert "tests/golden/plans/no-changes/plan.txt" in str(failed.value)
    assert "--update-golden" in str(failed.value)


def test_every_golden_file_is_compared_in_one_place() -> None:
    """No other test reads the option, so each message names it, and no test passes without a comparison."""
    option = re.compile(r"\bupdate_golden\b|getoption\(.--update-golden")
    readers = [
        file.relative_to(TESTS).as_posix()
        for file in TESTS.rglob("*.py")
        if file != Path(__file__) and option.search(file.read_text(encoding="utf-8"))
    ]
    assert readers == ["conftest.py"]
