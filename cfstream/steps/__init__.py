"""The steps of a plan, one module for each verb: their data, and what they do when they run."""
