"""Pure drawing: numbers and a size in, cells of text out."""
