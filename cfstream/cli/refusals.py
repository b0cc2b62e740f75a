"""Turn what the parser of the command line refuses into errors with a fix to type."""

import re
from collections.abc import Mapping, Sequence

from typer.exceptions import TyperException

from cfstream.cli.table import ENTRIES, PROGRAM
from cfstream.errors import CfstreamError, WrongUsage

EXAMPLES: Mapping[str, str] = {
    "--expires": "add it, like --expires 1h",
    "--key": "add the private key, like --key keys/lectures-2026-11.pem",
    "--out": "add the file to write, like --out FILE",
    "--to": "add what to migrate to: --to oac, key-groups, bucket-policy or http",
}
"""How to add an option that a command needs."""

OTHER_OPTIONS: Mapping[tuple[str, str], str] = {
    ("apply", "--dry-run"): "to see what apply would do: `cfstream plan SPEC`",
    ("apply", "--check"): "to see what apply would do: `cfstream plan SPEC --check`",
    ("apply", "--out"): "plan writes the file, and apply reads it: `cfstream plan SPEC --out FILE`",
    ("apply", "--auto-approve"): "write --yes",
    (
        "apply",
        "--force",
    ): "nothing is forced: to allow a hazard, write --allow with its name; to answer yes, --yes",
    ("keys new", "--out"): "write --dir with the directory: both files go there",
    ("destroy", "--force"): "to answer yes, write --yes",
    ("destroy", "--dry-run"): "destroy without --yes shows its plan, and asks before it changes anything",
    ("plan", "--yes"): "plan changes nothing, and asks nothing: delete --yes",
    ("plan", "--destroy"): "destroy without --yes shows its plan, and asks before it changes anything",
}
"""What to do instead of an option that another command or another tool has, by command and option."""

ALIKE = 0.7
"""The least share of equal letters of a misspelt option, as difflib counts them."""

SPEC_NEEDED = "name a spec or a directory; for this directory: `{path} {rest}`"

ALSO_NEEDED: Mapping[str, str] = {
    "diff": ".@HEAD",
    "migrate": ". --check",
    "snapshot": ". --out live.json",
}
"""The arguments of commands that need more than a spec. Without them, the fix would be refused."""

FILE_NEEDED: Mapping[str, str] = {
    "keys rotate": "name a spec and one of its key groups, like {path} lectures.yaml lectures-signers"
}
"""The fix for a command that needs the file of one spec."""


def refused(refusal: TyperException, given: Sequence[str]) -> CfstreamError | None:
    """Return an error of the parser as a CfstreamError; None for a group without a command, whose help is printed.

    `given` are the arguments of the process.
    """
    message = refusal.format_message()
    if message.startswith("Usage: "):
        return None
    text = re.sub(r"^Invalid value for '(.+?)': (?:Value error, )?", r"\1: ", message).rstrip(".")
    text = text[:1].lower() + text[1:]
    ctx = getattr(refusal, "ctx", None)
    path = ctx.command_path if ctx else _path_of(given)
    return WrongUsage(*_with_fix(text, path))


def _with_fix(text: str, path: str) -> tuple[str, str]:
    """Return what is wrong and how to fix it."""
    command = path.removeprefix(f"{PROGRAM} ")
    see_help = f"see: {path} --help"
    if found := re.match(r"no such option: (--[\w-]+)", text):
        other = OTHER_OPTIONS.get((command, found[1])) or _nearest_option(found[1], text)
        return found[0], other or see_help
    if found := re.fullmatch(r"missing option '(--[\w-]+)'.*", text):
        example = EXAMPLES.get(found[1])
        return text, f"{example}; {see_help}" if example else see_help
    if re.fullmatch(r"missing argument 'SPEC.*'", text):
        do = FILE_NEEDED.get(command, SPEC_NEEDED)
        return text, do.format(path=path, rest=ALSO_NEEDED.get(command, "."))
    return text, see_help


def _nearest_option(option: str, text: str) -> str:
    """Return how to write the nearest of the options that the parser found; empty if none is near.

    Only the letters are compared: the parser also finds ``--quiet`` for ``--out``.
    """
    from cfstream.spec.wording import nearest

    found = re.findall(r"(?<=--)[\w-]+", text.removeprefix(f"no such option: {option}"))
    near = nearest(option.removeprefix("--"), found, alike=ALIKE)
    return f"write --{near}" if near else ""


def _path_of(given: Sequence[str]) -> str:
    """Return the program and the first command of the arguments, for an error that does not know it."""
    command = next((word for word in given if word in ENTRIES), "")
    return f"{PROGRAM} {command}".strip()
