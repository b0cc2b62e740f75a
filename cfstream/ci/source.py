"""Tell the program where the code host shows the commit's files, so that lines of specs in the comment are links."""

import os
from pathlib import Path

from cfstream.render.places import FOLDER_VARIABLE, VARIABLE


def source(url: str, commit: str) -> dict[str, str]:
    """Return the variables for files of this commit; none if the host named no commit or this is not a checkout.

    `url` is the address before the commit.
    """
    here = Path.cwd()
    top = next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), None)
    if not commit or top is None:
        return {}
    return {VARIABLE: f"{url}/{commit}", FOLDER_VARIABLE: os.path.relpath(here, top)}
