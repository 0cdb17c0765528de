"""The data the product starts with; only its build scripts are code (see README.md)."""
