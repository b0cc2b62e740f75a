"""The command line: a command parses, calls one workflow function, renders and exits. A file each."""
