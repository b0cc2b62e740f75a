"""Arguments of several commands. Apart from `options`, so that a command without those starts faster."""

from typing import Any

import typer

from cfstream.cli.terminal import completion


def specs_argument(metavar: str, help_text: str) -> Any:
    """Return an argument that names specs. Shells complete it."""
    return typer.Argument(
        metavar=metavar, autocompletion=completion.specs, help=help_text, show_default=False
    )


def beside_specs(help_text: str) -> Any:
    """Return the option ``--spec``, which names directories or files of specs beside what the command is about."""
    return typer.Option("--spec", metavar="DIR", autocompletion=completion.specs, help=help_text)
