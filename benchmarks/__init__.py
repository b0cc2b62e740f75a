"""Compares the speed of cfstream with other tools on this machine: `python -m benchmarks`."""
