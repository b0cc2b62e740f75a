"""What makes a command start fast.

Milliseconds of CPU time that each measure saves (the best of seven or more runs with Python 3.11). The figures with a
star are from a busy machine, on which everything takes longer: compare their shares.

- `cfstream/__init__.py` imports a public name when it is first used: 800 of 830 ms for `import cfstream`.
- `cli/table.py` lists the commands without importing them, and `cli/parsing.py` imports one: 440 of 560 ms.
- `leave_values` in `cli/parsing.py` keeps typer from importing pydantic for completions: 110 of 240 ms.
- `frozen` compiles one method per frozen dataclass instead of six, when it is used: 165 of 210 ms for the 299 classes
  of a plan.
- `Fields` in `spec/section.py` has no validator of its own: 4 of 42 ms for the spec's models.
- `models` reads botocore's model files faster: 120 of 430 ms for the clients of three services.
- `events` has no checks of handlers and no old names of services: 8 of 80* ms for the clients of five services.
- `lean_botocore` keeps botocore from importing awscrt, if that is installed: 65 of 300 ms for
  `import botocore.session`. Without the writers of docstrings and HTTP/2, it saves 17 of 250*
  ms more.
- `process` keeps pydantic from looking for plugins: 75 of 260* ms for the first model. It stops garbage collection
  during a run: 330 of 980 ms for the imports and clients of a plan. It ends the process without freeing each object:
  17 of 640* ms of a plan.
- `version` reads the version from the name of a folder: 53 of 90* ms for `cfstream.__version__`.

Tests keep the first three true: `tests/api/test_importing.py` and `tests/cli/test_completion.py`.
"""
