"""Scripts that rebuild the ground data from public sources; the application imports none."""
