"""JSON documents as text."""

import json
from collections.abc import Mapping
from typing import Any


def as_text(document: Mapping[str, Any]) -> str:
    """Return a document as JSON text with a final newline; only ASCII, so that any terminal can show it."""
    return json.dumps(document, indent=2) + "\n"
