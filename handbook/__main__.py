"""Generate the pages; with ``--pictures`` also the recordings and screenshots."""

import sys
from pathlib import Path

from handbook import pictures, reference, screenshots

DOCS = Path(__file__).resolve().parents[1] / "docs"

reference.write(DOCS / "reference")
if "--pictures" in sys.argv[1:]:
    pictures.make(DOCS / "pictures")
    screenshots.make(DOCS / "pictures")
