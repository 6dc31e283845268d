"""The experiment's pictures: what trains, what draws, and what was drawn."""

import os

# Pictures go into files. A notebook sets a backend of its own for all that it starts, which
# Matplotlib cannot find here, and refuses to be imported.
os.environ["MPLBACKEND"] = "agg"
