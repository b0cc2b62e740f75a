"""A file with a state: the commands that remove resources from it."""

from pathlib import Path

import pytest

from cfstream.terraform import TerraformState
from cfstream.use_cases.terraform import StateFile, open_state
from tests.unit.terraform.states import state_file


@pytest.mark.parametrize(
    ("path", "command"),
    [
        ("terraform.tfstate", "TF_WORKSPACE=default terraform state rm a.b"),
        ("infra/terraform.tfstate", "TF_WORKSPACE=default terraform -chdir=infra state rm a.b"),
        ("terraform.tfstate.d/prod/terraform.tfstate", "TF_WORKSPACE=prod terraform state rm a.b"),
        ("terraform.tfstate.d/a b/terraform.tfstate", "TF_WORKSPACE='a b' terraform state rm a.b"),
        (
            "infra/terraform.tfstate.d/prod/terraform.tfstate",
            "TF_WORKSPACE=prod terraform -chdir=infra state rm a.b",
        ),
        ("state.json", "terraform state rm a.b"),
        ("-", "terraform state rm a.b"),
    ],
)
def test_a_command_names_the_workspace_of_a_local_state(path: str, command: str) -> None:
    """If another workspace is selected, the command would otherwise remove the same address from that one."""
    assert StateFile(path, TerraformState(())).removal("a.b") == command


def test_a_state_in_the_current_folder_may_be_of_a_named_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name of the workspace is then only in the folder's own path."""
    folder = tmp_path / "terraform.tfstate.d" / "prod"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    found = StateFile("terraform.tfstate", TerraformState(())).removal("a.b")
    assert found == f"TF_WORKSPACE=prod terraform -chdir={tmp_path} state rm a.b"


@pytest.mark.parametrize("piped", [False, True])
def test_a_file_and_standard_input_may_be_in_utf_16(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, piped: bool
) -> None:
    """PowerShell's `>` writes UTF-16. Nothing is lost if the file goes to standard input."""
    path = tmp_path / "state.json"
    path.write_bytes(state_file().encode("utf-16"))
    with path.open(encoding="utf-8", errors="replace") as stream:
        monkeypatch.setattr("sys.stdin", stream)
        assert open_state("-" if piped else str(path)).state.distributions
