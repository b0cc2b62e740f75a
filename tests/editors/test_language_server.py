"""A spec in an editor: hover, completion and errors, as the YAML server of most editors shows them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cfstream.render.reference import example_text
from cfstream.spec.reference import SpecField, reference
from cfstream.spec.schema import json_schema
from cfstream.spec.template import Answers, spec_text
from tests.editors.language_server import LanguageServer

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "schemas" / "cfstream.v1.json"
MODELINE = f"# yaml-language-server: $schema={SCHEMA.as_uri()}\n"
FIELDS = reference()
SECTIONS = [field for field in FIELDS.walk() if field.fields]
SPEC = "version: 1\nname: lectures\nbucket: films\ntrusted_signers: [self]\n"


@pytest.fixture(scope="session")
def server() -> Iterator[LanguageServer]:
    """One server for all tests. Each test opens its own document."""
    server = LanguageServer(ROOT)
    yield server
    server.close()


@pytest.fixture
def document(tmp_path: Path) -> Path:
    """The name of a document. The editor sends its text, and no file exists."""
    return tmp_path / "lectures.yaml"


def plain(markdown: str) -> str:
    """Return the words of a hover, without Markdown."""
    return re.sub(r"\\([^A-Za-z0-9])", r"\1", markdown)


def place_of(field: SpecField, text: str) -> tuple[int, int]:
    """Return the place of the field's key in its example: the first one after the keys that contain it."""
    start = end = 0
    for name in field.path:
        found = re.compile(rf"(?<![\w/.-]){name}:").search(text, end)
        assert found is not None
        start, end = found.span()
    before = text[:start].split("\n")
    return len(before) - 1, len(before[-1])


@pytest.mark.parametrize("field", list(FIELDS.walk()), ids=lambda field: field.name)
def test_every_field_has_a_hover(server: LanguageServer, document: Path, field: SpecField) -> None:
    """A key shows its description, with its default. A section shows its own."""
    text = MODELINE + example_text(FIELDS, field)
    server.open(document, text)
    line, column = place_of(field, text)
    shown = plain(server.hover(document, line, column + 1))
    hovers = {field.description}
    if field.fields:
        hovers |= {
            section["description"] for section in json_schema()["$defs"].values() if "description" in section
        }
        hovers |= {form["description"] for form in json_schema()["$defs"]["Bucket"]["anyOf"]}
    assert [each for each in hovers if each in shown], shown
    if field.default is not None:
        default = (
            field.default if isinstance(field.default, str) and field.default else json.dumps(field.default)
        )
        assert f"Default: `{default}`" in shown


@pytest.mark.parametrize("section", [FIELDS, *SECTIONS], ids=lambda field: field.name or "spec")
def test_every_key_is_offered_in_its_place(
    server: LanguageServer, document: Path, section: SpecField
) -> None:
    """At the top, in mappings, and in mappings of lists, at any depth."""
    lines, indent = [MODELINE.rstrip()], ""
    for depth, key in enumerate(section.path, start=1):
        lines.append(f"{indent}{key}:")
        listed = FIELDS.by_name[".".join(section.path[:depth])].listed
        indent = re.sub(r"\S", " ", indent) + ("  - " if listed else "  ")
    text = "\n".join([*lines, indent])
    server.open(document, text)
    offered = server.completions(document, len(lines), len(indent))
    assert {field.path[-1] for field in section.fields} <= offered.keys()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("delivery: ", {"http", "rtmp"}),
        ("price_class: ", {"PriceClass_100", "PriceClass_200", "PriceClass_All"}),
        ("protect: ", {"true", "false"}),
        ("grant: {via: ", {"bucket-policy", "object-acl"}),
    ],
)
def test_values_are_offered(server: LanguageServer, document: Path, line: str, offered: set[str]) -> None:
    """A field with few values offers all of them."""
    server.open(document, MODELINE + SPEC + line)
    assert offered <= server.completions(document, 5, len(line)).keys()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("coment: x", "Property coment is not allowed."),
        ("http: {behaviours: []}", "Property behaviours is not allowed."),
        ("delivery: https", 'Value is not accepted. Valid values: "http", "rtmp".'),
        ("enabled: 'yes'", 'Incorrect type. Expected "boolean".'),
        ("trusted_signers: [111122223333]", 'Incorrect type. Expected "string".'),
        ("key_groups: [{name: a}]", 'Missing property "public_keys".'),
        ("comment: [", "Flow sequence in block collection must be"),
    ],
)
def test_an_error_is_marked_in_its_place(
    server: LanguageServer, document: Path, line: str, message: str
) -> None:
    """While typing, on its own line."""
    before = MODELINE + "".join(
        f"{each}\n" for each in SPEC.splitlines() if each.split(":")[0] != line.split(":", maxsplit=1)[0]
    )
    (first, *_) = server.problems(document, f"{before}{line}\n")
    assert message in first["message"]
    assert first["range"]["start"]["line"] >= before.count("\n")


@pytest.mark.parametrize("path", sorted((ROOT / "examples").rglob("*.yaml")), ids=lambda path: path.name)
def test_the_examples_have_no_errors(server: LanguageServer, path: Path) -> None:
    """They name the schema by a path, which the server follows: errors would be marked."""
    text = path.read_text(encoding="utf-8")
    assert server.problems(path, text) == []
    slip = server.problems(path.with_name("slip.yaml"), text.replace("\nname:", "\nnmae:", 1))
    assert "Property nmae is not allowed." in [each["message"] for each in slip]


@pytest.mark.parametrize("delivery", ["http", "rtmp"])
def test_a_new_spec_has_no_errors(server: LanguageServer, document: Path, delivery: str) -> None:
    """The spec that `init` writes has no errors."""
    signers = ("self", "111122223333")
    answers = Answers("films", "films-media", create=True, delivery=delivery, signers=signers)  # type: ignore[arg-type]
    assert server.problems(document, MODELINE + spec_text(answers)) == []
