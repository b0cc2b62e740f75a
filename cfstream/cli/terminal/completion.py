"""What the Tab key completes: specs, stacks, groups, keys, hazards, fields, profiles and revisions. It never uses AWS.

It does not complete ids of public keys: they are only in AWS, and ``sign`` finds the right one from the key. For
everything else, the shell completes file names.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from cfstream.cli.table import ENTRIES
from cfstream.cli.terminal.regions import known_regions
from cfstream.cli.terminal.spec_words import key_groups, roles, schema_fields, stack_names, yaml_under
from cfstream.errors import CfstreamError
from cfstream.startup.frozen import dataclass

SHELL = "_CFSTREAM_COMPLETE"
"""The variable that a shell sets to ask for completions (typer)."""

MOST = 200
"""The largest number of files to complete."""


@dataclass(frozen=True)
class Suggestion:
    """A completion, and its description, which some shells show. It has the members of click's CompletionItem."""

    value: str
    help: str | None = None
    type: str = "plain"


class ShellWord(str):
    """A word in the form that the shell needs. It starts with what its plain form starts with: typer filters by that.

    bash inserts a word unchanged, so it needs escapes; other shells quote it.
    """

    plain: str

    def __new__(cls, plain: str) -> "ShellWord":
        in_bash = os.environ.get(SHELL, "").endswith("_bash")
        word = super().__new__(cls, re.sub(r"([^\w./@:+,=~{}\[\]-])", r"\\\1", plain) if in_bash else plain)
        word.plain = plain
        return word

    def startswith(self, *prefix: Any) -> bool:
        return self.plain.startswith(*prefix)


Source = Callable[[Any, str], Iterator[Suggestion]]


def _hook(source: Source) -> Callable[[Any, str], list[tuple[str, str] | str]]:
    """Return a source as the `autocompletion` of a parameter. After an error there are no completions."""

    def completions(ctx: Any, incomplete: str) -> list[tuple[str, str] | str]:
        found: list[Suggestion] = []
        with suppress(CfstreamError, OSError, ValueError):
            found = list(source(ctx, incomplete))
        return [(ShellWord(each.value), each.help) if each.help else ShellWord(each.value) for each in found]

    return completions


def is_requested() -> bool:
    """Return whether a shell asks this process for completions."""
    return SHELL in os.environ


def describe(params: Sequence[Any]) -> None:
    """Give typer's own options a help text in plain English."""
    helps = {
        "install_completion": "Install completion for the current shell: Tab then completes commands, flags and specs.",
        "show_completion": "Print the completion script of the current shell.",
    }
    for param in params:
        if param.name in helps:
            param.help = helps[param.name]


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


def _specs(_ctx: Any, typed: str) -> Iterator[Suggestion]:
    """Yield the spec files of this folder or of the typed one, and the folders with specs."""
    start = os.path.dirname(typed)
    found = [path for path in yaml_under(Path(start or ".")) if not path.name.startswith(".")]
    names = sorted(path.as_posix() for path in found)[:MOST]
    folders = {
        name[: place + 1]
        for name in names
        for place, sign in enumerate(name)
        if sign == "/" and place > len(start)
    }
    yield from (Suggestion(name) for name in sorted({*names, *folders}))


def _specs_and_plans(ctx: Any, typed: str) -> Iterator[Suggestion]:
    """Yield specs, and files that may be saved plans."""
    yield from _specs(ctx, typed)
    folder = Path(os.path.dirname(typed) or ".")
    for path in sorted(folder.iterdir()):
        if path.suffix in (".json", ".plan"):
            yield Suggestion(path.as_posix())


def _specs_at(ctx: Any, typed: str) -> Iterator[Suggestion]:
    """Yield specs, and after an ``@`` the branches and tags of their repository."""
    path, at, _ = typed.partition("@")
    if not at:
        for spec in _specs(ctx, typed):
            yield Suggestion(f"{spec.value}@")
        return
    for name in _refs(path if os.path.isdir(path) else os.path.dirname(path)):
        yield Suggestion(f"{path}@{name}")


def _groups(ctx: Any, _typed: str) -> Iterator[Suggestion]:
    """Yield the key groups that the spec on the command line creates."""
    for group in key_groups(str(ctx.params["spec"])):
        yield Suggestion(group.name, f"of {group.stack}")


def _hazards(_ctx: Any, _typed: str) -> Iterator[Suggestion]:
    """Yield the hazards that can be allowed."""
    from cfstream.steps.hazards import HazardName

    yield from (Suggestion(name, name.meaning) for name in HazardName)


def _fields(_ctx: Any, _typed: str) -> Iterator[Suggestion]:
    """Yield the fields of a spec."""
    yield from (Suggestion(name, description) for name, description in schema_fields())


