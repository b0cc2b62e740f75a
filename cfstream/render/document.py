"""JSON documents as text."""

import json
from collections.abc import Mapping
from typing import Any


def as_text(document: Mapping[str, Any]) -> str:
    """Return a document as JSON text with a final newline; only ASCII, so that any terminal can show it."""
    return json.dumps(document, indent=2) + "\n"


def answer(document: Mapping[str, Any], exit_code: int) -> str:
    """Return the text of a document that a command prints, with the exit code of the command."""
    return as_text({**document, "exit_code": int(exit_code)})
