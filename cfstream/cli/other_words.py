"""Words that people try as commands, from Terraform, the CDK, the AWS CLI and others, and what to run instead."""

from collections.abc import Iterable, Mapping

from cfstream.cli.table import PROGRAM
from cfstream.spec.wording import nearest

OTHER_WORDS: Mapping[str, tuple[str, ...]] = {
    "plan": (
        "preview",
        "drift",
        "refresh",
        "check-drift",
        "what-if",
        "whatif",
        "changeset",
        "dry-run",
        "synth",
    ),
    "apply": ("deploy", "up", "update", "create", "converge", "run", "push", "install", "resume", "sync"),
    "destroy": ("down", "teardown", "uninstall"),
    "delete": ("rm", "remove", "delete-distribution"),
    "diff": ("compare", "changes"),
    "validate": ("lint", "check", "test"),
    "fmt": ("format", "prettier"),
    "list": ("ls", "ps", "list-distributions", "stacks", "workspace"),
    "show": ("describe", "get", "inspect", "output", "outputs", "cat", "view", "get-distribution", "status"),
    "verify": ("audit", "scan", "prove", "probe"),
    "access": ("who", "readers", "grants", "perms"),
    "permissions": ("iam", "policy"),
    "doctor": ("login", "whoami", "configure", "auth", "credentials", "info"),
    "explain": ("debug", "decode", "why"),
    "sign": ("presign", "url", "cookie", "cookies"),
    "keys rotate": ("rotate", "rotate-key", "rotate-keys"),
    "keys new": ("keygen", "key", "new-key", "genkey"),
    "docs": ("fields", "reference", "man", "manual"),
    "init": ("new", "generate", "scaffold", "template", "bootstrap"),
    "import": ("adopt", "pull"),
    "snapshot": ("record", "export", "dump"),
    "wait": ("watch",),
    "migrate": ("upgrade",),
    "sandbox up": ("start", "serve", "local"),
    "sandbox down": ("stop",),
    "--version": ("version",),
}
"""For each command, the words that mean it elsewhere."""

ALSO: Mapping[str, str] = {"status": "list", "remove": "destroy", "rm": "destroy", "check": "verify"}
"""A second command that a word may mean."""

NOT_HERE: Mapping[str, str] = {
    "invalidate": "cfstream does not invalidate objects: run `aws cloudfront create-invalidation`, "
    "or upload the object under a new name",
    "rollback": "apply the former version of the spec again: `git checkout REV SPEC`, then `cfstream apply SPEC`",
    "state": "there is no state file: `cfstream list` shows what AWS has",
    "unlock": "there is no state file and no lock: run the command again",
    "taint": "there is no state file: `cfstream plan SPEC` compares the spec with AWS",
    "upload": "upload objects with `aws s3 cp`",
    "console": "there is no console: `cfstream help` lists the commands",
}
"""What to do instead of a command that cfstream does not have."""

_SAME_AS = {
    "create-invalidation": "invalidate",
    "invalidation": "invalidate",
    "purge": "invalidate",
    "undo": "rollback",
    "revert": "rollback",
    "untaint": "taint",
    "force-unlock": "unlock",
    "lock": "unlock",
    "cp": "upload",
    "shell": "console",
}

ALIKE = 0.7
"""The least share of equal letters of a misspelt command, as difflib counts them."""


OF_GROUPS: Mapping[str, Mapping[str, str]] = {
    "cfstream keys": {
        "create": "keys new",
        "generate": "keys new",
        "add": "keys rotate",
        "renew": "keys rotate",
        "replace": "keys rotate",
        "list": "show",
        "ls": "show",
        "show": "show",
    },
    "cfstream sandbox": {
        "start": "sandbox up",
        "run": "sandbox up",
        "stop": "sandbox down",
        "kill": "sandbox down",
        "clear": "sandbox reset",
        "clean": "sandbox reset",
        "delete": "sandbox reset",
        "config": "sandbox set",
    },
}
"""For each group of commands, other words and the command that each one means."""


def instead(word: str, known: Iterable[str], path: str = PROGRAM) -> str:
    """Return what to do instead of the command `word` of `path`, which has the commands `known`."""
    asked = word.casefold().replace("_", "-")
    if path in OF_GROUPS:
        meant = [f"{PROGRAM} {name}" for name in filter(None, [OF_GROUPS[path].get(asked)])]
    elif text := NOT_HERE.get(_SAME_AS.get(asked, asked)):
        return text
    else:
        found = [*(name for name, words in OTHER_WORDS.items() if asked in words), ALSO.get(asked)]
        meant = [f"{path} {name}" for name in found if name]
    near = nearest(asked, known, alike=ALIKE)
    meant = meant or ([f"{path} {near}"] if near else [])
    return f"did you mean {' or '.join(f'`{name}`' for name in meant)}?" if meant else f"see: {path} --help"
