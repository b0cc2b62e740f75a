"""The entry point of `python -m cfstream` and of the console script."""

import sys

from cfstream.interpreter import leave_out_working_directory
from cfstream.startup.process import QuickEnd, collect_rarely, leave_out_plugins

INTERRUPTED = 130
"""`ExitCode.INTERRUPTED`, which is not loaded yet."""


def run() -> int:
    """Run the program and return its exit code. Ctrl-C while it loads ends it without a traceback."""
    end = QuickEnd()
    leave_out_working_directory()
    collect_rarely()
    leave_out_plugins()
    try:
        from cfstream.cli import main
    except KeyboardInterrupt:
        sys.stderr.write("error: interrupted\n")
        return INTERRUPTED
    return end.with_code(main.run())


if __name__ == "__main__":
    sys.exit(run())
