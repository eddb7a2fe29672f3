"""The gallery: pictures that were kept, the way between two latents, and the nearest real images."""
