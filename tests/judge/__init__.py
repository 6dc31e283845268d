"""What decides whether a function is right, and what is said of one that is not.

Where to begin: `functions` has one record for each function, `judging` runs a function's own tests
and says what they find, `verdicts` is what can be found, `words.json` what is said of it. Layers
import downwards only; README, "Change it", has the map and the words.
"""
