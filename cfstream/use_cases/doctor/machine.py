"""Checks of this machine: versions, extras, git, the sandbox."""

import platform
import subprocess
from collections.abc import Iterator
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from cfstream import __version__
from cfstream.installation import EXTRAS, has_extra, install_command, update_command
from cfstream.use_cases.doctor.check import DoctorCheck, State

BOTO3 = (1, 44)
"""The minimum in pyproject.toml: an older model drops fields of a config that it does not know."""


def machine_checks() -> Iterator[DoctorCheck]:
    """Yield every check that does not need AWS."""
    on = f"Python {platform.python_version()} on {platform.system() or 'an unknown system'}"
    yield DoctorCheck("cfstream", State.WELL, f"{__version__}, {on}")
    yield _libraries()
    yield from map(_extra, EXTRAS)
    yield _git()
    yield _sandbox()


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _libraries() -> DoctorCheck:
    found = {name: _version(name) for name in ("boto3", "botocore", "pydantic", "cryptography")}
    text = ", ".join(f"{name} {version or 'is not installed'}" for name, version in found.items())
    numbers = [int(part) for part in found["boto3"].split(".")[:2] if part.isdigit()]
    old = tuple(numbers) < BOTO3 or not all(found.values())
    if not old:
        return DoctorCheck("libraries", State.WELL, text)
    do = f"{update_command('boto3')}: an older boto3 drops fields of a config that it does not know"
    return DoctorCheck("libraries", State.BAD, text, do)


def _extra(name: str) -> DoctorCheck:
    package = EXTRAS[name][0]
    if has_extra(name):
        return DoctorCheck(f"extra {name}", State.WELL, f"{package} {_version(package)}")
    missing = next(module for module in EXTRAS[name] if not find_spec(module))
    return DoctorCheck(f"extra {name}", State.NOTE, f"{missing} is not installed", install_command(name))


def _git() -> DoctorCheck:
    try:
        result = subprocess.run(
            ["git", "--version"],  # noqa: S607 (the user's git)
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return DoctorCheck(
            "git", State.NOTE, "git could not be run", "install git: cfstream diff reads old specs with it"
        )
    return DoctorCheck("git", State.WELL, result.stdout.strip().removeprefix("git version "))


def _sandbox() -> DoctorCheck:
    from cfstream.sandbox import SandboxError, lifecycle, state_directory

    try:
        running = lifecycle.status(state_directory.find(Path.cwd()))
    except SandboxError as refused:
        return DoctorCheck("sandbox", State.NOTE, refused.what, refused.do)
    text = f"running at {running.endpoint_url}" if running else "not running; --sandbox starts it"
    return DoctorCheck("sandbox", State.WELL, text)
