"""One broken spec among several: what the error says about the others, and the order of its problems."""

from pathlib import Path

import pytest

from cfstream.errors import SpecProblems
from cfstream.spec.load import load

SPEC = "version: 1\nname: {name}\nbucket: {name}-media\ntrusted_signers: [self]\n"


def problems(folder: Path, *lines: str) -> SpecProblems:
    """Return the error of a folder with two valid specs and one with these lines."""
    for name in ("clips", "films"):
        (folder / f"{name}.yaml").write_text(SPEC.format(name=name))
    (folder / "broken.yaml").write_text("version: 1\nname: broken\n" + "".join(f"{line}\n" for line in lines))
    with pytest.raises(SpecProblems) as found:
        load([str(folder)])
    return found.value


def test_the_other_specs_are_named(tmp_path: Path) -> None:
    """A run of all specs stops, and the error says which ones can run."""
    error = problems(tmp_path, "buckt: some-media", "trusted_signers: [self]")
    others = f"{tmp_path / 'clips.yaml'}, {tmp_path / 'films.yaml'}"
    assert error.do == f"correct the specs above, or name only the others: {others}"


@pytest.mark.parametrize(
    ("only", "do"),
    [
        (["films"], "only these (then other specs do not count for who may read): {films}"),
        (["f*", "c*"], "only these (then other specs do not count for who may read): {clips}, {films}"),
        (["broken"], "only the others: {clips}, {films}"),
    ],
)
def test_the_specs_of_the_chosen_stacks_are_named(tmp_path: Path, only: list[str], do: str) -> None:
    """With names and globs, the fix names their files; if these have the problems, the others."""
    problems(tmp_path, "buckt: some-media")
    with pytest.raises(SpecProblems) as found:
        load([str(tmp_path)], only=only)
    files = {name: tmp_path / f"{name}.yaml" for name in ("clips", "films")}
    assert found.value.do == f"correct the specs above, or name {do.format(**files)}"


@pytest.mark.parametrize(
    ("line", "whats"),
    [
        ("buckt: some-media", ['unknown key "buckt"', "this spec names no signer, so anyone could watch"]),
        ("bucket: some-media\nwibble: [self]", ['unknown key "wibble"']),
    ],
)
def test_missing_fields_come_last(tmp_path: Path, line: str, whats: list[str]) -> None:
    """A key that may be any field may be the missing one, so nothing else is missing yet."""
    assert [each.what for each in problems(tmp_path, line).problems] == whats


def test_a_pattern_that_no_stack_matches_is_reported_in_the_same_round(tmp_path: Path) -> None:
    """Without the broken spec, the run would stop because of it."""
    problems(tmp_path, "buckt: some-media")
    with pytest.raises(SpecProblems) as found:
        load([str(tmp_path)], only=["nope-*"])
    why = "no stack that can be read matches nope-*, but there are broken, clips, films"
    assert found.value.do == f"correct the specs above, and --only: {why}"
