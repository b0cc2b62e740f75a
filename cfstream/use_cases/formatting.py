"""Writes specs in their canonical form."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cfstream.errors import Problem, SpecProblems
from cfstream.startup.frozen import dataclass
from cfstream.use_cases.spec_file import replace_spec

if TYPE_CHECKING:
    from cfstream.spec.source import Source

STDIN = "-"

_SPEC = re.compile(r"^bucket[ \t]*:", re.MULTILINE)
"""A line that every spec has. Other YAML files in a folder are skipped, unless they are named."""


@dataclass(frozen=True)
class FormattedSpec:
    """A spec in its current and in its canonical form."""

    source: "Source"
    text: str
    left: str
    """What was not formatted, and why; empty if everything was."""

    @property
    def changed(self) -> bool:
        return self.text != self.source.text

    @property
    def is_stdin(self) -> bool:
        return self.source.file == STDIN

    def write(self) -> None:
        """Replace the file by its canonical form, if they differ."""
        if self.changed:
            replace_spec(self.source.file, self.source.mark + self.text)


def format_specs(specs: Sequence[str]) -> Iterator[FormattedSpec]:
    """Yield each spec in its canonical form. Writes nothing.

    Raises SpecProblems after the last one, with the problems of all files that are not valid YAML.
    """
    from cfstream.spec.format import formatted
    from cfstream.spec.load import texts

    problems: list[Problem] = []
    for source in texts(specs):
        if source.file not in specs and not _SPEC.search(source.text):
            continue
        try:
            form = formatted(source)
        except SpecProblems as found:
            problems += found.problems
        else:
            yield FormattedSpec(source, form.text, form.left)
    if problems:
        raise SpecProblems(tuple(sorted(problems)))
