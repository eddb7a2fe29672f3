"""tui-gan: a laboratory for generative adversarial networks in a terminal."""

__version__ = "0.1.0"
