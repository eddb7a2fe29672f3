"""A run in time: the loop, its thread, its files."""
