"""What the commands do besides the flow in `workflow`, without a terminal.

The functions take and return values, and raise CfstreamError. Nothing here prints, asks or exits. `cli.commands` parses
arguments, calls `workflow` and these functions, and prints the results. `cfstream.api` makes them available to
programs.
"""
