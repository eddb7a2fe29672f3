"""What both sides say: immutable values, with neither torch nor textual behind them."""
