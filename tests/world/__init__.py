"""The account that tests work in: the sandbox, specs, resources of others, a clock that does not wait, and faults."""
