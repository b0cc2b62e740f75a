"""The recipes of docs/web-frameworks.md work as written."""

import ast
import re
from pathlib import Path
from typing import Any

import flask
import pytest

from tests.world.signing import private_pem, rsa_key

PAGE = Path(__file__).parents[3] / "docs" / "web-frameworks.md"
RECIPES = re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_calls_what_there_is(recipe: str) -> None:
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


def test_the_recipe_for_flask_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It redirects to a signed URL, and sets the three cookies for the domain that both hosts share."""
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "lectures-1.pem").write_bytes(private_pem(rsa_key("lectures-1")))
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "watch.html").write_text("{{ playlist }}")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "recipe"}
    exec(next(recipe for recipe in RECIPES if "Flask(" in recipe), names)
    app: flask.Flask = names["app"]
    app.template_folder = str(tmp_path / "templates")
    client = app.test_client()
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
