"""The edge of a sandbox in its own process: the output of ``cfstream sandbox``."""

import http.client
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cfstream.cli.commands.sandbox import app
from cfstream.errors import WrongUsage
from cfstream.sandbox import lifecycle
from tests.edge import signing

runner = CliRunner()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The directory of a running sandbox."""
    folder = tmp_path_factory.mktemp("sandbox")
    lifecycle.up(folder)
    yield folder
    lifecycle.down(folder)


def run(home: Path, *arguments: str) -> str:
    """Return the standard output of a successful command."""
    result = runner.invoke(app, [*arguments, "--dir", str(home)], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_up_prints_the_edge(home: Path) -> None:
    """`up` sets CFSTREAM_EDGE_URL, which is the endpoint, and viewers are served there."""
    document = json.loads(run(home, "up", "--format", "json"))
    assert document["edge_url"] == document["endpoint_url"]
    lines = run(home, "up").splitlines()
    assert f"export CFSTREAM_EDGE_URL={document['edge_url']}" in lines
    wire = http.client.HTTPConnection(document["edge_url"].removeprefix("http://"))
    wire.request("GET", "/a", headers={"Host": "media.example.com"})
    reply = wire.getresponse()
    assert (reply.status, reply.headers["X-Cache"]) == (403, "Error from cloudfront")
    wire.close()


def test_key_pair(home: Path, tmp_path: Path) -> None:
    """`key-pair` prints only the id, the same for the same key, also after a restart."""
    file = tmp_path / "signer.pub.pem"
    file.write_text(signing.pem(signing.rsa_key()))
    printed = run(home, "key-pair", "self", str(file))
    assert printed.startswith("APKA")
    lifecycle.down(home)
    lifecycle.up(home)
    assert run(home, "key-pair", "123456789012", str(file)) == printed


def test_wrong_key_pair(home: Path, tmp_path: Path) -> None:
    """A missing file, or one without an RSA public key, is wrong usage."""
    file = tmp_path / "signer.pub.pem"
    for text in (None, "no key", signing.pem(signing.ecdsa_key())):
        if text:
            file.write_text(text)
        with pytest.raises(WrongUsage):
            run(home, "key-pair", "self", str(file))
