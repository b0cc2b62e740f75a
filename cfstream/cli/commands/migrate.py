"""`cfstream migrate`: from the older ways of CloudFront to today's, as an edit of the spec."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from cfstream.cli import connection
from cfstream.cli.exit_codes import ExitCode
from cfstream.cli.options import Format
from cfstream.cli.terminal import streams
from cfstream.errors import WrongUsage
from cfstream.migration.advice import Target


def migrate(
    specs: Annotated[
        list[str],
        typer.Argument(
            metavar="SPEC...", help="The one spec to edit; with --check also folders.", show_default=False
        ),
    ],
    *,
    to: Annotated[
        list[Target] | None,
        typer.Option("--to", metavar="WAY", help=f"{', '.join(Target)}. May be given again, but for http."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Say what each spec should migrate to. Exit with 3 if any should.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the edit, and write nothing.")] = False,
    stack: Annotated[
        str | None,
        typer.Option("--stack", metavar="NAME", help="The stack to migrate, of several in the file."),
    ] = None,
    key_name: Annotated[
        str | None,
        typer.Option("--key-name", metavar="NAME", help="key-groups: make a key pair of this name."),
    ] = None,
    public_key: Annotated[
        str | None, typer.Option("--public-key", metavar="FILE", help="key-groups: the key that signs.")
    ] = None,
    group: Annotated[
        str | None,
        typer.Option("--group", metavar="NAME", help="key-groups: its name. Absent: STACK-signers."),
    ] = None,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="http: the new spec. Absent: SPEC-http.yaml.")
    ] = None,
    urls: Annotated[
        str | None,
        typer.Option(
            "--urls", metavar="FILE", help="http: players' URLs, one a line, to be mapped; - is stdin."
        ),
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.TEXT,
) -> None:
    """Edit a spec from an older way of CloudFront to today's, keeping its comments; apply then does it in stages.

    oac: an origin access control in place of an identity, or of none. bucket-policy: one statement in place of a
    grant on each object. key-groups: keys of yours in place of trusted signers. http: a stack beside an rtmp one,
    and at the next run its host names.

    Example: cfstream migrate lectures.yaml --to oac
    """
    from cfstream.cli.migrating import Asked, advised, edit_spec
    from cfstream.cli.migrating_http import migrate_to_http
    from cfstream.render.advice import advice_document, advice_text
    from cfstream.render.json import as_text
    from cfstream.render.migration import migration_document, migration_text

    color, width = streams.colored(sys.stdout), streams.width()
    given = {
        Target.KEY_GROUPS: {"--key-name": key_name, "--public-key": public_key, "--group": group},
        Target.HTTP: {"--out": out, "--urls": urls},
    }
    _refuse_strays(to or [], given)
    if check:
        found = advised(specs)
        streams.say(
            as_text(advice_document(found))
            if output is Format.JSON
            else advice_text(found, color=color, width=width)
        )
        raise typer.Exit(ExitCode.PENDING if any(each.advice for each in found) else ExitCode.DONE)
    asked = Asked(_only(specs), _targets(to), stack, dry_run, key_name, public_key, group, out, _lines(urls))
    done = migrate_to_http(asked) if Target.HTTP in asked.to else edit_spec(asked)
    flags = connection.current().flags()
    document = output is Format.JSON
    streams.say(
        as_text(migration_document(done, flags))
        if document
        else migration_text(done, flags, color=color, width=width)
    )


def _refuse_strays(to: list[Target], given: Mapping[Target, Mapping[str, str | None]]) -> None:
    """Returns when each flag that was given has something to say. Raises WrongUsage for one that does not."""
    for target, flags in given.items():
        stray = next((flag for flag, value in flags.items() if value is not None), None)
        if stray and target not in to:
            raise WrongUsage(f"{stray} is for --to {target}", f"leave it out, or add --to {target}")


def _only(specs: list[str]) -> str:
    if len(specs) > 1:
        raise WrongUsage("one spec is edited at a time", "name one file, or run it once for each")
    return specs[0]


def _targets(to: list[Target] | None) -> tuple[Target, ...]:
    """What to change to, each once. Raises WrongUsage for nothing, and for http among others."""
    targets = tuple(dict.fromkeys(to or ()))
    if not targets:
        raise WrongUsage(
            f"nothing says what to change to: --to is one of {', '.join(Target)}",
            "cfstream migrate --check says what each spec should change to, and why",
        )
    if Target.HTTP in targets and len(targets) > 1:
        raise WrongUsage("--to http makes a spec of its own", "migrate that one to the others afterwards")
    return targets


def _lines(file: str | None) -> tuple[str, ...]:
    """The lines of a file that say something, or of standard input for ``-``."""
    if file is None:
        return ()
    text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
    return tuple(line for line in text.splitlines() if line.strip())
