"""The spec language: what a YAML file may say, where it said it, and every problem with it at once.

`model` is the language, `source` knows where each value was written, `load` brings the two together.
Nothing here knows AWS beyond the rules that AWS applies to everyone.
"""
