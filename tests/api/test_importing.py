"""What `import cfstream` costs, and what it offers."""

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import cfstream

HEAVY = ("botocore", "boto3", "pydantic", "rich", "httpx", "moto", "importlib.metadata")


@pytest.mark.parametrize("module", ["cfstream", "cfstream.sign", "cfstream.errors"])
def test_importing_loads_nothing_heavy(module: str) -> None:
    """Importing cfstream, its signer or its errors waits neither for botocore nor for pydantic."""
    script = f"import {module}, json, sys; print(json.dumps([m for m in {HEAVY} if m in sys.modules]))"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == []


def test_every_name_is_there() -> None:
    """Each name that is promised can be had and shows up in `dir`; one that is not is an AttributeError."""
    assert {name for name in cfstream.__all__ if getattr(cfstream, name, None) is None} == set()
    assert {*cfstream.__all__} <= {*dir(cfstream)}
    with pytest.raises(AttributeError, match="no attribute 'aply'"):
        _ = cfstream.aply  # type: ignore[attr-defined]


def test_no_module_takes_the_place_of_a_function() -> None:
    """A module that is named like a function would stand in its place as soon as it is imported."""
    package = Path(cfstream.__file__).parent
    modules = {path.stem for path in package.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert modules & {*cfstream.__all__} == {"errors", "sign"}
    assert cfstream.sign.Signer.__module__ == "cfstream.sign.signer"


def test_types_travel_with_it() -> None:
    """The package says that it is typed (PEP 561), so that mypy looks at it in other people's code."""
    assert (Path(cfstream.__file__).parent / "py.typed").exists()


def test_the_version_is_that_of_the_distribution() -> None:
    """`cfstream.__version__` is what is installed."""
    assert cfstream.__version__ == version("cfstream")


def test_awscrt_is_not_imported() -> None:
    """Only a grant over many objects needs awscrt, and it has processes of its own for that."""
    script = (
        "import cfstream.aws.connecting, botocore.session, sys; print([m for m in sys.modules if 'awscrt' in m "
        "or m.startswith('cfstream.aws.fast.')])"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
