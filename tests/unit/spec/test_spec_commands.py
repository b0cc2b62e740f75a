"""validate, schema and init, as functions: results on stdout, everything else on stderr, nothing overwritten."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.core import TyperCommand

from cfstream.cli.commands.init import init
from cfstream.cli.commands.schema import schema
from cfstream.cli.commands.validate import validate
from cfstream.cli.invocation import Invocation
from cfstream.errors import SpecProblems, WrongUsage
from cfstream.spec.load import load
from cfstream.spec.schema import json_schema

ROOT = Path(__file__).parents[3]
RUN = typer.Context(TyperCommand(None), obj=Invocation())
PEM = (ROOT / "examples/keys/lectures-2026-11.pub.pem").read_text()


def test_validate_names_each_stack(capsys: pytest.CaptureFixture[str]) -> None:
    """A valid spec is one line: file, name, delivery."""
    validate(RUN, ["lectures-rtmp.yaml", "fleet"])
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "ok  lectures-rtmp.yaml: lectures-rtmp (rtmp)",
        "ok  fleet/archive.yaml: archive (http)",
        "ok  fleet/campus.yaml: campus (http)",
        "ok  fleet/newsroom.yaml: newsroom (http)",
        "ok  fleet/school.yaml: school (http)",
        "ok  fleet/trailers.yaml: trailers (http)",
    ]
    assert err == ""


def test_validate_prints_notices_on_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Notices do not fail, and are not part of the result."""
    path = tmp_path / "a.yaml"
    path.write_text("version: 1\nname: a\nbucket: films\npublic: true\nhttp: {minimum_tls: TLSv1}\n")
    validate(RUN, [str(path)])
    out, err = capsys.readouterr()
    assert out == f"ok  {path}: a (http)\n"
    assert err == f"note: {path}: minimum_tls has no effect without a certificate of your own\n"


def test_validate_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Programs get name, delivery, line, digest and notices of each stack."""
    validate(RUN, ["lectures-rtmp.yaml"], output="json")
    document = json.loads(capsys.readouterr().out)
    (stack,) = load(["lectures-rtmp.yaml"])
    assert document == {
        "format_version": 1,
        "exit_code": 0,
        "stacks": [
            {
                "name": "lectures-rtmp",
                "delivery": "rtmp",
                "spec": "lectures-rtmp.yaml",
                "line": 5,
                "spec_sha256": stack.spec_sha256,
                "notices": [],
            }
        ],
        "problems": [],
    }


def test_validate_as_json_with_problems(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The document has the problems. They are also raised, so that the command fails."""
    path = tmp_path / "a.yaml"
    path.write_text("version: 1\nname: a\nbucket: films\npublic: yes\n")
    with pytest.raises(SpecProblems):
        validate(RUN, [str(path)], output="json")
    document = json.loads(capsys.readouterr().out)
    assert document["stacks"] == []
    assert document["problems"][0] == {
        "file": str(path),
        "line": 4,
        "col": 9,
        "what": 'public must be true or false, not the text "yes"',
        "do": "write true",
    }


def test_schema_prints_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    """The output is only the schema."""
    schema(RUN)
    out, err = capsys.readouterr()
    assert json.loads(out) == json_schema()
    assert (err, out.isascii(), out.endswith("}\n")) == ("", True, True)


@pytest.mark.parametrize("name", ["lectures", "a", "news-room-2", "a" * 32])
def test_init_writes_a_spec_that_validates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Once its key exists, the new spec is valid unchanged."""
    monkeypatch.chdir(tmp_path)
    init(RUN, name)
    assert capsys.readouterr().out == f"wrote {name}.yaml\n"
    Path("keys").mkdir()
    Path(f"keys/{name}-1.pub.pem").write_text(PEM)
    (stack,) = load([f"{name}.yaml"])
    assert stack.spec.name == name


def test_init_never_overwrites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An existing file stays unchanged."""
    monkeypatch.chdir(tmp_path)
    Path("lectures.yaml").write_text("mine")
    with pytest.raises(WrongUsage, match=r"lectures\.yaml exists"):
        init(RUN, "lectures")
    assert Path("lectures.yaml").read_text() == "mine"


def test_init_without_a_name_prints(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a name, the spec is only written to standard output."""
    init(RUN, None)
    out, err = capsys.readouterr()
    assert out.startswith("# A private set-up on CloudFront")
    assert "\nname: lectures\n" in out
    assert err == ""


def test_init_refuses_a_name_that_no_stack_can_have(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An invalid name is reported before a file is created."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WrongUsage, match="is not a valid stack name"):
        init(RUN, "../Lectures")


def test_validate_imports_no_more_than_it_needs() -> None:
    """AWS's libraries are never loaded, and cryptography only for keys."""
    code = (
        "import sys; from cfstream.cli.main import run\n"
        "assert 'pydantic' not in sys.modules\n"
        "run(['validate', 'lectures-rtmp.yaml'])\n"
        "print({'boto3', 'botocore', 'cryptography', 'moto'} & set(sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(ROOT)},
    )
    assert run.stdout.splitlines()[-1] == "set()"
