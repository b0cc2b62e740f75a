"""The settings of a process that runs cfstream: its end, and the modules that it leaves out."""

import subprocess
import sys
from importlib.metadata import version

import pytest

from cfstream.startup.version import installed_version


def _ran(script: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)


def test_a_quick_end_flushes_and_calls_the_exit_functions_of_others() -> None:
    """Nothing is lost but the release of objects: here, of one that would print."""
    result = _ran(
        "import sys\n"
        "from cfstream.startup.process import QuickEnd\n"
        "class Loud:\n"
        "    def __del__(self): sys.stderr.write('released')\n"
        "end, loud = QuickEnd(), Loud()\n"
        "import atexit; atexit.register(print, 'at exit')\n"
        "sys.stdout.write('written ')\n"
        "sys.exit(end.with_code(7))\n"
    )
    assert (result.returncode, result.stdout, result.stderr) == (7, "written at exit\n", "")


def test_an_exception_ends_as_without_a_quick_end() -> None:
    """Python prints the traceback and exits with 1."""
    result = _ran("from cfstream.startup.process import QuickEnd\nQuickEnd()\nraise ValueError('x')\n")
    assert result.returncode == 1
    assert "ValueError: x" in result.stderr


@pytest.mark.parametrize("package", ["cfstream", "pytest", "botocore"])
def test_the_version_is_that_of_the_metadata(package: str) -> None:
    """The name of the folder has the same version as the file in it."""
    assert installed_version(package) == version(package)


def test_a_missing_package_has_no_version() -> None:
    """None, and no exception."""
    assert installed_version("not-installed-at-all") is None
