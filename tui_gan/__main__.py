"""`python -m tui_gan` is the same program as `tui-gan`."""

from tui_gan.cli import main

if __name__ == "__main__":
    main()
