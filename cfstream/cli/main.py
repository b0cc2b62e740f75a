"""The program: the flags of all commands, and the translation of errors to exit codes."""

import errno
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from typer.exceptions import TyperException
from typer.main import get_command

import cfstream
from cfstream import ending_signals
from cfstream.cli.invocation import Invocation, invocation_of
from cfstream.cli.parsing import Commands, format_of, leave_values, verbatim_examples, with_format_last
from cfstream.cli.pasting import repeat_flags
from cfstream.cli.refusals import refused
from cfstream.cli.table import PROGRAM
from cfstream.cli.terminal import completion, streams
from cfstream.cli.terminal.streams import Terminal
from cfstream.errors import CfstreamError, Interrupted, SpecProblems, reason_of
from cfstream.exit_codes import ExitCode, of_error


def _print_version(asked: bool) -> None:
    if asked:
        Terminal().say(f"{PROGRAM} {cfstream.__version__}\n")
        raise typer.Exit


app = typer.Typer(
    cls=Commands,
    rich_markup_mode=None,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "terminal_width": max(40, min(streams.width(), 100)),
    },
)


@app.callback(invoke_without_command=True)
def everywhere(
    ctx: typer.Context,
    *,
    profile: Annotated[
        str | None,
        typer.Option(
            "--profile",
            metavar="NAME",
            autocompletion=completion.profiles,
            help="The AWS profile. Default: AWS_PROFILE.",
        ),
    ] = None,
    region: Annotated[
        str | None,
        typer.Option(
            "--region",
            metavar="NAME",
            autocompletion=completion.regions,
            help="The AWS region: where new buckets are created.",
        ),
    ] = None,
    endpoint_url: Annotated[
        str | None,
        typer.Option("--endpoint-url", metavar="URL", help="Use this endpoint instead of Amazon's."),
    ] = None,
    edge_url: Annotated[
        str | None,
        typer.Option("--edge-url", metavar="URL", help="Send viewers' requests here (verify, apply)."),
    ] = None,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Use the local AWS; start it if needed.")
    ] = False,
    verbose: Annotated[
        int,
        typer.Option(
            "--verbose",
            "-v",
            count=True,
            show_default=False,
            help="Log each call to AWS; -vv logs everything.",
        ),
    ] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Results and errors only.")] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="No colours, like NO_COLOR=1.")] = False,
    version: Annotated[  # noqa: ARG001 (its callback does everything)
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Private video on Amazon CloudFront as one checked-in YAML file.

    Write a spec, read the plan, apply it:

        cfstream init lectures
        cfstream plan lectures.yaml
        cfstream apply lectures.yaml

    These options can also follow the command's name. With --sandbox you need no AWS account.
    """
    invocation = invocation_of(ctx)
    for flag, value in {
        "profile": profile,
        "region": region,
        "endpoint_url": endpoint_url,
        "edge_url": edge_url,
        "sandbox": sandbox,
        "verbose": verbose,
        "quiet": quiet,
        "no_color": no_color,
    }.items():
        invocation.take(flag, value)
    if ctx.invoked_subcommand is None:
        invocation.terminal.say(ctx.get_help() + "\n")


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the program with these arguments, or those of the process, and return its exit code."""
    if arguments is not None:
        return _guarded(arguments)
    ending_signals.end_as_by_ctrl_c()
    return _guarded(None)


def _guarded(arguments: Sequence[str] | None) -> int:
    """Return the exit code of a run. All exceptions become exit codes."""
    streams.make_tolerant()
    given = list(sys.argv[1:] if arguments is None else arguments)
    invocation = Invocation(given=tuple(given))
    terminal = invocation.terminal
    error: CfstreamError | None = None
    try:
        code = _run(given, invocation)
    except CfstreamError as raised:
        _trace(terminal)
        error, code = raised, of_error(raised)
    except TyperException as refusal:
        error, code = refused(refusal, given), ExitCode.USAGE
        if error is None:
            terminal.say(f"{refusal.format_message()}\n")
            code = ExitCode.DONE
    except (KeyboardInterrupt, typer.Abort):
        error, code = Interrupted("interrupted"), ExitCode.INTERRUPTED
    except OSError as raised:
        _trace(terminal)
        error, code = _of_system(raised), ExitCode.FAILED
    except Exception as bug:
        _trace(terminal)
        error, code = _of_bug(bug), ExitCode.FAILED
    if error is not None:
        if isinstance(error, SpecProblems):
            invocation.go_on(error)
        repeat_flags(error, invocation.connection.flags())
        terminal.error(error)
        _answer(error, code, format_of(given), terminal)
    return _flushed(code, terminal)


HELP_COLUMNS = 80
"""The widest help."""


def _run(arguments: Sequence[str], invocation: Invocation) -> int:
    """Return the exit code of a run without an exception: that of typer.Exit or of the command, or 0."""
    program = get_command(app)
    program.help = verbatim_examples(program.help or "")
    completion.describe(program.params)
    if completion.is_requested():
        leave_values(program)
    ordered = with_format_last(arguments, program.params)
    width = min(invocation.terminal.width(), HELP_COLUMNS) - 2  # typer would write at least 50 columns
    result = program.main(
        args=ordered, prog_name=PROGRAM, standalone_mode=False, obj=invocation, terminal_width=width
    )
    return int(result) if isinstance(result, int) else ExitCode.DONE


def _answer(error: CfstreamError, code: int, output: str | None, terminal: Terminal) -> None:
    """Print the error as a document for programs, unless the command has printed its own."""
    if terminal.answered and output == "json":
        return
    from cfstream.render.errors import error_document

    if output == "json":
        from cfstream.render.document import as_text

        terminal.say(as_text(error_document(error, code)))
    elif output == "ndjson":
        from cfstream.aws.clock import SystemClock
        from cfstream.cli.terminal.events import Events

        Events(terminal, SystemClock().now).say({"event": "failed", **error_document(error, code)})


def _of_bug(bug: Exception) -> CfstreamError:
    return CfstreamError(
        f"internal error: {type(bug).__name__}: {bug}",
        "this is a bug: run the command again with -vv, and report the output",
    )


_REMEDIES = {
    errno.EEXIST: "the file exists: move it, or choose another name",
    errno.ENOTDIR: "a part of this path is a file, not a directory: move it, or choose another path",
    errno.EISDIR: "this is a directory: name a file",
    errno.EROFS: "the file system is read-only: choose a path on another one",
    errno.ENOSPC: "free some space, or choose another path, and run the command again",
}
"""The fixes for system errors, by number (POSIX errno.h)."""


def _of_system(error: OSError) -> CfstreamError:
    """Return a system error that no command has translated as a CfstreamError."""
    if error.filename:
        do = _REMEDIES.get(
            error.errno or 0, "check that its directory exists, and that you can read and write there"
        )
        return CfstreamError(f"{error.filename}: {reason_of(error)}", do)
    if isinstance(error, FileNotFoundError):  # os.getcwd names no file
        return CfstreamError("the working directory no longer exists", "change to an existing directory")
    return CfstreamError(reason_of(error))


def _trace(terminal: Terminal) -> None:
    """Log the traceback of the current exception, with -vv."""
    if terminal.verbosity > 1:
        import logging

        logging.getLogger(PROGRAM).debug("the traceback:", exc_info=True)


def _flushed(code: int, terminal: Terminal) -> int:
    """Return the exit code after stdout is flushed. It is a failure if the result could not be written."""
    if sys.stdout is None:
        return code
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        streams.discard(sys.stdout)
    except OSError as error:
        streams.discard(sys.stdout)
        terminal.error(streams.unwritten(error))
        return code or ExitCode.FAILED
    return code
