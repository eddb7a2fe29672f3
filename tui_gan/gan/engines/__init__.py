"""Engines: how gradients are taken and weights moved."""
