"""How the extras of cfstream are installed."""

import pytest

from cfstream.interpreter import install_command


@pytest.mark.parametrize(
    ("prefix", "command"),
    [
        ("/usr", "pip install"),
        ("/srv/video/.venv", "pip install"),
        ("/srv/ada/.local/share/pipx/venvs/cfstream", "pipx install --force"),
        ("/srv/ada/.local/share/uv/tools/cfstream", "uv tool install"),
    ],
)
def test_an_extra_is_installed_where_cfstream_is(prefix: str, command: str) -> None:
    """Pip of the system would install it elsewhere, or refuse (PEP 668)."""
    assert install_command("sandbox", prefix) == f"{command} 'cfstream[sandbox]'"
