"""The demo's page and a real browser.

cfstream applies the stack in a sandbox of this process. The browser is the Chromium that `make tests` unpacks into
.venv. It plays H.264 and needs no root.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from playwright.sync_api import Browser, Page, Response

from cfstream.sandbox.cloudfront import Settings
from cfstream.sandbox.server import Sandbox
from examples.player.app import SANDBOX_CREDENTIALS, App, DemoSigner, Setup, page_files
from handbook.chromium import headless
from tests.browser.elsewhere import OtherOrigin
from tests.docs.manual import site
from tests.world.signing import private_pem, public_pem, rsa_key

__all__ = ["site"]

ROOT = Path(__file__).resolve().parents[2]


class DemoPage:
    """A browser on the demo's page: the buttons, the status, and the responses."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.answers: list[Response] = []
        self.faults: list[str] = []
        page.on("response", lambda answer: self.answers.append(answer))  # noqa: PLW0108 (a builtin cannot carry the attribute that Playwright sets)
        page.on("pageerror", lambda error: self.faults.append(str(error)))

    def presses(self, name: str) -> None:
        """Press the button with that name."""
        self.page.get_by_role("button", name=name).click()

    def sees(self, text: str) -> None:
        """Wait until the status contains the text."""
        self.page.get_by_role("status").filter(has_text=text).wait_for(timeout=20_000)

    def explains(self, reason: str) -> None:
        """Wait until the page shows the reason, which a process finds: that takes long on a busy machine."""
        self.page.locator("#why", has_text=reason).wait_for(timeout=120_000)

    def plays_to(self, second: float) -> None:
        """Wait until the video has played to that second."""
        self.page.wait_for_function(
            "second => document.querySelector('video').currentTime >= second", arg=second, timeout=30_000
        )

    def video(self, member: str) -> Any:
        """Return a property of the video element."""
        return self.page.evaluate(f"document.querySelector('video').{member}")

    def statuses(self, path: str) -> list[int]:
        """Return the statuses of the responses whose path starts with `path`."""
        return [answer.status for answer in self.answers if urlsplit(answer.url).path.startswith(path)]


@pytest.fixture(scope="session")
def elsewhere() -> Iterator[OtherOrigin]:
    """A page of another origin."""
    with OtherOrigin(Path(page_files()["player/hls.min.js"])) as served:
        yield served


@pytest.fixture(scope="session")
def setup(tmp_path_factory: pytest.TempPathFactory, elsewhere: OtherOrigin) -> Iterator[Setup]:
    """The example's stack with its media and page in a sandbox, and the application that signs."""
    folder = tmp_path_factory.mktemp("examples")
    copytree(ROOT / "examples", folder, ignore=ignore_patterns("__pycache__", "player"), dirs_exist_ok=True)
    spec = folder / "lectures-http.yaml"
    with spec.open("a", encoding="utf-8") as opened:
        opened.write('    - {path: "/player/*", public: true}\n')
        opened.write(f'  cors: {{origins: ["{elsewhere.origin}"], credentials: true}}\n')
    with Sandbox.start(settings=Settings(deploy_after_reads=0)) as sandbox, App() as app:
        setup = _set_up(spec, sandbox, app)
        app.open(DemoSigner(setup))
        yield setup


def _set_up(spec: Path, sandbox: Sandbox, app: App) -> Setup:
    keys = spec.parent / "keys"
    key, foreign_key = keys / "lectures-2026-11.pem", keys / "wrong-key.pem"
    for path in (key, foreign_key):
        path.write_bytes(private_pem(rsa_key(path.stem)))
    key.with_suffix(".pub.pem").write_bytes(public_pem(rsa_key(key.stem)))
    _apply(spec, sandbox)
    _upload(spec.parent, sandbox, app)
    cloudfront = _client("cloudfront", sandbox)
    (distribution,) = cloudfront.list_distributions()["DistributionList"]["Items"]
    (public_key,) = cloudfront.list_public_keys()["PublicKeyList"]["Items"]
    host = distribution["DomainName"].replace("cloudfront.net", "cloudfront.localhost")
    edge = sandbox.endpoint_url.replace("127.0.0.1", host)
    return Setup(edge, key, public_key["Id"], foreign_key, spec, sandbox.endpoint_url)


def _apply(spec: Path, sandbox: Sandbox) -> None:
    command = [sys.executable, "-m", "cfstream", "apply", spec.name, "--endpoint-url", sandbox.endpoint_url]
    subprocess.run(
        [*command, "--yes", "--no-verify", "--allow", "makes-public"],
        cwd=spec.parent,
        env={**os.environ, **SANDBOX_CREDENTIALS},
        check=True,
    )


def _client(service: str, sandbox: Sandbox) -> Any:
    keys = {"aws_access_key_id": "any", "aws_secret_access_key": "any"}
    session: Any = boto3.Session()
    return session.client(service, "us-east-1", endpoint_url=sandbox.endpoint_url, **keys)


def _upload(folder: Path, sandbox: Sandbox, app: App) -> None:
    s3 = _client("s3", sandbox)
    settings = folder / "app.json"
    settings.write_text(json.dumps({"port": app.port}), encoding="utf-8")
    media = folder / "media"
    files = {path.relative_to(media).as_posix(): path for path in (media / "hls").rglob("*.*")}
    files |= {"lecture.mp4": media / "lecture.mp4", "player/app.json": settings}
    for key, path in {**files, **page_files()}.items():
        s3.upload_file(str(path), "lectures-media", key)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium, started once."""
    with headless() as started:
        yield started


@pytest.fixture
def demo(browser: Browser, setup: Setup) -> Iterator[DemoPage]:
    """A browser on the demo's page, without cookies. Fails the test if a script of the page raised an error."""
    context = browser.new_context()
    come = DemoPage(context.new_page())
    come.page.goto(setup.page)
    come.page.wait_for_selector("body[data-ready]")
    yield come
    context.close()
    assert come.faults == []
