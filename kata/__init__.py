"""The kata: write the functions in these five modules, in this order.

`data`, `gradients`, `batching`, `descent`, `training`. Run `pytest` to see how far you are.
"""
