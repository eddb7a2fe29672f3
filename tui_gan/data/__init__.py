"""What a run learns from: files to arrays, without torch."""
