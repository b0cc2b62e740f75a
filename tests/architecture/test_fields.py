"""A field under ``http`` is known in few places."""

import ast
import re
from pathlib import Path

import pytest

import cfstream
from cfstream.kinds.distribution.http_fields import HTTP_FIELDS
from cfstream.spec.http import Http

PACKAGE = Path(cfstream.__file__).parent
ROOT = PACKAGE.parent

LIMIT = 4
"""The model, the table `HTTP_FIELDS`, the manual, and the sandbox's rule."""

WITHOUT_THE_FIELD = {
    "cfstream/domain/new_document.py": "CloudFront requires the member",
    "cfstream/sandbox/cloudfront/defaults.py": "CloudFront completes the member",
    "cfstream/sandbox/cloudfront/distributions.py": "a list's row has the member",
    "cfstream/inventory/details.py": "members of the JSON of `show` that are older than the fields",
    "cfstream/verification/reach.py": "a sentence has the word geo",
    "cfstream/access/partition.py": "any live distribution has an origin path",
    "cfstream/access/route.py": "any live distribution has an origin path",
}
"""Files that have the member or the name whether a spec has the field or not, with the reason."""

EXPECTED = (
    "cfstream/spec/http/",
    "cfstream/kinds/distribution/http_fields.py",
    "cfstream/sandbox/cloudfront/",
    "docs/how-to/settings.md",
)
"""Where any field may be known."""

MORE_FILES = {
    "error_pages": {
        "cfstream/kinds/distribution/error_pages.py": "its values",
        "cfstream/domain/distribution.py": "access: a warning if viewers get 2xx, or need a signature for the page",
        "cfstream/domain/parse.py": "the same warning",
        "cfstream/sandbox/edge/errors.py": "edge",
    },
    "geo": {
        "cfstream/kinds/distribution/countries.py": "its values",
        "cfstream/spec/converted.py": "its two fields have opposite meanings",
        "cfstream/sandbox/edge/edge.py": "edge",
    },
    "origin_path": {
        "cfstream/domain/parse.py": "access",
        "cfstream/sandbox/edge/origin.py": "edge",
    },
    "origin_request_policy": {
        "cfstream/kinds/distribution/policy_preflight.py": "preflight",
        "cfstream/sandbox/edge/forwarding.py": "edge",
    },
    "response_headers_policy": {
        "cfstream/kinds/response_headers_policy/__init__.py": "the kind",
        "cfstream/domain/distribution.py": "the kind",
        "cfstream/domain/document.py": "the kind",
        "cfstream/sandbox/cloudfront/state.py": "the kind",
        "cfstream/sandbox/edge/edge.py": "edge",
    },
    "web_acl": {"cfstream/kinds/distribution/web_acl.py": "preflight"},
}
"""Files that a field needs for the edge, access, a preflight, or a kind of its own."""

OLD = {"default_root_object", "ipv6", "cache_policy", "functions"}
"""Fields on which other parts depend: records, signatures, caching, and the kind ``function``."""


def files_with(name: str, member: str) -> set[str]:
    """Return the production files that spell the field's name in code, or the member of CloudFront's documents."""
    pages = [
        page for page in (ROOT / "docs").rglob("*.md") if "reference" not in page.parts
    ]  # those are generated
    found = {
        file.relative_to(ROOT).as_posix()
        for file in [*PACKAGE.rglob("*.py"), *pages]
        if spells(file.read_text(encoding="utf-8"), name, member, python=file.suffix == ".py")
    }
    return found - WITHOUT_THE_FIELD.keys()


def spells(text: str, name: str, member: str, *, python: bool = True) -> bool:
    """Return whether a text has the field's name as a key, a text or an attribute, or the member."""
    ways = [
        rf"[\"'][^\"'\n]*\b{name}\b[^\"'\n]*[\"']",
        rf"^ *(- )?{name}:",
        rf"[{{,] ?{name}: ",
        rf"\b(http|spec|section|behavior)\.{name}\b",
    ]
    spelled = re.compile("|".join([*ways, rf"[\"']{member}[\"']"] if member else ways), re.M)
    if not spelled.search(text):
        return False
    return not python or spelled.search(without_parameters(text, name)) is not None


