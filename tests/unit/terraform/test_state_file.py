"""A file with a state: the commands that remove resources from it."""

from pathlib import Path

import pytest

from cfstream.adoption import CannotImport, Imported
from cfstream.domain import Delivery, LiveDistribution
from cfstream.terraform import CONTROL, TerraformState, read_state
from cfstream.use_cases.terraform import StateFile, open_state, with_belonging
from tests.unit.terraform.states import DISTRIBUTION, row, state_file


@pytest.mark.parametrize(
    ("path", "command"),
    [
        ("terraform.tfstate", "terraform workspace select default && terraform state rm a.b"),
        (
            "infra/terraform.tfstate",
            "terraform -chdir=infra workspace select default && terraform -chdir=infra state rm a.b",
        ),
        (
            "terraform.tfstate.d/prod/terraform.tfstate",
            "terraform workspace select prod && terraform state rm a.b",
        ),
        (
            "terraform.tfstate.d/a b/terraform.tfstate",
            "terraform workspace select 'a b' && terraform state rm a.b",
        ),
        (
            "infra/terraform.tfstate.d/prod/terraform.tfstate",
            "terraform -chdir=infra workspace select prod && terraform -chdir=infra state rm a.b",
        ),
        ("state.json", "terraform state rm a.b"),
        ("-", "terraform state rm a.b"),
    ],
)
def test_a_command_names_the_workspace_of_a_local_state(path: str, command: str) -> None:
    """If another workspace were selected, the command would remove the same address from that one."""
    assert StateFile(path, TerraformState(())).removal("a.b") == command


def test_a_state_in_the_current_folder_may_be_of_a_named_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name of the workspace is then only in the folder's own path."""
    folder = tmp_path / "terraform.tfstate.d" / "prod"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    found = StateFile("terraform.tfstate", TerraformState(())).removal("a.b")
    program = f"terraform -chdir={tmp_path}"
    assert found == f"{program} workspace select prod && {program} state rm a.b"


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


def _state(**ids: str) -> StateFile:
    """Return a state with distributions of these names and ids, all with one alias."""
    attributes = {name: {"id": id_, "aliases": ["media.example.com"]} for name, id_ in ids.items()}
    rows = [row(f"{DISTRIBUTION}.{name}", each) for name, each in attributes.items()]
    return StateFile("s.json", read_state(state_file(*rows), "s.json"))


@pytest.mark.parametrize("target", [None, "E1", "media.example.com"])
def test_a_distribution_with_two_addresses_is_one(target: str | None) -> None:
    """Its id names it, and it is the only one of its state."""
    assert _state(a="E1", b="E1").chosen(target).address == f"{DISTRIBUTION}.a"
    assert _state(a="E1", b="E1").chosen(f"{DISTRIBUTION}.b").address == f"{DISTRIBUTION}.b"
    assert [each.id for each in _state(a="E1", b="E1", c="E2").all()] == ["E1", "E2"]


def test_a_name_of_several_distributions_is_refused() -> None:
    """The error lists only these, and names one by its id."""
    with pytest.raises(CannotImport) as raised:
        _state(a="E1", b="E2", a_again="E1").chosen("media.example.com")
    assert raised.value.what.splitlines() == [
        "media.example.com names 2 distributions of s.json",
        f"{DISTRIBUTION}.a: E1, media.example.com",
        f"{DISTRIBUTION}.b: E2, media.example.com",
    ]
    assert raised.value.do == "name one of them: `cfstream import E1 --from-terraform s.json`"


SPEC = "version: 1\nname: lectures\nbucket: lectures-media\ncnames: [media.example.com]\npublic: true\n"


@pytest.mark.parametrize(
    ("fields", "managed"),
    [
        ("", {"aws_s3_bucket_policy.media", f"{CONTROL}.media"}),
        ("oac: {id: E2CONTROL}\n", {"aws_s3_bucket_policy.media"}),
        ("oac: {id: E2CONTROL}\ngrant: {via: elsewhere}\n", set()),
        ("origin_access: none\ndns: {route53: example.com}\n", {"aws_route53_record.media"}),
        ("origin_access: none\ndns: false\n", set()),
    ],
)
def test_the_fields_of_the_spec_decide_what_it_manages(fields: str, managed: set[str]) -> None:
    """An identity with an id, a grant elsewhere, and records of a spec without dns stay with Terraform."""
    file = StateFile("s.json", read_state(state_file(), "s.json"))
    own = file.chosen(None)
    row_ = LiveDistribution(Delivery.HTTP, own.id, "", enabled=True, origins=(), behaviors=())
    (found,) = with_belonging(file, {own.address: Imported(row_, text=SPEC + fields)})
    assert {each.address for each in found.terraform if each.managed} == {own.address, *managed}
