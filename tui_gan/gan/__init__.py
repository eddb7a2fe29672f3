"""What is learned: the mathematics, with torch alone; no threads, files, clocks or screens.

Shapes, everywhere in this package: B batch, Z latent_dim, X data shape, F features, N evaluation samples, K classes.
"""
