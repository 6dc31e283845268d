"""Judging a class: strangers' code, locked up in processes of its own."""
