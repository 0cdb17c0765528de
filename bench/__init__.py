"""Measures, each beside a peer in the same run: ``run.py bench search|relevance|matching|…``.

Nobody imports this package; it may import everything but ``app``.
"""
