"""The table of commands: their names, sections and one-line helps, and the module of each.

Listing commands imports none of them: `parsing` imports a command's module when the command is needed.
"""

from collections.abc import Mapping

from cfstream.startup.frozen import dataclass

PROGRAM = "cfstream"


@dataclass(frozen=True)
class CommandEntry:
    """A command as the help lists it, and where its function or Typer is."""

    help: str
    module: str
    attribute: str


def _command(module: str, help_: str, *, attribute: str = "") -> CommandEntry:
    """Return the entry of a command in `cfstream.cli.commands`, whose function has the module's name."""
    return CommandEntry(help_, f"cfstream.cli.commands.{module}", attribute or module)


SECTIONS: Mapping[str, Mapping[str, CommandEntry]] = {
    "Write a spec": {
        "init": _command("init", "Write a commented spec to start from."),
        "import": _command("import_", "Write a live distribution as a spec."),
        "validate": _command("validate", "Check specs, without AWS."),
        "fmt": _command("fmt", "Format specs."),
        "diff": _command("diff", "Show what a change of specs means."),
        "docs": _command("docs", "Show what a field of a spec means."),
        "migrate": _command("migrate", "Edit a spec to use current features of CloudFront."),
        "schema": _command("schema", "Print the JSON Schema of specs, for editors."),
    },
    "Plan and apply": {
        "plan": _command("plan", "Show what apply would do, and change nothing."),
        "apply": _command("apply", "Run the plan after you confirm it."),
        "wait": _command("wait", "Return when distributions are Deployed."),
        "access": _command("access", "Show who can read, and how."),
        "snapshot": _command("snapshot", "Record what plan reads, for plans without credentials."),
        "verify": _command("verify", "Prove that only signed requests are served."),
        "permissions": _command("permissions", "Print the minimal IAM policy that cfstream needs."),
    },
    "Sign URLs and cookies": {
        "sign": _command("sign", "Sign a URL, cookies or a stream name."),
        "explain": _command("explain", "Show why CloudFront would refuse a URL."),
        "keys": _command("keys", "Create key pairs, and rotate keys.", attribute="app"),
    },
    "Inspect and delete": {
        "list": _command(
            "list", "List distributions and identities, and the spec that owns each.", attribute="list_"
        ),
        "show": _command("show", "Show all settings of a distribution or identity."),
        "destroy": _command("destroy", "Delete everything the stack owns, except the bucket."),
        "delete": _command("delete", "Delete a disabled distribution, or an unused identity."),
        "doctor": _command("doctor", "Check that commands have what they need."),
    },
    "Try it without AWS": {
        "sandbox": _command("sandbox", "Start, stop and inspect a local AWS.", attribute="app"),
    },
    "Get help": {
        "help": _command("help", "Show the help of a command.", attribute="help_"),
    },
}

ENTRIES: dict[str, CommandEntry] = {
    name: entry for section in SECTIONS.values() for name, entry in section.items()
}

EVERYWHERE = ("profile", "region", "endpoint_url", "edge_url", "sandbox", "verbose", "quiet", "no_color")
"""Parameters of `cfstream` that can also follow a command's name."""
