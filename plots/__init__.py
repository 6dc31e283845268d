"""The experiment's pictures: what trains, what draws, and what was drawn."""
