"""The package `kinds` shows what it contains, and the packages above iterate over it."""

import ast
import re
from pathlib import Path

import cfstream.kinds
from cfstream.kinds import KINDS

FOLDER = Path(cfstream.kinds.__file__).parent
ITERATE = (
    "permissions",
    "inventory",
    "recording",
    "adoption",
    "planning",
    "aws",
    "comparing",
    "verification",
    "outputs.py",
    "workflow.py",
)
"""The packages and modules that do not depend on which kinds there are."""

TABLES = tuple(
    f"cfstream.kinds.distribution.{name}"
    for name in ("http_fields", "meaning", "optional_fields", "policies")
)
"""The fields of a distribution. An entry there is all that `import`, `show` and `diff` need of a new field."""

SPELLED = frozenset(kind.name for kind in KINDS) - {"bucket", "distribution"}
"""The names of kinds that are no words of the spec or of sentences."""

NOT_A_KIND = {
    ("adoption/grants.py", "object-acl"): "a value of the field grant.via",
    ("inventory/grants.py", "bucket-policy"): "a value of GrantDetails.via",
    ("inventory/grants.py", "object-acl"): "a value of GrantDetails.via",
}


def test_each_package_is_a_kind() -> None:
    """The folder has one package or module for each entry of KINDS, with the name of the kind, and nothing else."""
    found = {path.stem for path in FOLDER.iterdir() if path.stem not in ("__init__", "__pycache__")}
    assert found == {kind.name.replace("-", "_") for kind in KINDS}
    assert len(found) == len(KINDS)


def test_no_kind_observes_for_another_one() -> None:
    """A kind reads the live state that all share, or what another kind observed; it only calls its own `observe`."""
    own = {type(kind).__name__: kind.name.replace("-", "_") for kind in KINDS}
    calls = {
        (file.relative_to(FOLDER).parts[0].removesuffix(".py"), called)
        for file in FOLDER.rglob("*.py")
        for called in re.findall(r"(\w+)(?:\(\))?\.observe\(", file.read_text(encoding="utf-8"))
    }
    # The module `certificate` has a function of that name.
    others = {(place, called) for place, called in calls if called != "self" and own.get(called) != place}
    assert others == {("distribution", "certificate")}


def files() -> list[Path]:
    """Return the modules of the packages that iterate over the kinds."""
    places = [FOLDER.parent / place for place in ITERATE]
    return [
        file for place in places for file in ([place] if place.is_file() else sorted(place.rglob("*.py")))
    ]


def test_modules_that_iterate_over_the_kinds_import_none_of_them() -> None:
    """A new kind needs no change there. Only the tables of a distribution's fields are shared."""
    named = {
        f"{file.relative_to(FOLDER.parent)}: {module}"
        for file in files()
        for module in re.findall(
            r"^\s*from (cfstream\.kinds\.[\w.]+)", file.read_text(encoding="utf-8"), re.M
        )
        if module not in TABLES
    }
    assert named == set()


def test_modules_that_iterate_over_the_kinds_name_none_of_them() -> None:
    """No string there is the name of a kind, except values of the spec that happen to be equal to one."""
    spelled = {
        (file.relative_to(FOLDER.parent).as_posix(), node.value)
        for file in files()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in SPELLED
    }
    assert spelled == set(NOT_A_KIND)


def test_modules_that_iterate_over_the_kinds_name_no_operation() -> None:
    """Only the table of AWS's lists names operations: a kind knows those of its own resources."""
    owned = [kind.owned for kind in KINDS if kind.owned]
    operations = {f"{verb}_{each.noun}" for each in owned for verb in ("get", "create", "update", "delete")}
    operations |= {each.listing.operation for each in owned}
    spelled = {
        (file.relative_to(FOLDER.parent).as_posix(), node.value)
        for file in files()
        if file.name != "lists.py"
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in operations
    }
    assert spelled == set()
