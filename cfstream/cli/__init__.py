"""The command line. Each command parses its arguments, calls a use case, prints the result and exits."""
