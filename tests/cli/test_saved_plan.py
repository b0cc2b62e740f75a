"""Plan files: written atomically, and read back with their specs."""

import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from cfstream.cli.commands.plan import save
from cfstream.errors import CfstreamError, WrongUsage
from cfstream.render.document import as_text
from cfstream.render.json import plan_document
from cfstream.use_cases.saved_plan import find, refuse_foreign, write_whole
from tests.unit.render.plans import NEW, plan


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a spec."""
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "lectures.yaml").write_text("version: 1\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_saved_plan_is_the_json_plan_and_private(project: Path) -> None:
    """The file has what --format json prints. Only its user can read the live configurations in it."""
    save(plan(NEW), ["specs"], "tonight.plan")
    document = json.loads((project / "tonight.plan").read_text())
    assert document["fingerprint"] == plan(NEW).fingerprint
    assert list(document)[:2] == ["format_version", "cfstream_version"]
    assert stat.S_IMODE((project / "tonight.plan").stat().st_mode) == 0o600
    assert sorted(path.name for path in project.iterdir()) == ["specs", "tonight.plan"]


@pytest.mark.parametrize("umask", [0, 0o022, 0o277])
@pytest.mark.parametrize("before", [None, 0o644, 0o666, 0o400])
def test_a_written_file_is_private(project: Path, umask: int, before: int | None) -> None:
    """From the start, with any umask and any earlier mode."""
    if before is not None:
        (project / "live.json").touch()
        (project / "live.json").chmod(before)
    modes = set()
    replace = Path.replace

    def seen(part: Path, target: Path) -> Path:
        modes.add(stat.S_IMODE(part.stat().st_mode))
        return replace(part, target)

    previous = os.umask(umask)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Path, "replace", seen)
            write_whole("live.json", "text")
    finally:
        os.umask(previous)
    assert modes == {stat.S_IMODE((project / "live.json").stat().st_mode)} == {0o600}
    assert (project / "live.json").read_text() == "text"


@pytest.mark.parametrize("target", ["tonight.plan", "plans/tonight.plan"])
def test_apply_finds_the_specs_from_any_folder(
    project: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    """From the same folder, the specs have their names. From another one, their paths are adjusted."""
    (project / "plans").mkdir()
    save(plan(NEW), ["specs/lectures.yaml"], target)
    found = find([target])
    assert found is not None
    assert found.specs == ("specs/lectures.yaml",)
    monkeypatch.chdir(project / "plans")
    found = find([str(project / target)])
    assert found is not None
    assert found.specs == ("../specs/lectures.yaml",)


def test_a_plan_of_standard_input_is_not_saved(project: Path) -> None:
    """Apply could not read the spec again."""
    with pytest.raises(WrongUsage, match="standard input"):
        save(plan(NEW), ["-"], "tonight.plan")
    assert not (project / "tonight.plan").exists()


def test_a_link_is_followed_and_stays_a_link(project: Path) -> None:
    """The target of the link is replaced, not the link."""
    (project / "real").write_text("old")
    (project / "link").symlink_to("real")
    write_whole("link", "new")
    assert (project / "link").is_symlink()
    assert (project / "real").read_text() == "new"


def test_a_full_disk_is_reported_and_a_device_stays_a_device() -> None:
    """A failed write leaves no partial file."""
    with pytest.raises(CfstreamError, match="/dev/full could not be written: no space left on device"):
        write_whole("/dev/full", "text")
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)


def test_a_failed_write_keeps_the_old_file_and_leaves_no_other(project: Path) -> None:
    """A concurrent reader reads the complete old plan."""
    (project / "tonight.plan").write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_whole("tonight.plan", "half of it \ud800")
    assert (project / "tonight.plan").read_text() == "old"
    assert sorted(path.name for path in project.iterdir()) == ["specs", "tonight.plan"]


def test_a_missing_folder_is_named(project: Path) -> None:
    """The error has the file and the system's reason."""
    with pytest.raises(
        CfstreamError, match=r"nowhere/a\.plan could not be written: no such file or directory"
    ):
        write_whole("nowhere/a.plan", "text")
    with pytest.raises(CfstreamError, match="specs could not be written: is a directory"):
        write_whole("specs", "text")


def test_specs_are_not_plans(project: Path) -> None:
    """YAML, a spec in JSON, folders, standard input and missing files go to the loader."""
    (project / "spec.json").write_text('{"version": 1, "name": "lectures"}')
    assert find(["specs", "specs/lectures.yaml", "spec.json", "-", "nowhere.yaml"]) is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"format_version": 1, "stacks": [', "is incomplete"),
        ('{"format_version": 2}', "format_version 2; this cfstream reads 1"),
        ('{"format_version": 1, "specs": []}', "does not name the specs"),
        ('{"format_version": 1, "specs": "x"}', "does not name the specs"),
    ],
)
def test_an_unusable_plan_has_a_reason(project: Path, content: str, reason: str) -> None:
    """A truncated file, one of another version, and the output of --format json have different errors."""
    (project / "tonight.plan").write_text(content)
    with pytest.raises(WrongUsage, match=reason):
        find(["tonight.plan"])


@pytest.mark.parametrize("end", [-900, None])
def test_an_unusable_plan_names_its_specs(project: Path, end: int | None) -> None:
    """The command that makes it again is a whole one: also for a file without its end, or of --format json."""
    document = plan_document(plan(NEW, replace(NEW, name="clips", spec="my specs/clips.yaml")))
    (project / "tonight.plan").write_text(as_text(document)[:end])
    with pytest.raises(WrongUsage) as raised:
        find(["tonight.plan"])
    command = "`cfstream plan specs/lectures.yaml 'my specs/clips.yaml' --out tonight.plan`"
    assert raised.value.do.splitlines()[0].endswith(command)


def test_a_plan_is_applied_alone(project: Path) -> None:
    """A saved plan together with specs is an error."""
    save(plan(NEW), ["specs"], "tonight.plan")
    with pytest.raises(WrongUsage, match="must be the only argument"):
        find(["tonight.plan", "specs"])


@pytest.mark.parametrize("target", ["specs/lectures.yaml", "key.pem"])
def test_only_plans_are_overwritten(project: Path, target: str) -> None:
    """A wrong file after --out is not lost. Plans and empty files are replaced."""
    (project / "key.pem").write_text("-----BEGIN")
    with pytest.raises(WrongUsage, match="is neither a plan nor a snapshot"):
        refuse_foreign(target)
    save(plan(NEW), ["specs"], "tonight.plan")
    (project / "empty").touch()
    for ours in ("tonight.plan", "empty", "not there yet", "/dev/null"):
        refuse_foreign(ours)
