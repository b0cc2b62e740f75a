"""The commands, one file each: parse the arguments, call a use case, print its result, return the exit code."""
