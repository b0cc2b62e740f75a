"""Run the site on this machine: start a sandbox, apply the spec, upload the media, and serve until Ctrl-C.

    python -m examples.lectures_app

Log in as ada with the password engine.
"""

import argparse
import secrets
from pathlib import Path

from werkzeug.serving import make_server

from cfstream.sign import Signer
from cfstream.testing import Sandbox
from examples.lectures_app.app import Media, create_app

HERE = Path(__file__).resolve().parent
MEDIA = HERE.parent / "media"
FOLDERS = ("hls", "posters")
HOST = "media.lectures.localhost"


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(
        prog="python -m examples.lectures_app", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--port", type=int, default=8000, help="the port of the site; 0 selects a free one")
    port = parser.parse_args().port
    with Sandbox() as sandbox:
        server = make_server("127.0.0.1", port, _later, threaded=True)
        spec = (HERE / "lectures.yaml").read_text(encoding="utf-8")
        # The posters are public, and opening a path to anyone is a hazard.
        spec = spec.replace("localhost:8000", f"localhost:{server.server_port}")
        sandbox.apply(spec, allow={"makes-public"})
        for path in sorted(path for name in FOLDERS for path in (MEDIA / name).rglob("*.*")):
            sandbox.put(path.relative_to(MEDIA).as_posix(), path.read_bytes())
        key = sandbox.key("lectures-app-1")
        edge = sandbox.endpoint_url.replace("127.0.0.1", HOST)
        media = Media(edge, f"https://{HOST}", "lectures.localhost", Signer(key.file, key.id), secure=False)
        server.app = create_app(media, secrets.token_bytes())
        address = f"http://www.lectures.localhost:{server.server_port}"
        print(f"{address}  Log in as ada with the password engine. Press Ctrl-C to stop.", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


def _later(*_: object) -> list[bytes]:
    """Placeholder: the site needs the server's port, so it is created after the server."""
    raise RuntimeError("the site is not ready yet")


if __name__ == "__main__":
    main()
