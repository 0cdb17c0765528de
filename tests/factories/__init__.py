"""Objects for tests, with only what a test does not care about filled in."""
