"""``cfstream schema``: prints the JSON Schema of specs."""

import json

import typer

from cfstream.cli.invocation import invocation_of


def schema(ctx: typer.Context) -> None:
    """Print the JSON Schema of specs, for completion and hover in an editor.

    Example: cfstream schema > cfstream.v1.json
    """
    from cfstream.spec.schema import json_schema

    invocation_of(ctx).terminal.say(json.dumps(json_schema(), indent=2) + "\n")
