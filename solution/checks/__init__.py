"""The project's checks of itself: run by `pytest --impl solution`, not handed out."""
