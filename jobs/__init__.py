"""The command line and the worker: what runs without a visitor.

Only ``app`` imports this package; it commits, as views do.
"""
