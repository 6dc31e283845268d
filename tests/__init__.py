"""The kata's tests: one file of properties per stage, and what judges and reports."""
