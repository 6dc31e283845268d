"""Grading a class: one page that shows an instructor where everybody is."""
