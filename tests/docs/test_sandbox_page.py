"""The page about the sandbox explains each setting."""

import dataclasses
import re

from cfstream.sandbox.cloudfront import Settings
from tests.docs.page import ROOT


def test_every_setting_is_explained() -> None:
    """The table has exactly the settings that `sandbox set` prints."""
    page = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.*?) \|", page, re.MULTILINE)
    explained = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert sorted(explained) == sorted(field.name for field in dataclasses.fields(Settings))
