"""What ``cfstream doctor`` looks at on this machine: versions, extras, git, the terminal, the sandbox."""

import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from cfstream import __version__
from cfstream.cli import connection
from cfstream.cli.terminal import streams
from cfstream.render.checkup import Check, State
from cfstream.sandbox import EXTRA

BOTO3 = (1, 44)
"""What pyproject.toml asks for: an older model drops fields of a config that it does not know."""

EXTRAS = {"sandbox": ("moto", EXTRA), "fast": ("awscrt", "pip install 'cfstream[fast]'")}


def machine_checks() -> Iterator[Check]:
    """Everything that can be known without asking AWS."""
    on = f"Python {platform.python_version()} on {platform.system() or 'an unknown system'}"
    yield Check("cfstream", State.WELL, f"{__version__}, {on}")
    yield _libraries()
    yield from map(_extra, EXTRAS)
    yield _git()
    yield _terminal()
    yield _sandbox()


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _libraries() -> Check:
    found = {name: _version(name) for name in ("boto3", "botocore", "pydantic", "cryptography")}
    told = ", ".join(f"{name} {version or 'is not there'}" for name, version in found.items())
    numbers = [int(part) for part in found["boto3"].split(".")[:2] if part.isdigit()]
    old = tuple(numbers) < BOTO3 or not all(found.values())
    do = "pip install --upgrade cfstream: an older boto3 drops fields of a config that it does not know"
    return Check("libraries", State.BAD if old else State.WELL, told, do if old else "")


def _extra(name: str) -> Check:
    package, do = EXTRAS[name]
    version = _version(package)
    if version:
        return Check(f"extra {name}", State.WELL, f"{package} {version}")
    return Check(f"extra {name}", State.NOTE, f"{package} is not installed", do)


def _git() -> Check:
    try:
        ran = subprocess.run(
            ["git", "--version"],  # noqa: S607 (the git of whoever runs this)
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return Check(
            "git", State.NOTE, "git could not be run", "install git: cfstream diff reads old specs by it"
        )
    return Check("git", State.WELL, ran.stdout.strip().removeprefix("git version "))


def _terminal() -> Check:
    encoding = getattr(sys.stdout, "encoding", None) or "no encoding"
    if streams.colored(sys.stdout):
        colors = "in colours"
    elif connection.current().color is False or os.environ.get("NO_COLOR"):
        colors = "no colours, as asked"
    elif sys.stdout is not None and sys.stdout.isatty():
        colors = f"no colours: TERM is {os.environ.get('TERM', '') or 'empty'}"
    else:
        colors = "no colours: it is not a terminal"
    return Check("output", State.WELL, f"{encoding}, {streams.width()} columns, {colors}")


def _sandbox() -> Check:
    from cfstream.sandbox import SandboxError, homes, lifecycle

    try:
        running = lifecycle.status(homes.find(Path.cwd()))
    except SandboxError as refused:
        return Check("sandbox", State.NOTE, refused.what, refused.do)
    told = f"runs at {running.endpoint_url}" if running else "does not run; --sandbox starts it"
    return Check("sandbox", State.WELL, told)
