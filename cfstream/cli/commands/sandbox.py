"""``cfstream sandbox``: a local AWS, one for each project.

``cfstream.sandbox.lifecycle`` starts and stops its process, and is imported only when a command runs.
"""

import contextlib
import json
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cfstream.cli.invocation import invocation_of
from cfstream.cli.options import Format, Yes
from cfstream.cli.parsing import Command, CommandGroup
from cfstream.cli.terminal import completion
from cfstream.cli.terminal.confirming import is_confirmed
from cfstream.cli.terminal.streams import Terminal
from cfstream.errors import CfstreamError, WrongUsage, why_unread
from cfstream.exit_codes import ExitCode

if TYPE_CHECKING:
    from cfstream.sandbox import Running

app = typer.Typer(
    cls=CommandGroup,
    name="sandbox",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="A local AWS without an account: CloudFront, S3, STS, ACM, Route 53, IAM and WAF. It keeps its state.\n\n"
    "Example: cfstream sandbox up",
)


Dir = Annotated[
    Path | None,
    typer.Option(
        "--dir",
        help="The sandbox's directory. Default: one for this project in your state directory.",
        metavar="DIR",
    ),
]
Port = Annotated[
    int,
    typer.Option(metavar="PORT", help="The port on 127.0.0.1; 0 for any free one.", min=0, max=65535),
]
As = Annotated[Format, typer.Option("--format", help="The output format.")]


@app.command(cls=Command)
def up(dir_: Dir = None, port: Port = 0, format_: As = Format.TEXT) -> None:
    """Start the sandbox, and print its variables.

    The environment variables are for aws and boto3. A project has one sandbox. If it is running, only prints the
    variables. S3 Control needs more: its clients put the account number before the endpoint's host name, and a
    handler must remove it.

    The same port answers viewers, by the Host header, as CloudFront does. A request counts as https unless it has
    "X-Forwarded-Proto: http". There is no RTMP server: a stream is at /cfx/st/<name>.

    Without --port, the sandbox uses the port that it had before, if it is free.

    Example: eval "$(cfstream sandbox up)" && aws s3 ls
    """
    from cfstream.sandbox import lifecycle

    with _own_errors():
        running = lifecycle.up(_home(dir_), port)
    print("Started the sandbox." if running.started else "The sandbox is already running.", file=sys.stderr)
    if format_ is Format.JSON:
        print(json.dumps({**_started(running), "exit_code": ExitCode.DONE}))
    else:
        print(_environment_lines(running))


@app.command(cls=Command)
def down(dir_: Dir = None) -> None:
    """Stop the sandbox. It keeps its state for the next start.

    Example: cfstream sandbox down
    """
    from cfstream.sandbox import lifecycle

    with _own_errors():
        ended = lifecycle.down(_home(dir_))
    print(
        f"Stopped the sandbox at {ended.endpoint_url}; its state is kept."
        if ended
        else "No sandbox is running here."
    )


@app.command(cls=Command)
def status(dir_: Dir = None, format_: As = Format.TEXT) -> None:
    """Show where the sandbox runs, its settings, and your other sandboxes. Exits with 1 if it is not running.

    Example: cfstream sandbox status --format json
    """
    from cfstream.sandbox import lifecycle

    with _own_errors():
        home = _home(dir_)
        running = lifecycle.status(home)
        settings = lifecycle.settings(home) if running else {}
        others = lifecycle.others(home)
    code = ExitCode.DONE if running else ExitCode.FAILED
    if format_ is Format.JSON:
        document = {
            "format_version": 1,
            "running": bool(running),
            "home": str(home),
            **_fields(running),
            "settings": settings,
            "others": [{**_fields(other), "project": project or None} for other, project in others],
        }
        print(json.dumps({**document, "exit_code": code}))
    elif running:
        print(f"The sandbox is running at {running.endpoint_url} (pid {running.pid}).\nIts state: {home}")
        print(_settings(settings))
    else:
        state = "is" if lifecycle.has_state(home) else "would be"
        print(f"No sandbox is running here.\nIts state {state} in {home}")
    if others and format_ is not Format.JSON:
        print("Other sandboxes are running:")
        print("\n".join(f"  {other.endpoint_url}  {project or other.home}" for other, project in others))
    raise typer.Exit(code)


@app.command(cls=Command)
def serve(dir_: Dir = None, port: Port = 0, format_: As = Format.TEXT) -> None:
    """Run the sandbox in the foreground, until Ctrl-C.

    Example: cfstream sandbox serve --port 5001
    """
    from cfstream.sandbox.__main__ import serve as serve_until_ended
    from cfstream.sandbox.state_directory import project_of

    with _own_errors():
        home = _home(dir_)
        serve_until_ended(home, port, partial(_print_address, format_), project_of(home, Path.cwd()))


