"""The two players: what the discriminator says, and the layers of both."""
