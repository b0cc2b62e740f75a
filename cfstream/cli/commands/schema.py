"""``cfstream schema``: the spec language as JSON Schema."""

import json

from cfstream.cli.terminal.streams import say


def schema() -> None:
    """Print the JSON Schema of the spec language, for completion and hover in an editor.

    Example: cfstream schema > cfstream.v1.json
    """
    from cfstream.spec.schema import json_schema

    say(json.dumps(json_schema(), indent=2) + "\n")
