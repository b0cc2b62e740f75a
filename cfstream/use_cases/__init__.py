"""What the commands do, without a terminal: values in, values out, and CfstreamError for what goes wrong.

Nothing here prints, asks or exits. `cli.commands` parses arguments, calls these functions and prints what they return;
`cfstream.api` offers them to programs.
"""
