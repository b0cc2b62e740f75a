"""How cfstream was installed, and the commands that add an extra to this installation or update a library in it.

``uv tool install`` and ``pipx install --force`` replace the requirement of a tool: a command that names one extra drops
the others, and one that names no source looks for a release. So the commands name all extras and the source, which
pip, pipx and uv record in ``direct_url.json`` (PEP 610).
"""

import json
import re
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.metadata import Distribution

EXTRAS: Mapping[str, tuple[str, ...]] = {"sandbox": ("moto", "flask", "flask_cors"), "fast": ("awscrt",)}
"""The modules that each extra brings. The first one has the name of its package."""

UV_RECEIPT, PIPX_RECEIPT = "uv-receipt.toml", "pipx_metadata.json"
"""The files that uv and pipx write to the environment of a tool."""

VERSION = re.compile(r"[\w.-]+(?:\[[^]]*\])?\s*([<>=!~][^;@]*)")
"""A requirement with a version, such as ``cfstream[sandbox]==1.2``."""


def has_extra(extra: str) -> bool:
    """Return whether everything that the extra brings is installed."""
    return all(find_spec(module) for module in EXTRAS[extra])


def install_command(
    extra: str, prefix: str = sys.prefix, is_installed: Callable[[str], bool] = has_extra
) -> str:
    """Return the command that adds an extra to the environment in which cfstream runs.

    It keeps the extras that are installed, and the source of cfstream.
    """
    place = Path(prefix)
    extras = [name for name in EXTRAS if name == extra or is_installed(name)]
    if (place / UV_RECEIPT).is_file():
        return " ".join(("uv tool install", *_uv_requirements(place, extras)))
    if (place / PIPX_RECEIPT).is_file():
        return " ".join(("pipx install --force", *_pipx_requirement(place, extras)))
    # The installed cfstream satisfies this requirement, wherever it is from. So pip keeps it.
    return f"{_pip(place)} install 'cfstream[{extra}]'"


def update_command(package: str, prefix: str = sys.prefix) -> str:
    """Return the command that updates a package in the environment in which cfstream runs."""
    place = Path(prefix)
    if (place / UV_RECEIPT).is_file():
        return "uv tool upgrade cfstream"
    if (place / PIPX_RECEIPT).is_file():
        return f"pipx runpip {shlex.quote(place.name)} install --upgrade {package}"
    return f"{_pip(place)} install --upgrade {package}"


def _pip(place: Path) -> str:
    """Return the installer of an environment. One that `uv venv` made has no pip."""
    try:
        made_by_uv = re.search(r"^uv *=", (place / "pyvenv.cfg").read_text(), re.MULTILINE)
    except OSError:
        return "pip"
    return "uv pip" if made_by_uv and not _distribution(place, "pip") else "pip"


def _uv_requirements(place: Path, extras: Iterable[str]) -> Iterator[str]:
    """Yield the arguments for a tool of uv. The packages that ``--with`` added must be named again."""
    import tomllib

    for each in tomllib.loads((place / UV_RECEIPT).read_text())["tool"]["requirements"]:
        name, version = each["name"], each.get("specifier", "")
        own = name == "cfstream"
        text, editable = _requirement(place, name, extras if own else each.get("extras", ()), version)
        option = ("--editable" if editable else "") if own else ("--with-editable" if editable else "--with")
        yield from filter(None, (option, shlex.quote(text)))


def _pipx_requirement(place: Path, extras: Iterable[str]) -> Iterator[str]:
    """Yield the arguments for a tool of pipx, which keeps the packages that ``pipx inject`` added."""
    main = json.loads((place / PIPX_RECEIPT).read_text())["main_package"]
    if main.get("suffix"):
        yield f"--suffix={shlex.quote(main['suffix'])}"
    found = VERSION.match(main.get("package_or_url") or "")
    text, editable = _requirement(place, "cfstream", extras, found[1].strip() if found else "")
    yield from filter(None, ("--editable" if editable else "", shlex.quote(text)))


def _requirement(place: Path, name: str, extras: Iterable[str], version: str) -> tuple[str, bool]:
    """Return the requirement of an installed package with these extras, and whether it is editable."""
    listed = ",".join(extras)
    brackets = f"[{listed}]" if listed else ""
    source = _direct_url(place, name)
    if source.get("dir_info", {}).get("editable"):
        return f"{_path(source['url'])}{brackets}", True
    return (f"{name}{brackets} @ {_address(source)}" if source else f"{name}{brackets}{version}"), False


def _direct_url(place: Path, name: str) -> dict[str, Any]:
    """Return what ``direct_url.json`` of a package contains; empty if it is from an index."""
    found = _distribution(place, name)
    content: dict[str, Any] = json.loads((found and found.read_text("direct_url.json")) or "{}")
    return content


def _distribution(place: Path, name: str) -> "Distribution | None":
    import sysconfig
    from importlib import metadata

    packages = sysconfig.get_path("purelib", "venv", vars={"base": str(place), "platbase": str(place)})
    return next(iter(metadata.distributions(name=name, path=[packages])), None)


def _address(source: Mapping[str, Any]) -> str:
    """Return the address of a requirement, with the branch or tag that the user asked for."""
    address, vcs = str(source["url"]).replace(" ", "%20"), source.get("vcs_info", {})
    if vcs:
        asked = vcs.get("requested_revision")
        address = f"{vcs['vcs']}+{address}{f'@{asked}' if asked else ''}"
    folder = source.get("subdirectory")
    return f"{address}#subdirectory={folder}" if folder else address


def _path(url: str) -> str:
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    return url2pathname(urlsplit(url).path)
