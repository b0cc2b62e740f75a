"""What the commands do, without a terminal. They take and return values, and raise CfstreamError.

Nothing here prints, asks or exits. `cli.commands` parses arguments, calls these functions and prints the results.
`cfstream.api` makes them available to programs.
"""
