"""What the product does: verb functions over a session, one subject a file.

Views and jobs import this package; it knows the four cores and joins them, and never Flask.
A service checks the rules before it changes anything and never commits.
"""
