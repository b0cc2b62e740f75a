"""``cfstream schema``: prints the JSON Schema of specs, plans or reports."""

import json
from enum import StrEnum
from typing import Annotated

import typer

from cfstream.cli.invocation import invocation_of


class SchemaName(StrEnum):
    """What a schema describes."""

    SPEC = "spec"
    PLAN = "plan"
    REPORT = "report"


def schema(
    ctx: typer.Context,
    of: Annotated[
        SchemaName, typer.Argument(metavar="[spec|plan|report]", help="What the schema describes.")
    ] = SchemaName.SPEC,
) -> None:
    """Print a JSON Schema: of specs, for completion and hover in an editor, or of what --format json prints.

    plan is for cfstream plan, and report for cfstream apply and destroy.

    Example: cfstream schema > cfstream.v1.json
    """
    if of is SchemaName.SPEC:
        from cfstream.spec.schema import json_schema

        document = json_schema()
    else:
        from cfstream.render.documents import document_schema

        document = document_schema(of)
    invocation_of(ctx).terminal.say(json.dumps(document, indent=2) + "\n")