def without_parameters(code: str, name: str) -> str:
    """Return the code without the parameters of this name: ``geo: str`` is a field in YAML, but not in a signature."""
    lines = code.split("\n")
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.arg) and node.arg == name:
            # Positions of the syntax tree are in bytes.
            line = lines[node.lineno - 1].encode()
            end = node.col_offset + len(name)
            lines[node.lineno - 1] = (line[: node.col_offset] + b"_" * len(name) + line[end:]).decode()
    return "\n".join(lines)


def too_many(name: str, member: str, known: set[str]) -> str:
    """Return which files know the field, which of them to change, and how."""
    spelled = f"{name} or {member}" if member else name
    return (
        f"{len(known)} files spell {spelled}; at most {LIMIT} may, one for each of {', '.join(EXPECTED)}. Remove it "
        f"from {', '.join(to_change(known))}; or give the reason in MORE_FILES. If a file needs the member even "
        "without the field, give the reason in WITHOUT_THE_FIELD."
    )


def to_change(known: set[str]) -> list[str]:
    """Return the files that are not expected to know a field; without any, those of which one would be enough."""
    if unexpected := [file for file in known if not file.startswith(EXPECTED)]:
        return sorted(unexpected)
    alike = [[file for file in known if file.startswith(place)] for place in EXPECTED]
    return sorted(file for files in alike if len(files) > 1 for file in files)


@pytest.mark.parametrize("name", sorted(set(Http.model_fields) & {each.name for each in HTTP_FIELDS} - OLD))
def test_a_field_is_known_in_few_files(name: str) -> None:
    """Four, and one each where viewers, access or a preflight notice it. Everything else follows from its entry."""
    member = next(each.member for each in HTTP_FIELDS if each.name == name)
    known, further = files_with(name, member), set(MORE_FILES.get(name, ()))
    assert further <= known, (
        f"{name} is in MORE_FILES, but no longer in {sorted(further - known)}: remove it there"
    )
    assert len(known - further) <= LIMIT, too_many(name, member, known - further)


def test_few_files_know_unlisted_behaviors() -> None:
    """The model, the distribution's behaviors and its moved names, and the manual."""
    known = files_with("unlisted_behaviors", "")
    assert len(known) <= LIMIT, too_many("unlisted_behaviors", "", known)


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("def f(one: int, geo: str) -> None: ...", False),
        ("def f(\n    geo: str = 'ä',\n) -> None: ...", False),
        ("f = lambda geo: geo", False),
        ("class Http:\n    geo: str", True),
        ("f(http.geo)", True),
        ("x = {'geo': 1}", True),
        ('YAML = "http: {geo: {}}"', True),
        ("def f(geo: str) -> str:\n    return 'http.geo'", True),
        ("x = config['Restrictions']", True),
    ],
)
def test_a_parameter_is_not_a_field(code: str, known: bool) -> None:
    """A field is known where its name is a key, an attribute or a text, not where a function calls a value so."""
    assert spells(code, "geo", "Restrictions") is known


def test_the_message_names_only_what_to_change() -> None:
    """It names unexpected files; without any, the files of one place. The model and the manual always stay."""
    usual = {
        "cfstream/spec/http/viewers.py",
        "cfstream/kinds/distribution/http_fields.py",
        "docs/how-to/settings.md",
        "cfstream/sandbox/cloudfront/rules.py",
    }
    assert to_change(usual | {"cfstream/domain/parse.py"}) == ["cfstream/domain/parse.py"]
    assert to_change(usual | {"cfstream/sandbox/cloudfront/managed.py"}) == [
        "cfstream/sandbox/cloudfront/managed.py",
        "cfstream/sandbox/cloudfront/rules.py",
    ]
