"""Private keys and git: a folder of keys that keeps them out, and a word where it would not."""

import shlex
from pathlib import Path

from cfstream.cli.git_files import git
from cfstream.cli.terminal import streams
from cfstream.errors import CfstreamError

IGNORED = "*\n!.gitignore\n!*.pub.pem\n"
"""The ``.gitignore`` of a folder of keys: public halves alone are for everybody."""


def ignore_private_keys(folder: Path) -> None:
    """Lets git pass over what is private in a folder that is new, and says so."""
    file = folder / ".gitignore"
    file.write_text(IGNORED, encoding="utf-8")
    streams.note(f"note: {file} keeps private keys out of git\n")


def tell_whether_ignored(private: Path) -> None:
    """A warning with the line to add, where the next ``git add`` would take the key along.

    Without git, or outside of a repository, it says nothing.
    """
    if _would_be_added(private):
        file = shlex.quote(str(private.parent / ".gitignore"))
        streams.tell(
            f"warning: git does not ignore {private}, which signs. To keep private keys out of the repository:\n"
            f"  printf '*.pem\\n!*.pub.pem\\n' >> {file}\n"
        )


def _would_be_added(file: Path) -> bool:
    listed = ("ls-files", "--others", "--exclude-standard", "-z", "--", file.name)
    try:
        return git(str(file.parent), *listed) != b""
    except CfstreamError:  # no git, no repository, or one that git does not trust: nothing adds the key there
        return False
