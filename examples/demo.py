"""Run the main commands on real media in the sandbox: plan, apply, show, change, verify, for both deliveries.

Every command is printed as you would type it. The demo stops with an error at the first command that fails. It requests
the video as the player page does. On a terminal the page stays available at the end, until Ctrl-C. The page needs
hls.js from npm; without it, everything but the page runs.
"""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import boto3
from player.app import App, DemoSigner, Setup, page_files
from player.visit import Visitors

EXAMPLES = Path(__file__).resolve().parent
FOLDER = EXAMPLES.parent / "build" / "demo"
CFSTREAM = Path(sys.executable).with_name("cfstream")
SPECS = ("lectures-http.yaml", "lectures-rtmp.yaml")
KEY, WRONG_KEY = "lectures-2026-11", "wrong-key"
PAGE = '    - {path: "/player/*", public: true}                      # the page with the player\n'
BOLD, PLAIN = ("\033[1m", "\033[0m") if sys.stdout.isatty() and "NO_COLOR" not in os.environ else ("", "")


def main() -> None:
    copy_examples()
    endpoint = start_sandbox()
    try:
        heading("Private video: an origin access control, a bucket policy, a key group")
        run("keys", "new", KEY)
        apply_and_change(SPECS[0], endpoint, hls_files())
        run("verify", SPECS[0], "--key", f"keys/{KEY}.pem", "--sandbox")
        heading("A public page that plays the private video")
        with App() as app:
            page = serve_page(SPECS[0], endpoint, app)
            heading("The set-up of 2011: RTMP, an OAI, object ACLs, trusted signers")
            apply_and_change(SPECS[1], endpoint, rtmp_files())
            heading("Everything in the account, and a plan of both stacks")
            run("list", "--sandbox")
            run("plan", *SPECS, "--sandbox", "--check")
            keep_open(page)
    finally:
        run("sandbox", "down")
    program = shlex.quote(os.path.relpath(CFSTREAM, FOLDER))
    print("Done. The applied specs are in build/demo. To continue with them:")
    print(f'  cd build/demo && export CFSTREAM_SANDBOX_DIR="$PWD/sandbox" && {program} list --sandbox')


def copy_examples() -> None:
    """Copy the examples into build/demo: the demo edits a spec."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    shutil.copytree(EXAMPLES, FOLDER, ignore=shutil.ignore_patterns("__pycache__", "demo.py", "player"))
    # The example's private key was never kept, so the demo creates a key pair with the same name.
    (FOLDER / "keys" / f"{KEY}.pub.pem").unlink()
    os.environ["CFSTREAM_SANDBOX_DIR"] = str(FOLDER / "sandbox")
    os.environ["PYTHONUNBUFFERED"] = "1"


def start_sandbox() -> str:
    """Start a sandbox and return its endpoint."""
    heading("A sandbox: AWS on this machine, without an account or credentials")
    print(f"{BOLD}$ cfstream sandbox up{PLAIN}", flush=True)
    output = run("sandbox", "up", quiet=True)
    endpoint = re.search(r"http://127\.0\.0\.1:\d+", output)
    if not endpoint:
        sys.exit(f"the sandbox printed no endpoint: {output}")
    print(f"{endpoint.group()}\n")
    return endpoint.group()


def apply_and_change(spec: str, endpoint: str, media: dict[str, str]) -> None:
    """Create a stack, upload its media, then change it with a saved plan."""
    run("validate", spec)
    run("plan", spec, "--sandbox")
    run("apply", spec, "--sandbox", "--yes")
    upload(spec, endpoint, media)
    run("plan", spec, "--sandbox")
    run("apply", spec, "--sandbox", "--yes")
    run("show", spec, "--sandbox")
    new_comment(spec)
    run("plan", spec, "--sandbox", "--out", "change.plan.json")
    run("apply", "change.plan.json", "--sandbox", "--yes")
    run("plan", spec, "--sandbox", "--check")


def upload(spec: str, endpoint: str, media: dict[str, str]) -> None:
    """Upload the media to the stack's bucket."""
    text = (FOLDER / spec).read_text(encoding="utf-8")
    bucket = re.search(r"bucket: *\{? *(?:name: *)?([a-z0-9.-]+)", text)
    if not bucket:
        sys.exit(f"{spec} names no bucket")
    s3 = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="sandbox",
        aws_secret_access_key="sandbox",
    )
    for key, path in media.items():
        s3.upload_file(str(FOLDER / path), bucket.group(1), key)
    print(f"{BOLD}Uploaded {len(media)} files to the bucket {bucket.group(1)}{PLAIN}\n", flush=True)


