"""`cfstream migrate`: edits a spec from older features of CloudFront to the current ones."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from cfstream.cli.arguments import specs_argument
from cfstream.cli.invocation import invocation_of
from cfstream.cli.options import Format
from cfstream.cli.pasting import command
from cfstream.cli.terminal import completion
from cfstream.cli.terminal.streams import Terminal
from cfstream.errors import WrongUsage, why_unread
from cfstream.exit_codes import ExitCode
from cfstream.migration.advice import Target


def migrate(
    ctx: typer.Context,
    specs: Annotated[
        list[str],
        specs_argument("SPEC...", "The spec to edit; with --check also directories."),
    ],
    *,
    to: Annotated[
        list[Target] | None,
        typer.Option("--to", metavar="TARGET", help=f"{', '.join(Target)}. May be repeated, except http."),
    ] = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Show what each spec should migrate to. Exit with 3 if any should."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the edit, and write nothing.")] = False,
    stack: Annotated[
        str | None,
        typer.Option(
            "--stack",
            metavar="NAME",
            autocompletion=completion.stacks,
            help="The stack to migrate, if the file has several.",
        ),
    ] = None,
    key_name: Annotated[
        str | None,
        typer.Option("--key-name", metavar="NAME", help="key-groups: create a key pair with this name."),
    ] = None,
    public_key: Annotated[
        str | None,
        typer.Option(
            "--public-key",
            metavar="FILE",
            autocompletion=completion.public_keys,
            help="key-groups: an existing public key.",
        ),
    ] = None,
    group: Annotated[
        str | None,
        typer.Option("--group", metavar="NAME", help="key-groups: its name. Default: STACK-signers."),
    ] = None,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="http: the new spec. Default: SPEC-http.yaml.")
    ] = None,
    urls: Annotated[
        str | None,
        typer.Option("--urls", metavar="FILE", help="http: players' URLs to map, one per line; - is stdin."),
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="The output format.")] = Format.TEXT,
) -> None:
    r"""Edit a spec to replace an older feature of CloudFront, keeping its comments; then run apply.

    \b
    oac            an origin access control instead of an identity or no signature
    bucket-policy  one statement instead of a grant on each object
    key-groups     your own keys instead of trusted signers
    http           a new stack beside an rtmp one; the next run moves the names

    Example: cfstream migrate lectures.yaml --to oac
    """
    from cfstream.render.document import answer
    from cfstream.render.migration import migration_document, migration_text
    from cfstream.use_cases.migration import MigrationRequest
    from cfstream.use_cases.migration import migrate as migrated

    run = invocation_of(ctx)
    terminal = run.terminal
    given = {
        Target.KEY_GROUPS: {"--key-name": key_name, "--public-key": public_key, "--group": group},
        Target.HTTP: {"--out": out, "--urls": urls},
    }
    _refuse_strays(to or [], given)
    if check:
        raise typer.Exit(_advise(specs, output, terminal))
    request = MigrationRequest(
        _only(specs), _targets(to, specs), stack, dry_run, key_name, public_key, group, out, _lines(urls)
    )
    done = migrated(request)
    for notice in done.notices:
        terminal.notice(notice)
    flags = run.connection.flags()
    terminal.say(
        answer(migration_document(done, flags), ExitCode.DONE)
        if output is Format.JSON
        else migration_text(done, flags, color=terminal.colored(sys.stdout), width=terminal.width())
    )


def _advise(specs: list[str], output: Format, terminal: Terminal) -> ExitCode:
    """Print what each spec should migrate to, and return the exit code."""
    from cfstream.render.advice import advice_document, advice_text
    from cfstream.render.document import answer
    from cfstream.use_cases.migration import advised

    found = advised(specs)
    code = ExitCode.PENDING if any(each.advice for each in found) else ExitCode.DONE
    terminal.say(
        answer(advice_document(found), code)
        if output is Format.JSON
        else advice_text(found, color=terminal.colored(sys.stdout), width=terminal.width())
    )
    return code


def _refuse_strays(to: list[Target], given: Mapping[Target, Mapping[str, str | None]]) -> None:
    """Raise WrongUsage for a flag of a target that --to does not name."""
    for target, flags in given.items():
        stray = next((flag for flag, value in flags.items() if value is not None), None)
        if stray and target not in to:
            raise WrongUsage(f"{stray} needs --to {target}", f"remove it, or add --to {target}")


def _only(specs: list[str]) -> str:
    if len(specs) > 1:
        raise WrongUsage(
            "only one spec can be edited at a time", "name one file, or run the command for each file"
        )
    return specs[0]


def _targets(to: list[Target] | None, specs: list[str]) -> tuple[Target, ...]:
    """Return the targets, each once. Raises WrongUsage if there are none, or for http with others."""
    targets = tuple(dict.fromkeys(to or ()))
    if not targets:
        raise WrongUsage(
            f"--to is missing: use one of {', '.join(Target)}",
            f"to see what each spec should migrate to, run: {command(['cfstream', 'migrate', *specs, '--check'])}",
        )
    if Target.HTTP in targets and len(targets) > 1:
        raise WrongUsage(
            "--to http excludes other targets: it writes a new spec", "migrate the new spec afterwards"
        )
    return targets


def _lines(file: str | None) -> tuple[str, ...]:
    """Return the non-empty lines of a file, or of standard input for ``-``."""
    if file is None:
        return ()
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8", "replace")
    except (OSError, ValueError) as error:
        raise WrongUsage(
            f"{file}: {why_unread(error)}", "name another file, or - for standard input"
        ) from error
    return tuple(line for line in text.splitlines() if line.strip())
