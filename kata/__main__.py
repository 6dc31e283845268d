"""`python -m kata`: train with the functions of this folder, and draw the pictures."""

import sys

from plots.command import main

if __name__ == "__main__":
    sys.exit(main("kata", epochs=100))
