"""The cost of `import cfstream`, and the names that it has."""

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
    """Importing cfstream, its signer or its errors loads neither botocore nor pydantic."""
    script = f"import {module}, json, sys; print(json.dumps([m for m in {HEAVY} if m in sys.modules]))"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert json.loads(result.stdout) == []


def test_loading_specs_loads_nothing_that_plans() -> None:
    """`validate` needs the model only. Showing errors needs no schema of documents."""
    script = (
        "import cfstream.spec.load, cfstream.spec.limits, cfstream.render.errors, json, sys;"
        "print(json.dumps([m for m in sys.modules if m.startswith("
        "('cfstream.planning', 'cfstream.access', 'cfstream.kinds', 'cfstream.render.documents'))]))"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert json.loads(result.stdout) == []


def test_every_public_name_exists() -> None:
    """Each public name can be imported and is listed by `dir`. Any other name is an AttributeError."""
    assert {name for name in cfstream.__all__ if getattr(cfstream, name, None) is None} == set()
    assert {*cfstream.__all__} <= {*dir(cfstream)}
    with pytest.raises(AttributeError, match="no attribute 'aply'"):
        _ = cfstream.aply  # type: ignore[attr-defined]


def test_no_module_shadows_a_function() -> None:
    """A module with the name of a public function would replace it when it is imported."""
    package = Path(cfstream.__file__).parent
    modules = {path.stem for path in package.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert modules & {*cfstream.__all__} == {"errors", "sign"}
    assert cfstream.sign.Signer.__module__ == "cfstream.sign.signer"


def test_the_package_is_typed() -> None:
    """The package has py.typed (PEP 561), so mypy uses its types in other projects."""
    assert (Path(cfstream.__file__).parent / "py.typed").exists()


def test_the_version_is_that_of_the_distribution() -> None:
    """`cfstream.__version__` is the installed version."""
    assert cfstream.__version__ == version("cfstream")


def test_awscrt_is_not_imported() -> None:
    """Only a grant over many objects needs awscrt, and it has processes of its own for that."""
    script = (
        "import cfstream.aws.connecting, botocore.session, sys; print([m for m in sys.modules if 'awscrt' in m "
        "or m.startswith('cfstream.aws.fast.')])"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
