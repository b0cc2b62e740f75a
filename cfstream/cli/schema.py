"""``cfstream schema``: the spec language as JSON Schema."""

import json

import typer


def schema() -> None:
    """Print the JSON Schema of the spec language, for completion and hover in an editor.

    Example: cfstream schema > cfstream.v1.json
    """
    from cfstream.spec.schema import json_schema

    typer.echo(json.dumps(json_schema(), indent=2))
