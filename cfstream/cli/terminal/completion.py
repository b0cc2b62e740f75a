"""What the Tab key completes: specs, groups, hazards, fields, profiles and revisions. It never uses AWS.

It does not complete ids of public keys: they are only in AWS, and ``sign`` finds the right one from the key. For
everything else, the shell completes file names.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cfstream.errors import CfstreamError

SHELL = "_CFSTREAM_COMPLETE"
"""The variable that a shell sets to ask for completions (typer)."""

DEPTH = 3
MOST = 200
"""The depth to which folders are searched for specs, and the largest number of files to complete."""

SKIPPED_FOLDERS = frozenset({"node_modules", "venv", "__pycache__"})
YAML_SPECS = (".yaml", ".yml")


@dataclass(frozen=True)
class Suggestion:
    """A completion, and its description, which some shells show. It has the members of click's CompletionItem."""

    value: str
    help: str | None = None
    type: str = "plain"


Words = Callable[[Any, str], Iterator[Suggestion]]


def offering(words: Words) -> Callable[[Any, str], list[Suggestion]]:
    """Return the completion of a parameter: the candidates that start with the typed text; none after an error."""

    def offered(ctx: Any, typed: str) -> list[Suggestion]:
        found: list[Suggestion] = []
        with suppress(CfstreamError, OSError, ValueError):
            found = [each for each in words(ctx, typed) if each.value.startswith(typed)]
        return [Suggestion(_escaped(each.value), each.help) for each in found]

    return offered


def commands(entries: Mapping[str, str], typed: str) -> list[Suggestion]:
    """Return the commands that start with the typed text, each with its help. Imports none of them."""
    return [Suggestion(name, help_) for name, help_ in entries.items() if name.startswith(typed)]


def flags(params: Sequence[Any], typed: str) -> list[Suggestion]:
    """Return the flags that start with the typed text, including those of all commands; short ones only as a whole."""
    if not typed.startswith("-"):
        return []
    return [
        Suggestion(flag, getattr(param, "help", None))
        for param in params
        if param.param_type_name == "option"
        for flag in param.opts
        if flag.startswith(typed) and (flag.startswith("--") or typed == flag)
    ]


def specs(_ctx: Any, typed: str) -> Iterator[Suggestion]:
    """Yield the spec files of this folder or of the typed one, and the folders with specs."""
    start = os.path.dirname(typed)
    found = [path for path in _yaml_under(Path(start or ".")) if not path.name.startswith(".")]
    names = sorted(path.as_posix() for path in found)[:MOST]
    folders = {
        name[: place + 1]
        for name in names
        for place, sign in enumerate(name)
        if sign == "/" and place > len(start)
    }
    yield from (Suggestion(name) for name in sorted({*names, *folders}))


def specs_and_plans(ctx: Any, typed: str) -> Iterator[Suggestion]:
    """Yield specs, and files that may be saved plans."""
    yield from specs(ctx, typed)
    folder = Path(os.path.dirname(typed) or ".")
    for path in sorted(folder.iterdir()):
        if path.suffix in (".json", ".plan"):
            yield Suggestion(path.as_posix())


def specs_at(ctx: Any, typed: str) -> Iterator[Suggestion]:
    """Yield specs, and after an ``@`` the branches and tags of their repository."""
    path, at, _ = typed.partition("@")
    if not at:
        for spec in specs(ctx, typed):
            yield Suggestion(f"{spec.value}@")
        return
    from cfstream.use_cases.git_files import git

    folder = path if os.path.isdir(path) else os.path.dirname(path)
    listed = git(
        folder or ".", "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes"
    )
    for name in ["HEAD", *listed.decode("utf-8", "replace").split()][:MOST]:
        yield Suggestion(f"{path}@{name}")


