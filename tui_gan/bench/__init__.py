"""How fast this machine trains: each engine beside a plain PyTorch loop of the same step, in turns."""
