"""The program: the flags that all commands take, and the one place where errors become exit codes."""

import errno
import gc
import re
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from typer.exceptions import TyperException
from typer.main import get_command

import cfstream
from cfstream.cli.invocation import Invocation, invocation_of
from cfstream.cli.parsing import Commands, verbatim_examples
from cfstream.cli.table import PROGRAM
from cfstream.cli.terminal import streams
from cfstream.cli.terminal.streams import Terminal
from cfstream.errors import CfstreamError, Interrupted, WrongUsage
from cfstream.exit_codes import ExitCode, of_error

LASTING_OBJECTS = 200_000
"""More than imports and AWS's models make. Who makes so many again has them looked through as ever."""


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
        str | None, typer.Option("--profile", metavar="NAME", help="The AWS profile; default AWS_PROFILE.")
    ] = None,
    region: Annotated[
        str | None, typer.Option("--region", metavar="NAME", help="The region of buckets.")
    ] = None,
    endpoint_url: Annotated[
        str | None, typer.Option("--endpoint-url", metavar="URL", help="Speak to this instead of to Amazon.")
    ] = None,
    edge_url: Annotated[
        str | None,
        typer.Option("--edge-url", metavar="URL", help="Send viewers' requests here: verify, apply."),
    ] = None,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Use the AWS on this machine, and start it if need be.")
    ] = False,
    verbose: Annotated[
        int,
        typer.Option(
            "--verbose", "-v", count=True, show_default=False, help="Log each call to AWS; -vv all there is."
        ),
    ] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Results and errors only.")] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="No colours; the same as NO_COLOR=1.")] = False,
    version: Annotated[  # noqa: ARG001 (its callback has done all)
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Private video on Amazon CloudFront as one checked-in YAML file.

    Write a spec, read the plan, apply it:

        cfstream init lectures
        cfstream plan lectures.yaml
        cfstream apply lectures.yaml

    Options before the command's name may also stand after it. With --sandbox no AWS account is needed.
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
    """Runs the program with these arguments (default: those of the process) and returns its exit code."""
    if arguments is not None:
        return _guarded(arguments)
    # The process is ours. Nearly all that it makes stays to its end, so looking through it for garbage time and
    # again, and once more at the end, took a quarter of a plan's time and found nothing.
    gc.set_threshold(LASTING_OBJECTS)
    code = _guarded(None)
    gc.freeze()
    return code


def _guarded(arguments: Sequence[str] | None) -> int:
    """Return the exit code of a run, whatever was raised in it."""
    streams.make_tolerant()
    invocation = Invocation()
    terminal = invocation.terminal
    try:
        code = _run(arguments, invocation)
    except CfstreamError as error:
        _trace(terminal)
        terminal.complain(error)
        code = of_error(error)
    except TyperException as refusal:
        code = _refuse(refusal, terminal)
    except (KeyboardInterrupt, typer.Abort):
        terminal.complain(Interrupted("interrupted"))
        code = ExitCode.INTERRUPTED
    except OSError as error:
        _trace(terminal)
        terminal.complain(_of_system(error))
        code = ExitCode.FAILED
    except Exception as bug:
        _trace(terminal)
        terminal.complain(
            CfstreamError(
                f"cfstream itself failed: {type(bug).__name__}: {bug}",
                "this is a bug: run the command again with -vv, and report the output",
            )
        )
        code = ExitCode.FAILED
    return _flushed(code, terminal)


def _run(arguments: Sequence[str] | None, invocation: Invocation) -> int:
    """Return the exit code of a run in which nothing was raised: that of typer.Exit or of the command, else 0."""
    program = get_command(app)
    program.help = verbatim_examples(program.help or "")
    result = program.main(args=arguments, prog_name=PROGRAM, standalone_mode=False, obj=invocation)
    return int(result) if isinstance(result, int) else ExitCode.DONE


_REMEDIES = {
    errno.EEXIST: "something of that name is there already: move it away, or name another place",
    errno.ENOTDIR: "a part of that path is a file and no folder: move it away, or name another place",
    errno.EISDIR: "that is a folder: name a file",
    errno.EROFS: "nothing can be written there: name a place on another file system",
    errno.ENOSPC: "make room there, or name another place, and run it again",
}
"""What helps against what a system refuses, by its number (POSIX errno.h)."""


def _of_system(error: OSError) -> CfstreamError:
    """What the system refused, where nobody nearer to it knew better."""
    if error.filename:
        do = _REMEDIES.get(
            error.errno or 0, "see that its folder is there, and that you may read and write in it"
        )
        return CfstreamError(f"{error.filename}: {error.strerror}", do)
    if isinstance(error, FileNotFoundError):  # os.getcwd names no file
        return CfstreamError("the working directory does not exist any more", "change to one that exists")
    return CfstreamError(error.strerror or str(error))


def _refuse(refusal: TyperException, terminal: Terminal) -> ExitCode:
    """Says what the parser said in the words of all other errors; a group named alone is asked for its help."""
    message = refusal.format_message()
    if message.startswith("Usage: "):
        terminal.say(message + "\n")
        return ExitCode.DONE
    said = re.sub(r"^Invalid value for '(.+?)': (?:Value error, )?", r"\1: ", message).rstrip(".")
    ctx = getattr(refusal, "ctx", None)
    path = ctx.command_path if ctx else PROGRAM
    terminal.complain(WrongUsage(said[:1].lower() + said[1:], f"see: {path} --help"))
    return ExitCode.USAGE


def _trace(terminal: Terminal) -> None:
    """The traceback of what is being handled, for those who asked with -vv."""
    if terminal.verbosity > 1:
        import logging

        logging.getLogger(PROGRAM).debug("the traceback:", exc_info=True)


def _flushed(code: int, terminal: Terminal) -> int:
    """The exit code once stdout is written out; a result that could not be written is a failure."""
    if sys.stdout is None:
        return code
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        streams.hush(sys.stdout)
    except OSError as error:
        streams.hush(sys.stdout)
        terminal.complain(streams.unwritten(error))
        return code or ExitCode.FAILED
    return code
