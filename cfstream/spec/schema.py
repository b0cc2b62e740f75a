"""The spec language as JSON Schema (draft 2020-12), for editors. Checked in as
``schemas/cfstream.v1.json``.
"""

import json
import re
from datetime import timedelta
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from cfstream.spec.durations import spell
from cfstream.spec.model import Spec
from cfstream.spec.source import EXTENSION

_EXTENSION = "Ignored by cfstream. Put values with anchors here, and refer to them with aliases."


class _AsWritten(GenerateJsonSchema):
    """JSON Schema of files. The model has None for an absent field; a file does not have the field."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        inner = self.generate_inner(schema["schema"])
        default = schema.get("default")
        if isinstance(default, timedelta):
            default = spell(default)
        return {**inner, "default": default} if isinstance(default, bool | str | int) else inner

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False  # a title would only repeat the field's name

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> JsonSchemaValue:
        forms = [self.generate_inner(choice) for choice in schema["choices"].values()]
        return {"anyOf": forms}


def json_schema() -> dict[str, Any]:
    """Return the schema as a document. It accepts what `load` accepts, and does not check rules between fields."""
    schema = _for_editors(Spec.model_json_schema(schema_generator=_AsWritten))
    schema["properties"]["tags"]["propertyNames"] = {"pattern": "^(?!aws:|cfstream:).{1,128}$"}
    schema["patternProperties"] = {f"^{EXTENSION}": {"description": _EXTENSION}}
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        "title": "cfstream spec",
        **{key: value for key, value in schema.items() if key != "title"},
    }


def _for_editors(schema: Any) -> Any:
    """Return the schema with each description on one line, and with a second one that shows the default.

    Docstrings are wrapped in the code. Editors like yaml-language-server show `markdownDescription` on hover instead of
    the description, because they do not show defaults.
    """
    match schema:
        case dict():
            inner = {key: _for_editors(value) for key, value in schema.items()}
            described = schema.get("description")
            if isinstance(described, str):
                inner["description"] = " ".join(described.split())
                if "default" in schema:
                    plain = re.sub(r"([\\`*_{}\[\]<>#|~])", r"\\\1", inner["description"])
                    default = schema["default"]
                    shown = default if isinstance(default, str) and default else json.dumps(default)
                    inner["markdownDescription"] = f"{plain}\n\nDefault: `{shown}`"
            return inner
        case list():
            return [_for_editors(each) for each in schema]
    return schema
