"""Arguments of several commands. Apart from `options`, so that a command without those starts faster."""

from typing import Any

import typer

from cfstream.cli.terminal import completion


def specs_argument(metavar: str, help_text: str) -> Any:
    """Return an argument that names specs. Shells complete it."""
    return typer.Argument(
        metavar=metavar, autocompletion=completion.specs, help=help_text, show_default=False
    )
