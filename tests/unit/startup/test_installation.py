"""The commands that change an installation of cfstream keep its extras and its source.

The receipts are those that uv 0.13, pipx 1.18 and pip wrote for the commands of the README.
"""

import json
import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cfstream.installation import EXTRAS, PIPX_RECEIPT, UV_RECEIPT, has_extra, install_command, update_command

PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"

CLONE: dict[str, Any] = {"url": "file:///srv/my%20video/cfstream", "dir_info": {}}
EDITABLE: dict[str, Any] = {**CLONE, "dir_info": {"editable": True}}
GIT: dict[str, Any] = {
    "url": "https://github.com/cfstream/cfstream",
    "vcs_info": {"vcs": "git", "requested_revision": "main", "commit_id": "50d0feb2"},
}
DEFAULT_BRANCH: dict[str, Any] = {**GIT, "vcs_info": {"vcs": "git", "commit_id": "50d0feb2"}}
FOLDER: dict[str, Any] = {**GIT, "subdirectory": "tools"}
WHEEL: dict[str, Any] = {"url": "file:///srv/cfstream-1.2-py3-none-any.whl", "archive_info": {}}

SOURCES = {
    "clone": (CLONE, "'cfstream[sandbox,fast] @ file:///srv/my%20video/cfstream'"),
    "editable": (EDITABLE, "--editable '/srv/my video/cfstream[sandbox,fast]'"),
    "branch": (GIT, "'cfstream[sandbox,fast] @ git+https://github.com/cfstream/cfstream@main'"),
    "git": (DEFAULT_BRANCH, "'cfstream[sandbox,fast] @ git+https://github.com/cfstream/cfstream'"),
    "folder": (
        FOLDER,
        "'cfstream[sandbox,fast] @ git+https://github.com/cfstream/cfstream@main#subdirectory=tools'",
    ),
    "repository": (
        {**DEFAULT_BRANCH, "url": "file:///srv/my video/cfstream"},  # pip does not escape it
        "'cfstream[sandbox,fast] @ git+file:///srv/my%20video/cfstream'",
    ),
    "wheel": (WHEEL, "'cfstream[sandbox,fast] @ file:///srv/cfstream-1.2-py3-none-any.whl'"),
    "index": (None, "'cfstream[sandbox,fast]'"),
}


def has_other(extra: str) -> Callable[[str], bool]:
    """Return a view of the installed extras: all but this one."""
    return lambda name: name != extra


def installed(prefix: Path, name: str, source: dict[str, Any] | None) -> None:
    """Write what an installer records about a package."""
    folder = prefix / "lib" / PYTHON / "site-packages" / f"{name}-1.2.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
    if source:
        (folder / "direct_url.json").write_text(json.dumps(source))


def uv_receipt(prefix: Path, *requirements: str) -> None:
    """Write the receipt of a tool of uv."""
    (prefix / UV_RECEIPT).write_text(f"[tool]\nrequirements = [{', '.join(requirements)}]\n")


def pipx_receipt(prefix: Path, package_or_url: str, suffix: str = "") -> None:
    """Write the receipt of a tool of pipx."""
    main = {"package": "cfstream", "package_or_url": package_or_url, "suffix": suffix}
    (prefix / PIPX_RECEIPT).write_text(json.dumps({"main_package": main, "injected_packages": {}}))


@pytest.mark.parametrize("extra", EXTRAS)
@pytest.mark.parametrize(("source", "requirement"), SOURCES.values(), ids=SOURCES)
def test_a_tool_keeps_its_other_extras_and_its_source(
    tmp_path: Path, extra: str, source: dict[str, Any] | None, requirement: str
) -> None:
    """Both tools replace the requirement of a tool, so the command names all of it."""
    installed(tmp_path, "cfstream", source)
    pipx_receipt(tmp_path, "/srv/my video/cfstream[sandbox]")
    assert install_command(extra, str(tmp_path), has_other(extra)) == f"pipx install --force {requirement}"
    uv_receipt(tmp_path, '{ name = "cfstream", extras = ["sandbox"] }')
    assert install_command(extra, str(tmp_path), has_other(extra)) == f"uv tool install {requirement}"


def test_an_extra_that_is_not_installed_is_not_added(tmp_path: Path) -> None:
    """Only the missing extra is."""
    installed(tmp_path, "cfstream", None)
    uv_receipt(tmp_path, '{ name = "cfstream" }')
    assert install_command("fast", str(tmp_path), lambda _name: False) == "uv tool install 'cfstream[fast]'"


