"""cfstream: a private video set-up on Amazon CloudFront, one checked-in YAML file."""

__version__ = "0.1.0"