def groups(ctx: Any, _typed: str) -> Iterator[Suggestion]:
    """Yield the key groups that the spec on the command line creates."""
    from cfstream.spec.load import load

    for stack in load([str(ctx.params["spec"])]):
        yield from (Suggestion(group.name, f"of {stack.spec.name}") for group in stack.spec.made_key_groups)


def hazards(_ctx: Any, _typed: str) -> Iterator[Suggestion]:
    """Yield the hazards that can be allowed."""
    from cfstream.steps.hazards import HazardName

    yield from (Suggestion(name, name.meaning) for name in HazardName)


def fields(_ctx: Any, _typed: str) -> Iterator[Suggestion]:
    """Yield the fields of a spec."""
    from cfstream.spec.reference import reference

    for field in reference().walk():
        yield Suggestion(field.name, field.description.partition(". ")[0])


def private_keys(_ctx: Any, typed: str) -> Iterator[Suggestion]:
    """Yield PEM files that are not public halves, here and in keys/."""
    folders = {Path(os.path.dirname(typed) or "."), Path("keys")}
    found = {path.as_posix() for folder in folders for path in folder.glob("*.pem")}
    yield from (Suggestion(name) for name in sorted(found) if not name.endswith(".pub.pem"))


def public_keys(_ctx: Any, typed: str) -> Iterator[Suggestion]:
    """Yield PEM files of public halves, by their name, here and in keys/."""
    folders = {Path(os.path.dirname(typed) or "."), Path("keys")}
    found = {path.as_posix() for folder in folders for path in folder.glob("*.pub.pem")}
    yield from map(Suggestion, sorted(found))


def profiles(_ctx: Any, _typed: str) -> Iterator[Suggestion]:
    """Yield the names of the profiles in the AWS configuration."""
    from configparser import ConfigParser
    from configparser import Error as ConfigError

    names: dict[str, None] = {}
    for variable, usual in {
        "AWS_CONFIG_FILE": "config",
        "AWS_SHARED_CREDENTIALS_FILE": "credentials",
    }.items():
        parser = ConfigParser(interpolation=None, strict=False)
        with suppress(ConfigError):
            parser.read(os.path.expanduser(os.environ.get(variable) or f"~/.aws/{usual}"), encoding="utf-8")
        for section in parser.sections():
            kind, _, rest = section.partition(" ")
            if not rest or kind == "profile":
                names[rest.strip() or section] = None
    yield from map(Suggestion, names)


OF_FLAGS: Mapping[str, Words] = {
    "--profile": profiles,
    "--key": private_keys,
    "--public-key": public_keys,
}
"""The words of flags whose metavar does not identify them."""

OF_METAVARS: Mapping[str, Words] = {
    "SPEC": specs,
    "SPEC [KEY]": specs,
    "SPEC|ID": specs,
    "SPEC|PLANFILE": specs_and_plans,
    "SPEC@REV": specs_at,
    "GROUP": groups,
    "HAZARD": hazards,
    "FIELD": fields,
}
"""The words of arguments by their name in the help, without dots."""


def words_for(param: Any) -> Words | None:
    """Return the words to complete for a parameter; None to let the shell complete it."""
    named = next((OF_FLAGS[flag] for flag in param.opts if flag in OF_FLAGS), None)
    return named or OF_METAVARS.get(str(param.metavar or "").replace("...", "").replace("…", ""))


def _yaml_under(start: Path) -> Iterator[Path]:
    for above, folders, names in os.walk(start):
        depth = len(Path(above).relative_to(start).parts)
        folders[:] = sorted(
            name
            for name in folders
            if depth < DEPTH and name not in SKIPPED_FOLDERS and not name.startswith(".")
        )
        yield from (Path(above, name) for name in names if name.endswith(YAML_SPECS))


def _escaped(word: str) -> str:
    """Return a word in the form that the shell needs: bash inserts it unchanged, others quote it."""
    if not os.environ.get(SHELL, "").endswith("_bash"):
        return word
    return re.sub(r"([^\w./@:+,=~{}\[\]-])", r"\\\1", word)