def test_a_version_that_the_user_asked_for_is_kept(tmp_path: Path) -> None:
    """Without it, the command would also update cfstream."""
    installed(tmp_path, "cfstream", None)
    pipx_receipt(tmp_path, "cfstream[sandbox]==1.2")
    expected = "'cfstream[sandbox,fast]==1.2'"
    assert install_command("fast", str(tmp_path), has_other("fast")) == f"pipx install --force {expected}"
    uv_receipt(tmp_path, '{ name = "cfstream", extras = ["sandbox"], specifier = "==1.2" }')
    assert install_command("fast", str(tmp_path), has_other("fast")) == f"uv tool install {expected}"


def test_packages_that_the_user_added_to_a_tool_are_kept(tmp_path: Path) -> None:
    """Uv removes the packages of `--with` that the command does not name. pipx keeps those of `pipx inject`."""
    installed(tmp_path, "cfstream", CLONE)
    installed(tmp_path, "plugin", EDITABLE)
    own, more = '{ name = "cfstream" }', '{ name = "rich-argparse", extras = ["all"], specifier = ">=1" }'
    uv_receipt(tmp_path, own, more, '{ name = "plugin", editable = "/srv/my video/cfstream" }')
    assert install_command("fast", str(tmp_path), has_other("fast")) == (
        "uv tool install 'cfstream[sandbox,fast] @ file:///srv/my%20video/cfstream' "
        "--with 'rich-argparse[all]>=1' --with-editable '/srv/my video/cfstream'"
    )


def test_a_suffix_of_pipx_is_kept(tmp_path: Path) -> None:
    """Without it, pipx would make a second environment."""
    installed(tmp_path, "cfstream", None)
    pipx_receipt(tmp_path, "cfstream", suffix="-next")
    expected = "pipx install --force --suffix=-next 'cfstream[sandbox,fast]'"
    assert install_command("fast", str(tmp_path), has_other("fast")) == expected


@pytest.mark.parametrize("source", [CLONE, EDITABLE, GIT, None], ids=["clone", "editable", "git", "index"])
def test_pip_keeps_what_is_installed(tmp_path: Path, source: dict[str, Any] | None) -> None:
    """The installed cfstream satisfies the requirement, so pip only adds what the extra brings."""
    installed(tmp_path, "cfstream", source)
    assert install_command("fast", str(tmp_path), has_other("fast")) == "pip install 'cfstream[fast]'"


def test_an_environment_of_uv_has_no_pip(tmp_path: Path) -> None:
    """Unless the user installed it, `pip` would be that of another environment."""
    (tmp_path / "pyvenv.cfg").write_text("home = /usr/bin\nuv = 0.9.13\n")
    assert install_command("fast", str(tmp_path)) == "uv pip install 'cfstream[fast]'"
    assert update_command("boto3", str(tmp_path)) == "uv pip install --upgrade boto3"
    installed(tmp_path, "pip", None)
    assert install_command("fast", str(tmp_path)) == "pip install 'cfstream[fast]'"


def test_a_library_is_updated_where_cfstream_is(tmp_path: Path) -> None:
    """Pip of the system would update it elsewhere, or refuse (PEP 668)."""
    place = tmp_path / "cfstream-next"
    place.mkdir()
    assert update_command("boto3", str(place)) == "pip install --upgrade boto3"
    pipx_receipt(place, "cfstream")
    assert update_command("boto3", str(place)) == "pipx runpip cfstream-next install --upgrade boto3"
    uv_receipt(place, '{ name = "cfstream" }')
    assert update_command("boto3", str(place)) == "uv tool upgrade cfstream"


def test_the_extras_are_those_of_the_package() -> None:
    """An extra that is added to pyproject.toml must be kept, too."""
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]
    assert set(project["optional-dependencies"]) == set(EXTRAS)
    for name, (package, *_) in EXTRAS.items():
        assert re.match(r"[\w-]+", project["optional-dependencies"][name][0]).group() == package  # type: ignore[union-attr]


def test_an_extra_needs_all_its_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Moto alone does not run a sandbox."""
    monkeypatch.setattr("cfstream.installation.find_spec", lambda name: name == "moto" or None)
    assert not has_extra("sandbox")
