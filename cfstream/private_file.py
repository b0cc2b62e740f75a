"""Write files with an account's live state: completely or not at all, and readable only by the user."""

import os
from pathlib import Path

MODE = 0o600


def write_private(path: Path, text: str) -> None:
    """Write the text so that the file is complete or, if writing fails, unchanged. Raises OSError.

    The file has mode 0600 from the start, with any umask, even if it had another mode before. A link is followed. A
    pipe or a device is written directly, because there is nothing to replace.
    """
    real = Path(os.path.realpath(path))
    if real.exists() and not real.is_file():
        real.write_text(text, encoding="utf-8")
        return
    part = real.with_name(f".{real.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            part.chmod(MODE)  # a umask may have removed the user's own permissions
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(real)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
