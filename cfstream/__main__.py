"""`python -m cfstream`, and what the console script calls."""

import sys

from cfstream.cli.main import run

if __name__ == "__main__":
    sys.exit(run())
