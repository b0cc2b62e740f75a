"""The terminal: streams, progress, questions, and what the Tab key completes."""
