"""The main job on real media, in the sandbox: plan, apply, show, change, plan again, both deliveries; then it plays.

Each command is printed as a person would type it. Ends with an error as soon as one does not do what it should. On a
terminal the page stays up until Ctrl-C.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import boto3
from player.app import App, Desk, Stage, page_files
from player.visit import Visitors

EXAMPLES = Path(__file__).resolve().parent
DESK = EXAMPLES.parent / "build" / "demo"
CFSTREAM = Path(sys.executable).with_name("cfstream")
SPECS = ("lectures-rtmp.yaml", "lectures-http.yaml")
KEY, FOREIGN_KEY = "lectures-2026-11", "strangers-key"
PAGE = (
    '    - {path: "/player/*", public: true}                      # the page with the player, for everybody\n'
)
BOLD, PLAIN = ("\033[1m", "\033[0m") if sys.stdout.isatty() and "NO_COLOR" not in os.environ else ("", "")


def main() -> None:
    lay_out_desk()
    endpoint = start_sandbox()
    try:
        say("The recipe of 2011: RTMP, an origin access identity, grants on the objects, trusted signers")
        play_through(
            "lectures-rtmp.yaml",
            endpoint,
            {"lecture.flv": "media/lecture.flv", "lecture.mp4": "media/lecture.mp4"},
        )
        say("What works today: HTTP, origin access control, a bucket policy, a key group")
        run("keys", "new", KEY)
        play_through(SPECS[1], endpoint, hls_files())
        run("verify", SPECS[1], "--key", f"keys/{KEY}.pem", "--sandbox")
        say("All that is there now, and both once more")
        run("list", "--sandbox")
        run("plan", *SPECS, "--sandbox", "--check")
        say("It plays: a public page beside the private video")
        with App() as app:
            watch(SPECS[1], endpoint, app)
    finally:
        run("sandbox", "down")
    print("Done. The specs that were applied are in build/demo. To go on with them:")
    print('  cd build/demo && export CFSTREAM_SANDBOX_DIR="$PWD/sandbox" && cfstream list --sandbox')


def lay_out_desk() -> None:
    """A fresh copy of the examples, for the demo edits a spec."""
    shutil.rmtree(DESK, ignore_errors=True)
    shutil.copytree(EXAMPLES, DESK, ignore=shutil.ignore_patterns("__pycache__", "demo.py", "player"))
    # The private half of the example's key is nobody's: the demo makes a pair of its own, under the same name.
    (DESK / "keys" / f"{KEY}.pub.pem").unlink()
    os.environ["CFSTREAM_SANDBOX_DIR"] = str(DESK / "sandbox")
    os.environ["PYTHONUNBUFFERED"] = "1"


def start_sandbox() -> str:
    """The endpoint of a new sandbox."""
    say("An AWS on this machine: no account, no credentials")
    said = run("sandbox", "up", quiet=True)
    endpoint = re.search(r"http://127\.0\.0\.1:\d+", said)
    if not endpoint:
        sys.exit(f"the sandbox did not say where it is: {said}")
    print(f"{endpoint.group()}\n")
    return endpoint.group()


def play_through(spec: str, endpoint: str, media: dict[str, str]) -> None:
    """One stack from nothing to a change that is applied through a saved plan."""
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
    """Puts the media into the stack's bucket, as whoever makes the videos would."""
    text = (DESK / spec).read_text(encoding="utf-8")
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
        s3.upload_file(str(DESK / path), bucket.group(1), key)
    print(f"{BOLD}Put {len(media)} files into the bucket {bucket.group(1)}{PLAIN}\n", flush=True)


def hls_files() -> dict[str, str]:
    """The HLS ladder and the MP4, by the key that each gets."""
    ladder = {
        path.relative_to(EXAMPLES).as_posix()
        for path in (EXAMPLES / "media" / "hls").rglob("*")
        if path.is_file()
    }
    return {path.removeprefix("media/"): path for path in sorted({*ladder, "media/lecture.mp4"})}


def new_comment(spec: str) -> None:
    """Edits the spec, as a person would."""
    path = DESK / spec
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"(?m)^comment: Private lectures", r"\g<0>, winter term", text), encoding="utf-8")
    print(f"{BOLD}Changed in {spec}: comment: Private lectures, winter term{PLAIN}\n")


def watch(spec: str, endpoint: str, app: App) -> None:
    """Opens a public path for the page, asks as its visitors would, and leaves it up where somebody may look."""
    with (DESK / spec).open("a", encoding="utf-8") as opened:
        opened.write(PAGE)
    print(f"{BOLD}Added to {spec}: {PAGE.strip()}{PLAIN}\n")
    run("plan", spec, "--sandbox")
    run("apply", spec, "--sandbox", "--yes", "--allow", "makes-public")
    run("keys", "new", FOREIGN_KEY)
    upload(spec, endpoint, {**page_files(), "player/app.json": told(app)})
    stage = on_stage(spec, endpoint)
    app.open(Desk(stage))
    visit(stage, app)
    print(f"{BOLD}The player: {stage.page}{PLAIN}", flush=True)
    if sys.stdout.isatty():
        print("It is up until Ctrl-C.", flush=True)
        until_interrupted()


def told(app: App) -> str:
    """The file that tells the page where the application is."""
    path = DESK / "app.json"
    path.write_text(json.dumps({"port": app.port}), encoding="utf-8")
    return str(path)


def on_stage(spec: str, endpoint: str) -> Stage:
    """The stack as the application has to know it."""
    shown = json.loads(run("show", spec, "--sandbox", "--format", "json", quiet=True))
    label = shown["domain_name"].partition(".")[0]
    edge = endpoint.replace("127.0.0.1", f"{label}.cloudfront.localhost")
    key_id = shown["active_signers"][0]["keys"][0]["id"]
    keys = DESK / "keys"
    return Stage(edge, keys / f"{KEY}.pem", key_id, keys / f"{FOREIGN_KEY}.pem", DESK / spec, endpoint)


def visit(stage: Stage, app: App) -> None:
    """Asks as everybody on the page would; ends with an error where one gets what is not due."""
    say("Who gets in")
    wrong = 0
    for seen in Visitors(stage.edge, app.port).all():
        right = seen.came == seen.due
        wrong += not right
        mark = "ok " if right else f"due: {seen.due}, but"
        print(f"{mark} {seen.came:<19} {seen.path:<22} {seen.who}", flush=True)
    print()
    if wrong:
        sys.exit(f"{wrong} visitors were not answered as they should have been")


def until_interrupted() -> None:
    """Returns on Ctrl-C."""
    try:
        signal.pause()
    except KeyboardInterrupt:
        print()


def say(text: str) -> None:
    print(f"\n{BOLD}== {text}{PLAIN}\n", flush=True)


def run(*arguments: str, quiet: bool = False) -> str:
    """Runs cfstream as typed; its output is returned where it is not to be seen."""
    print(f"{BOLD}$ cfstream {' '.join(arguments)}{PLAIN}", flush=True)
    done = subprocess.run(
        [str(CFSTREAM), *arguments],
        cwd=DESK,
        check=False,
        text=True,
        stdout=subprocess.PIPE if quiet else None,
    )
    if done.returncode != 0:
        sys.exit(f"cfstream {' '.join(arguments)} exited with {done.returncode}")
    print(flush=True)
    return done.stdout or ""


if __name__ == "__main__":
    main()
