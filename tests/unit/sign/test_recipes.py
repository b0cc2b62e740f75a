"""The recipes of docs/web-frameworks.md work as written."""

import ast
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flask
import pytest
from flask.testing import FlaskClient

from cfstream.sign.encoding import decode
from tests.world.signing import private_pem, rsa_key

PAGE = Path(__file__).parents[3] / "docs" / "web-frameworks.md"
RECIPES = re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_calls_existing_methods(recipe: str) -> None:
    """Each is Python, and only calls methods of the signer that exist, with valid arguments."""
    from cfstream.sign import Signer

    called = [
        node.func.attr
        for node in ast.walk(ast.parse(recipe))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "signer"
    ]
    assert called
    assert all(hasattr(Signer, name) for name in called)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], FlaskClient]:
    """Return a function that runs the first recipe for Flask with a word in it, and returns its client."""
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "lectures-1.pem").write_bytes(private_pem(rsa_key("lectures-1")))
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "watch.html").write_text("{{ playlist }}")
    monkeypatch.chdir(tmp_path)

    def run(word: str) -> FlaskClient:
        names: dict[str, Any] = {"__name__": "recipe"}
        exec(next(recipe for recipe in RECIPES if "Flask(" in recipe and word in recipe), names)
        app: flask.Flask = names["app"]
        app.template_folder = str(tmp_path / "templates")
        return app.test_client()

    return run


def test_the_recipe_for_flask_runs(site: Callable[[str], FlaskClient]) -> None:
    """It redirects to a signed URL, and sets the three cookies for the domain that both hosts share."""
    client = site("/download/")
    location = client.get("/download/lecture").headers["Location"]
    assert location.startswith("https://media.example.com/lecture.mp4?Expires=")
    watched = client.get("/watch")
    assert watched.text == "https://media.example.com/hls/master.m3u8"
    lines = watched.headers.getlist("Set-Cookie")
    assert [line.split("=", 1)[0] for line in lines] == [
        "CloudFront-Policy",
        "CloudFront-Signature",
        "CloudFront-Key-Pair-Id",
    ]
    assert all("Domain=example.com; Secure; HttpOnly; Path=/" in line for line in lines)


def test_the_recipe_for_flask_shares_a_signature(site: Callable[[str], FlaskClient]) -> None:
    """The expiry in its cookies is a whole minute, and no proxy may store the response."""
    watched = site("Caching(").get("/watch")
    assert watched.headers["Cache-Control"] == "private, no-store"
    policy = watched.headers.getlist("Set-Cookie")[0].split(";")[0].partition("=")[2]
    (statement,) = json.loads(decode(policy))["Statement"]
    assert statement["Condition"]["DateLessThan"]["AWS:EpochTime"] % 60 == 0