def _private_keys(_ctx: Any, typed: str) -> Iterator[Suggestion]:
    """Yield PEM files that are not public halves, here and in keys/."""
    folders = {Path(os.path.dirname(typed) or "."), Path("keys")}
    found = {path.as_posix() for folder in folders for path in folder.glob("*.pem")}
    yield from (Suggestion(name) for name in sorted(found) if not name.endswith(".pub.pem"))


def _public_keys(_ctx: Any, typed: str) -> Iterator[Suggestion]:
    """Yield PEM files of public halves, by their name, here and in keys/."""
    folders = {Path(os.path.dirname(typed) or "."), Path("keys")}
    found = {path.as_posix() for folder in folders for path in folder.glob("*.pub.pem")}
    yield from map(Suggestion, sorted(found))


def _profiles(_ctx: Any, _typed: str) -> Iterator[Suggestion]:
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


def _states(_ctx: Any, typed: str) -> Iterator[Suggestion]:
    """Yield files that may be a state of Terraform."""
    folder = Path(os.path.dirname(typed) or ".")
    for path in sorted(folder.iterdir()):
        if path.suffix in (".tfstate", ".json"):
            yield Suggestion(path.as_posix())


def _snapshots(_ctx: Any, typed: str) -> Iterator[Suggestion]:
    """Yield files that may be snapshots."""
    folder = Path(os.path.dirname(typed) or ".")
    yield from (Suggestion(path.as_posix()) for path in sorted(folder.glob("*.json")))


def _revisions(ctx: Any, _typed: str) -> Iterator[Suggestion]:
    """Yield the branches and tags of the repository of the specs on the command line."""
    first = next(iter(_named(ctx)), ".")
    yield from map(Suggestion, _refs(first if os.path.isdir(first) else os.path.dirname(first)))


def _refs(folder: str) -> list[str]:
    from cfstream.use_cases.git_files import git

    listed = git(
        folder or ".", "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes"
    )
    return ["HEAD", *listed.decode("utf-8", "replace").split()][:MOST]


def _named(ctx: Any) -> list[str]:
    """Return the specs on the command line.

    An option without a value stops click's parser before the arguments. They are then among those that are left.
    """
    found = ctx.params.get("specs") or ctx.params.get("spec") or ctx.args
    return [found] if isinstance(found, str) else [str(each) for each in found]


def _stacks(ctx: Any, _typed: str) -> Iterator[Suggestion]:
    """Yield the names of the stacks in the specs on the command line, or else in this folder."""
    yield from map(Suggestion, stack_names(_named(ctx) or ["."]))


def _roles(ctx: Any, _typed: str) -> Iterator[Suggestion]:
    """Yield the roles in the specs on the command line."""
    yield from map(Suggestion, roles(_named(ctx) or ["."]))


def _keys(ctx: Any, _typed: str) -> Iterator[Suggestion]:
    """Yield the keys of the group on the command line, or of all groups of the spec."""
    spec, *rest = _named(ctx)
    group = ctx.params.get("group") or next(iter(rest), None)
    for each in key_groups(spec):
        if group in (None, each.name):
            yield from (Suggestion(key, f"of {each.name}") for key in each.keys)


def _regions(_ctx: Any, _typed: str) -> Iterator[Suggestion]:
    """Yield the regions of AWS."""
    yield from (Suggestion(name, description) for name, description in known_regions().items())


def _words(*words: str) -> Source:
    """Return a source that always yields these words."""
    return lambda _ctx, _typed: map(Suggestion, words)


def _commands_of_help(ctx: Any, _typed: str) -> Iterator[Suggestion]:
    """Yield the commands, and after the name of a group its members."""
    given = [str(each) for each in ctx.params.get("command") or ()]
    command: Any = ctx.find_root().command
    for name in given:
        command = command.get_command(ctx, name)
    for name in command.list_commands(ctx) if hasattr(command, "list_commands") else ():
        yield Suggestion(
            name, command.get_command(ctx, name).get_short_help_str() if given else ENTRIES[name].help
        )


specs = _hook(_specs)
specs_and_plans = _hook(_specs_and_plans)
specs_at = _hook(_specs_at)
groups = _hook(_groups)
hazards = _hook(_hazards)
fields = _hook(_fields)
private_keys = _hook(_private_keys)
public_keys = _hook(_public_keys)
profiles = _hook(_profiles)
states = _hook(_states)
revisions = _hook(_revisions)
stacks = _hook(_stacks)
roles_of_specs = _hook(_roles)
keys = _hook(_keys)
regions = _hook(_regions)
signers = _hook(_words("self"))
help_commands = _hook(_commands_of_help)
snapshots = _hook(_snapshots)
