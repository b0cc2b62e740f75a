"""Generate the pages that are checked in; with ``--site`` all pages and pictures; with ``--pages`` all pages."""

import sys
from pathlib import Path

from handbook import reference

DOCS = Path(__file__).resolve().parents[1] / "docs"

if {"--site", "--pages"} & {*sys.argv[1:]}:
    reference.write(DOCS / "reference")
    if "--site" in sys.argv[1:]:
        from handbook import pictures, screenshots  # they need a browser

        pictures.make(DOCS / "pictures")
        screenshots.make(DOCS / "pictures")
else:
    # The others would be found twice by every search: in docs/reference/ and where their text comes from.
    reference.write(DOCS / "reference", reference.CHECKED_IN)
