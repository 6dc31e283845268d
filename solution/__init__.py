"""The reference solution of the kata, to be read after solving it."""