@app.command("key-pair", cls=Command)
def key_pair(
    account: Annotated[
        str,
        typer.Argument(
            metavar="ACCOUNT|self",
            autocompletion=completion.signers,
            help="An account's number, or self.",
            show_default=False,
        ),
    ],
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The public half, in PEM.", show_default=False)
    ],
    dir_: Dir = None,
) -> None:
    """Give a trusted signer a CloudFront key pair, and print its id. An account has at most two.

    Example: cfstream sandbox key-pair self keys/signer.pub.pem
    """
    from cfstream.sandbox import lifecycle

    try:
        public_key = file.read_text()
    except UnicodeDecodeError:
        raise WrongUsage(f"{file} is not text", "name the PEM file of a public key") from None
    except OSError as error:
        raise WrongUsage(f"{file}: {why_unread(error)}", "name the PEM file of a public key") from None
    with _own_errors():
        print(lifecycle.register_key_pair(_home(dir_), account, public_key))


@app.command(cls=Command)
def reset(
    ctx: typer.Context,
    dir_: Dir = None,
    *,
    yes: Yes = False,
) -> None:
    """Delete everything in the sandbox, including its settings, whether it runs or not.

    Example: cfstream sandbox reset --yes
    """
    from cfstream.sandbox import lifecycle, state_directory

    home = _home(dir_)
    with _own_errors():
        state_directory.check(home)
    if not yes:
        _ask(home, invocation_of(ctx).terminal)
    with _own_errors():
        lifecycle.reset(home)
    print("The sandbox is empty.")


@app.command("set", cls=Command)
def set_(
    settings: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME=VALUE", help="Default: print all settings.", show_default=False),
    ] = None,
    dir_: Dir = None,
    format_: As = Format.TEXT,
) -> None:
    """Change how the sandbox behaves, or print its settings.

    Example: cfstream sandbox set deploy_after_seconds=10 stale_reads=1
    """
    from cfstream.sandbox import lifecycle

    wanted = dict(map(_setting, settings or []))
    with _own_errors():
        home = _home(dir_)
        now = lifecycle.change_settings(home, wanted) if wanted else lifecycle.settings(home)
    print(json.dumps(now) if format_ is Format.JSON else _settings(now))


def _ask(home: Path, terminal: Terminal) -> None:
    """Return if the answer is ``yes``. Raises WrongUsage without a terminal, or CfstreamError."""
    before = f"This deletes everything in the sandbox in {home}. "
    do = "add --yes to confirm"
    if not is_confirmed("delete it", terminal, command="sandbox reset", do=do, before=before):
        raise CfstreamError("nothing was deleted: the answer was not yes")


def _home(given: Path | None) -> Path:
    from cfstream.sandbox import state_directory

    return given.expanduser().resolve() if given else state_directory.find(Path.cwd())


@contextlib.contextmanager
def _own_errors() -> Iterator[None]:
    """Translate errors of the sandbox, which does not import those of cfstream."""
    from cfstream.sandbox import MissingExtra, SandboxError, WrongSetting

    try:
        yield
    except (MissingExtra, WrongSetting) as wrong:
        raise WrongUsage(wrong.what, wrong.do) from wrong
    except SandboxError as failed:
        raise CfstreamError(failed.what, failed.do) from failed


def _setting(written: str) -> tuple[str, Any]:
    name, equals, value = written.partition("=")
    if not equals:
        raise WrongUsage(
            f'"{written}" is not a setting: settings have the form NAME=VALUE',
            "write one like deploy_after_reads=3",
        )
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _environment(running: "Running") -> dict[str, str]:
    # boto3 reads AWS_DEFAULT_REGION, other SDKs read AWS_REGION.
    return {
        "AWS_ENDPOINT_URL": running.endpoint_url,
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "CFSTREAM_EDGE_URL": running.edge_url,
    }


def _fields(running: "Running | None") -> dict[str, Any]:
    if running is None:
        return {}
    return {"endpoint_url": running.endpoint_url, "edge_url": running.edge_url, "pid": running.pid}


def _print_address(format_: Format, running: "Running") -> None:
    """Print where the sandbox is. JSON has no exit code: the command still runs."""
    shown = json.dumps(_started(running)) if format_ is Format.JSON else _environment_lines(running)
    print(shown, flush=True)


def _started(running: "Running") -> dict[str, Any]:
    """Return where the sandbox is, for programs."""
    return {
        "format_version": 1,
        **_fields(running),
        "started": running.started,
        "home": str(running.home),
        "environment": _environment(running),
    }


def _environment_lines(running: "Running") -> str:
    """Return where the sandbox is, as lines that a shell can evaluate."""
    return "\n".join(
        [
            *(f"export {name}={value}" for name, value in _environment(running).items()),
            "# From Python, without the variables:",
            '#   sandbox = boto3.Session("sandbox", "sandbox", region_name="us-east-1")',
            f'#   s3 = sandbox.client("s3", endpoint_url="{running.endpoint_url}")',
            "# What viewers of d123.cloudfront.net get (a cname works as the Host header):",
            f"#   curl -i http://d123.cloudfront.localhost:{running.port}/key",
        ]
    )


def _settings(settings: dict[str, Any]) -> str:
    width = max(map(len, settings), default=0)
    return "\n".join(f"  {name:<{width}}  {json.dumps(value)}" for name, value in sorted(settings.items()))
