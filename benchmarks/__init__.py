"""How fast cfstream is beside what else does the job, on one machine in one run: `python -m benchmarks`."""
