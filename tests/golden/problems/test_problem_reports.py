"""Whole reports: each folder has a spec with many problems, and the complete report."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cfstream.errors import SpecProblems
from cfstream.render.problems import problems_text
from cfstream.spec.load import load

HERE = Path(__file__).parent
CASES = sorted(path.parent.name for path in HERE.glob("*/spec.yaml"))


@pytest.mark.parametrize("case", CASES)
def test_report(case: str, golden: Callable[[Path, str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """The report is equal to the golden file."""
    monkeypatch.chdir(HERE / case)
    with pytest.raises(SpecProblems) as found:
        load(["spec.yaml"])
    golden(HERE / case / "problems.txt", problems_text(found.value.problems, color=False))
