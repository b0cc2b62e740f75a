"""What ``cfstream doctor`` checks: this machine, then the account."""
