"""Links that lead outside the named folders: problems do not quote the files that they lead to."""

from pathlib import Path

import pytest

from cfstream.errors import SpecProblems
from cfstream.render.problems import problems_text
from cfstream.spec.load import load, texts

ROOT = Path(__file__).parents[3]
PEM = (ROOT / "examples/keys/lectures-2026-11.pub.pem").read_text()
SPEC = "version: 1\nname: {}\nbucket: films\ntrusted_signers: [self]\n"
KEYED = "version: 1\nname: a\nbucket: films\nkey_groups: [{name: g, public_keys: [{name: k, file: FILE}]}]\n"
SECRET = "hunter2"

FILES = {
    "passwords": f"root:{SECRET}:0:0:root:/root:/bin/sh\n",
    "one line": f"{SECRET}\n",
    "settings": f"token: {SECRET}\nversion: 1\n",
    "spec with a mistake": SPEC.format("a") + f"comment: [{SECRET}]\n",
    "spec with a wrong value": SPEC.format("a") + f"price_class: {SECRET}\n",
    "no UTF-8": f"{SECRET}: \udcff\n",
    "a control character": f"name: {SECRET}\x01\n",
    "unclosed": f"name: [{SECRET}\n",
    "snapshot": '{ "kind": "cfstream snapshot", "secret": "' + SECRET + '"}',
    "nothing": "",
    "too large": f"# {SECRET}\n" * 120_000,
}


@pytest.fixture(autouse=True)
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder beside the working directory."""
    for name in ("home", "checkout"):
        (tmp_path / name).mkdir()
    (tmp_path / "checkout" / "specs").mkdir()
    monkeypatch.chdir(tmp_path / "checkout")
    return tmp_path / "home"


def output_of(*arguments: str) -> str:
    """Return all output for these arguments."""
    with pytest.raises(SpecProblems) as found:
        load(arguments)
    return problems_text(found.value.problems, color=False, width=200)


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
@pytest.mark.parametrize("argument", ["specs", "specs/link.yaml"])
def test_a_spec_outside_is_not_quoted(outside: Path, content: str, argument: str) -> None:
    """One problem names the link, its target, and the command that shows the rest."""
    (outside / "file").write_bytes(content.encode("utf-8", "surrogateescape"))
    Path("specs/link.yaml").symlink_to(outside / "file")
    text = output_of(argument)
    assert SECRET not in text
    assert text.count("error:") == 1
    assert "specs/link.yaml\n" in text
    assert f"a link to {outside}/file, which is outside specs" in text
    assert f"cfstream validate {outside}/file" in text


def test_a_valid_spec_outside_is_read_and_not_quoted_later(outside: Path) -> None:
    """A link to a shared spec works. Problems of a plan do not have its lines."""
    (outside / "a.yaml").write_text(SPEC.format("a"))
    Path("specs/a.yaml").symlink_to(outside / "a.yaml")
    (stack,) = load(["specs"])
    problem = stack.problem("the bucket does not exist", "create it", "bucket")
    assert (problem.where.line, problem.source_line) == (3, "")
    assert texts(["specs"])[0].text == SPEC.format("a")


@pytest.mark.parametrize("place", ["specs/sub/real.yaml", "specs/real.txt"])
def test_a_link_within_the_folder_is_quoted(place: str) -> None:
    """Its target is in the named folder."""
    Path(place).parent.mkdir(exist_ok=True)
    Path(place).write_text(f"coment: {SECRET}\n")
    Path("specs/link.yaml").symlink_to(Path(place).absolute())
    assert SECRET in output_of("specs")


def test_a_folder_that_is_a_link_is_what_was_named(outside: Path) -> None:
    """The user typed its name. A file above it is outside."""
    (outside / "specs").mkdir()
    (outside / "specs" / "a.yaml").write_text(f"coment: {SECRET}\n")
    Path("link").symlink_to(outside / "specs")
    assert SECRET in output_of("link")
    assert SECRET in output_of("link/a.yaml")


def test_a_clash_with_a_spec_outside(outside: Path) -> None:
    """The problem of the file inside is complete. The one of the file outside is not shown."""
    (outside / "b.yaml").write_text(SPEC.format("a"))
    Path("specs/a.yaml").write_text(SPEC.format("a"))
    Path("specs/b.yaml").symlink_to(outside / "b.yaml")
    text = output_of("specs")
    assert '"a"' not in text
    assert f"a link to {outside}/b.yaml" in text


@pytest.mark.parametrize(
    "content", [SECRET, "-----BEGIN CERTIFICATE-----", "-----BEGIN RSA PRIVATE KEY-----"]
)
@pytest.mark.parametrize("link", ["keys", "keys/k.pem"])
def test_a_key_outside_is_not_described(outside: Path, content: str, link: str) -> None:
    """The problem has no content, only that CloudFront does not accept the key, its place, and a fix."""
    (outside / "k.pem").write_text(content)
    Path("specs/a.yaml").write_text(KEYED.replace("FILE", "keys/k.pem"))
    if link == "keys":
        Path("specs/keys").symlink_to(outside)
    else:
        Path("specs/keys").mkdir()
        Path("specs/keys/k.pem").symlink_to(outside / "k.pem")
    for argument in ("specs", "specs/a.yaml"):
        text = output_of(argument)
        assert f"a link to {outside}/k.pem, which is outside specs" in text
        assert not any(word in text for word in (SECRET, "certificate", "private"))
        assert "specs/a.yaml:4:" in text


def test_a_valid_key_outside_is_read(outside: Path) -> None:
    """A folder of keys that several projects share works."""
    (outside / "k.pem").write_text(PEM)
    Path("specs/a.yaml").write_text(KEYED.replace("FILE", "keys/k.pem"))
    Path("specs/keys").symlink_to(outside)
    assert load(["specs"])[0].public_keys["k"].pem == PEM


@pytest.mark.parametrize(
    "content", [SECRET, "-----BEGIN PUBLIC KEY-----\n" + SECRET + "\n-----END PUBLIC KEY-----"]
)
def test_a_key_that_the_spec_names_outside(outside: Path, content: str) -> None:
    """The spec may name any path. Problems are reported without quotes."""
    (outside / "k.pem").write_text(content)
    Path("specs/a.yaml").write_text(KEYED.replace("FILE", "../../home/k.pem"))
    text = output_of("specs")
    assert SECRET not in text
    assert "a link" not in text
    (outside / "k.pem").write_text(PEM)
    assert load(["specs"])[0].public_keys["k"].pem == PEM
