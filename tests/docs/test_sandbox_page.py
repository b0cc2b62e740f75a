"""The page of the sandbox: each of its settings is explained."""

import dataclasses
import re

from cfstream.sandbox.cloudfront import Settings
from tests.docs.page import ROOT


def test_every_setting_is_explained() -> None:
    """The table has all that `sandbox set` prints, and nothing else."""
    page = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.*?) \|", page, re.MULTILINE)
    told = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert sorted(told) == sorted(field.name for field in dataclasses.fields(Settings))
