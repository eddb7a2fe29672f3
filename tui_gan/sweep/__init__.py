"""A sweep: many runs at once that differ in their settings and seeds."""
