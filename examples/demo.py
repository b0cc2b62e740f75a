"""The main job on real media, in the sandbox: plan, apply, show, change, plan again; for both deliveries.

Each command is printed as a person would type it. Ends with an error as soon as one does not do what it should.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import boto3

EXAMPLES = Path(__file__).resolve().parent
DESK = EXAMPLES.parent / ".cfstream" / "demo"
CFSTREAM = Path(sys.executable).with_name("cfstream")
SPECS = ("lectures-rtmp.yaml", "lectures-http.yaml")
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
        play_through(SPECS[1], endpoint, hls_files())
        say("All that is there now, and both once more")
        run("list", "--sandbox")
        run("plan", *SPECS, "--sandbox", "--check")
    finally:
        run("sandbox", "down")
    print("Done. The specs that were applied are in .cfstream/demo; `cfstream --sandbox` plays with them.")


def lay_out_desk() -> None:
    """A fresh copy of the examples, for the demo edits a spec."""
    shutil.rmtree(DESK, ignore_errors=True)
    shutil.copytree(EXAMPLES, DESK, ignore=shutil.ignore_patterns("__pycache__", "demo.py"))
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
    print(f"{BOLD}Put {len(media)} files into the bucket {bucket.group(1)}{PLAIN}\n")


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
