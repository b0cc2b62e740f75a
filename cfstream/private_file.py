"""Write files that hold what is live in an account: whole or not at all, and for their user alone."""

import os
from pathlib import Path

MODE = 0o600


def write_private(path: Path, text: str) -> None:
    """Write the text so that the file is there whole or, if that fails, as it was before. Raises OSError.

    The file has mode 0600 from its first moment, whatever the umask is, and also if it had another mode before. A link
    is followed. A pipe or a device is written to: there is nothing to replace.
    """
    real = Path(os.path.realpath(path))
    if real.exists() and not real.is_file():
        real.write_text(text, encoding="utf-8")
        return
    part = real.with_name(f".{real.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            part.chmod(MODE)  # a umask may have taken away the user's own rights
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(real)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
