"""What runs beside the learner's code: loading it, calling it, saying what came back.

Nothing in here knows an expected value, and no object of the learner's leaves it: requests come
in as plain values, and results go out as plain values. So this package can run in another process
than the judge, as it does when a class is graded. It imports nothing else of the project.
"""
