"""`cfstream import`: writes specs of one live distribution, or of all in an account."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cfstream.cli.arguments import beside_specs
from cfstream.cli.invocation import Invocation, invocation_of
from cfstream.cli.options import Format
from cfstream.cli.terminal import completion
from cfstream.errors import WrongUsage
from cfstream.exit_codes import ExitCode

if TYPE_CHECKING:
    from cfstream.adoption import Imported
    from cfstream.use_cases.imports import Imports


def import_(
    ctx: typer.Context,
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="ID|ARN|DOMAIN|CNAME",
            help="The distribution, http or rtmp; with --from-terraform also its address there.",
        ),
    ] = None,
    *,
    out: Annotated[
        str | None,
        typer.Option("--out", metavar="FILE", help="Write the spec there. Default: standard output."),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(
            "--name", metavar="NAME", help="The stack's name. Default: taken from a cname or the comment."
        ),
    ] = None,
    folder: Annotated[
        str | None,
        typer.Option(
            "--all",
            metavar="DIR",
            help="Write a spec of each distribution of the account that has no stack yet to this directory.",
        ),
    ] = None,
    from_terraform: Annotated[
        str | None,
        typer.Option(
            "--from-terraform",
            metavar="FILE",
            autocompletion=completion.states,
            help="Import the distribution in this Terraform state, and list what belongs to it; - for standard "
            "input.",
        ),
    ] = None,
    specs: Annotated[
        list[str] | None,
        beside_specs(
            "With --all: leave out the distributions that the specs in this directory or file adopt. May be "
            "repeated."
        ),
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="The output format.")] = Format.TEXT,
) -> None:
    """Write a commented spec of a live distribution. Its plan is empty. Changes nothing in AWS.

    The spec has the settings that a plan would compare, and identifies the distribution. Comments list the settings
    that a spec cannot express, which cfstream does not change. Existing files are never overwritten: with
    --all, a file that already describes a distribution is left as it is.

    --all leaves out distributions that a stack manages. It also finds specs in the working directory and in the
    directories in that. Name other directories with specs by --spec.

    --from-terraform reads a state file, or the output of terraform show -json. It lists what else in the state belongs
    to the distribution, with the commands that remove it from the state. The state is not changed.

    Examples: cfstream import media.example.com --out lectures.yaml

              cfstream import --all specs --spec ../team/specs

              cfstream import --from-terraform terraform.tfstate --out lectures.yaml
    """
    named = target is not None or from_terraform is not None
    if (target is not None and folder is not None) or (not named and folder is None):
        do = "write one of: cfstream import E1UGDLB9XZBD79, cfstream import --all specs"
        raise WrongUsage("import needs a distribution, or --all and a directory", do)
    if folder is not None and (out or name):
        flag = "--out" if out else "--name"
        raise WrongUsage(f"--all and {flag} exclude each other", f"remove {flag}: each spec gets its own")
    if specs and (folder is None or from_terraform is not None):
        raise WrongUsage("--spec needs --all, without --from-terraform", "remove --spec")
    run = invocation_of(ctx)
    if folder is not None:
        _all(Path(folder), from_terraform, specs or (), output, run)
        return
    from cfstream.use_cases.imports import import_distribution

    file = Path(out) if out else None
    found = import_distribution(target, run.connection, name=name, out=file, from_terraform=from_terraform)
    _print_one(found, file, output, run)


def _print_one(found: "Imports", out: Path | None, output: Format, run: Invocation) -> None:
    (imported,) = found.distributions
    if output is Format.JSON:
        _print(found, output, run, ExitCode.DONE)
    elif out is None:
        run.terminal.say(imported.text)
    else:
        run.terminal.say(f"wrote {out}\n")
    if output is Format.TEXT:
        _print_notes(imported, run)
        _print_removals(found, run)
        if out is None and sys.stdout.isatty():
            from cfstream.use_cases.spec_file import free_file

            flags = run.connection.flags()
            command = f"cfstream import {imported.row.id} --out {free_file(imported.name)}{flags}"
            run.terminal.note(f"Nothing was written. To write the spec: {command}\n")


def _all(
    folder: Path, from_terraform: str | None, specs: Sequence[str], output: Format, run: Invocation
) -> None:
    from cfstream.render.adoption import managed_text
    from cfstream.render.flow import printable
    from cfstream.use_cases.imports import import_account
    from cfstream.use_cases.spec_file import free_file

    def report(each: "Imported") -> None:
        run.terminal.note(printable(f"read {each.row.id}") + "\n")

    found = import_account(folder, run.connection, report, from_terraform=from_terraform, specs=specs)
    code = ExitCode.USAGE if found.missing else ExitCode.DONE
    _print(found, output, run, code)
    if output is Format.TEXT:
        color, width = run.terminal.colored(sys.stderr), run.terminal.width(sys.stderr)
        run.terminal.note(managed_text(found, run.connection.flags(), free_file, color=color, width=width))
        _print_removals(found, run)
        if (
            not specs
            and not from_terraform
            and any(each.text and not each.kept for each in found.distributions)
        ):
            run.terminal.note("note: if other directories have specs, name them with --spec\n")
    raise typer.Exit(code)


def _print(found: "Imports", output: Format, run: Invocation, code: ExitCode) -> None:
    from cfstream.render.adoption import import_document, import_text
    from cfstream.render.document import answer

    if output is Format.JSON:
        run.terminal.say(answer(import_document(found), code))
    else:
        color, width = run.terminal.colored(sys.stdout), run.terminal.width()
        run.terminal.say(import_text(found.account, found.distributions, color=color, width=width))


def _print_notes(imported: "Imported", run: Invocation) -> None:
    """Print the notices on stderr, even if the spec goes to a file or a pipe."""
    from cfstream.render.adoption import notices_text

    color, width = run.terminal.colored(sys.stderr), run.terminal.width(sys.stderr)
    text = notices_text(imported, color=color, width=width)
    if imported.pending:
        run.terminal.tell(text)
    else:
        run.terminal.note(text)


def _print_removals(found: "Imports", run: Invocation) -> None:
    """Print on stderr what Terraform must forget, if its state named the distributions."""
    from cfstream.render.terraform import removals_text

    if found.state is not None:
        color, width = run.terminal.colored(sys.stderr), run.terminal.width()
        run.terminal.note(removals_text(found.state, found.distributions, color=color, width=width))