def hls_files() -> dict[str, str]:
    """Return the paths of the HLS files and the MP4 by object key."""
    hls = {
        path.relative_to(EXAMPLES).as_posix()
        for path in (EXAMPLES / "media" / "hls").rglob("*")
        if path.is_file()
    }
    return {path.removeprefix("media/"): path for path in sorted({*hls, "media/lecture.mp4"})}


def rtmp_files() -> dict[str, str]:
    """Return the paths of the files for RTMP by object key."""
    return {name: f"media/{name}" for name in ("lecture.flv", "lecture.mp4")}


def new_comment(spec: str) -> None:
    """Edit the comment in the spec."""
    path = FOLDER / spec
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"(?m)^comment: Private lectures", r"\g<0>, winter term", text), encoding="utf-8")
    print(f"{BOLD}Changed in {spec}: comment: Private lectures, winter term{PLAIN}\n")


def serve_page(spec: str, endpoint: str, app: App) -> str:
    """Add a public path for the page, and request the video in every way.

    Return the URL of the page; empty without hls.js.
    """
    with (FOLDER / spec).open("a", encoding="utf-8") as opened:
        opened.write(PAGE)
    print(f"{BOLD}Added to {spec}: {PAGE.strip()}{PLAIN}\n")
    run("plan", spec, "--sandbox")
    run("apply", spec, "--sandbox", "--yes", "--allow", "makes-public")
    run("keys", "new", WRONG_KEY)
    files = page_files()
    upload(spec, endpoint, {**files, "player/app.json": page_settings(app)})
    setup = applied(spec, endpoint)
    app.open(DemoSigner(setup))
    request_all(setup, app)
    if "player/hls.min.js" not in files:
        print("note: the player page is left out, because its package hls.js is not installed")
        print("fix: make sure that npm packages can be fetched, then run `make demo` again\n")
        return ""
    return setup.page


def keep_open(page: str) -> None:
    """Print the URL of the page. On a terminal, keep the page available until Ctrl-C."""
    if page:
        print(f"{BOLD}The player: {page}{PLAIN}", flush=True)
    if page and sys.stdout.isatty():
        print("Press Ctrl-C to stop it.", flush=True)
        until_interrupted()


def page_settings(app: App) -> str:
    """Write the file from which the page reads the application's port, and return its path."""
    path = FOLDER / "app.json"
    path.write_text(json.dumps({"port": app.port}), encoding="utf-8")
    return str(path)


def applied(spec: str, endpoint: str) -> Setup:
    """Return what the application needs to know about the applied stack."""
    shown = json.loads(run("show", spec, "--sandbox", "--format", "json", quiet=True))
    label = shown["domain_name"].partition(".")[0]
    edge = endpoint.replace("127.0.0.1", f"{label}.cloudfront.localhost")
    key_id = shown["active_signers"][0]["keys"][0]["id"]
    keys = FOLDER / "keys"
    return Setup(edge, keys / f"{KEY}.pem", key_id, keys / f"{WRONG_KEY}.pem", FOLDER / spec, endpoint)


def request_all(setup: Setup, app: App) -> None:
    """Send signed and unsigned requests. Exits with an error if a response is not the expected one."""
    heading("Signed and unsigned requests")
    wrong = 0
    for visit in Visitors(setup.edge, app.port).all():
        right = visit.actual == visit.expected
        wrong += not right
        mark = "ok " if right else f"expected {visit.expected}, got"
        print(f"{mark} {visit.actual:<19} {visit.path:<22} {visit.how}", flush=True)
    print()
    if wrong:
        sys.exit(f"{wrong} responses were not as expected")


def until_interrupted() -> None:
    """Return on Ctrl-C."""
    try:
        signal.pause()
    except KeyboardInterrupt:
        print()


def heading(text: str) -> None:
    print(f"\n{BOLD}== {text}{PLAIN}\n", flush=True)


def run(*arguments: str, quiet: bool = False) -> str:
    """Run cfstream, and show the command and its output. With `quiet`, return the output and show nothing."""
    if not quiet:
        print(f"{BOLD}$ cfstream {' '.join(arguments)}{PLAIN}", flush=True)
    done = subprocess.run(
        [str(CFSTREAM), *arguments],
        cwd=FOLDER,
        check=False,
        text=True,
        stdout=subprocess.PIPE if quiet else None,
    )
    if done.returncode != 0:
        sys.exit(f"cfstream {' '.join(arguments)} exited with {done.returncode}")
    if not quiet:
        print(flush=True)
    return done.stdout or ""


if __name__ == "__main__":
    main()
