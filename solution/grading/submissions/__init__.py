"""What learners handed in: which submissions there are, and the modules in them.

`naming` says which there are, `platforms` knows how platforms name what they export, `reading`
reads one, in a locked-up process: `reader`, which finds the files (`trees`), and the modules
among them (`places`). That process loads neither NumPy nor PyTorch.
"""
