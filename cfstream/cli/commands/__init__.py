"""The commands, one file each. A command parses arguments, calls a use case, and prints the result."""
