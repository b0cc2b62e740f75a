"""Fewer states for tests whose patterns need too many."""

from functools import partial

import pytest

from cfstream.access import cells, fitting
from tests.thorough import THOROUGH

FEW = 1_024
"""Fewer states than cfstream visits, and more than patterns need that are not costly."""


@pytest.fixture
def few_states(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up after fewer states than cfstream does, with the same result: visiting all of them takes seconds."""
    if not THOROUGH:
        monkeypatch.setattr(fitting, "cells", partial(cells.cells, states=FEW))
        monkeypatch.setattr(fitting, "_FEWER", FEW // 8)
