"""A misspelt --region is not accepted in silence."""

from collections.abc import Callable

import pytest

from cfstream.cli.terminal.regions import unknown_region
from tests.cli.conftest import Result

Run = Callable[..., Result]


@pytest.mark.parametrize("name", ["us-east-1", "eu-central-1", "cn-north-1"])
def test_a_region_of_aws_is_known(name: str) -> None:
    """In every partition."""
    assert unknown_region(name) is None


def test_an_unknown_region_is_a_warning_with_the_nearest_one(cfstream: Run) -> None:
    """AWS may have added it since, so the command goes on."""
    result = cfstream("--region", "us-easst-1", "schema")
    assert result.code == 0
    assert result.err == (
        'warning: "us-easst-1" is not a region of AWS that cfstream knows\n  fix: if it is misspelt, write us-east-1\n'
    )
