"""How a run is watched: panels in a terminal, drawn from snapshots; keys become commands."""
