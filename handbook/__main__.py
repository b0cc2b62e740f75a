"""Generate the pages that are checked in; with ``--site`` all pages, the recordings and the screenshots."""

import sys
from pathlib import Path

from handbook import pictures, reference, screenshots

DOCS = Path(__file__).resolve().parents[1] / "docs"

if "--site" in sys.argv[1:]:
    reference.write(DOCS / "reference")
    pictures.make(DOCS / "pictures")
    screenshots.make(DOCS / "pictures")
else:
    # The others would be found twice by every search: in docs/reference/ and where their text comes from.
    reference.write(DOCS / "reference", reference.CHECKED_IN)
