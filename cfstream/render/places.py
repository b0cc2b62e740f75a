"""Links from lines of specs in a comment to the code host, if CI knows the commit."""

import posixpath
from collections.abc import Mapping
from urllib.parse import quote

from cfstream.render.gfm import code
from cfstream.startup.frozen import dataclass

VARIABLE = "CFSTREAM_SOURCE_URL"
"""The environment variable with the address of the commit's files: `cfstream.ci` sets it."""

FOLDER_VARIABLE = "CFSTREAM_SOURCE_FOLDER"
"""The environment variable with the working directory, relative to the top of the repository."""


@dataclass(frozen=True)
class Places:
    """Where the files of the working directory are on the code host."""

    url: str = ""
    """The address of the top directory at the commit; empty if it is unknown."""
    folder: str = ""

    @classmethod
    def of(cls, env: Mapping[str, str]) -> "Places":
        """Return the places that the environment names."""
        url = env.get(VARIABLE, "")
        known = url.startswith(("https://", "http://"))
        return cls(url.rstrip("/") if known else "", env.get(FOLDER_VARIABLE, "") if known else "")

    def code(self, file: str, line: int = 0, col: int = 0) -> str:
        """Return ``file:line:col`` as code, with a link to the line if the file is in the repository."""
        text = code(":".join([file, *map(str, filter(None, (line, col)))]))
        address = self._address(file, line)
        return f'<a href="{address}">{text}</a>' if address else text

    def _address(self, file: str, line: int) -> str:
        """Return the address of a line; empty if it is unknown. A file's name cannot leave the address's path."""
        path = posixpath.normpath(posixpath.join(self.folder, file))
        if (
            not self.url
            or file.startswith(("<", "-"))
            or path.startswith(("/", "../"))
            or path in (".", "..")
        ):
            return ""
        anchor = f"#L{line}" if line else ""
        return f"{quote(self.url, safe=':/%@')}/{quote(path, safe='/', errors='surrogateescape')}{anchor}"


NOWHERE = Places()
