"""What decides whether a function is right, and what is said of one that is not.

From the bottom up, each layer using those above it in this list alone: `verdicts` and `showing`
(what is known of a failure, how values are shown), `oracles`, `trusted` and `statistics` (what is
right), `boundary` and `answers` (calls and comparisons), `descents`, `batches` and `data_sets`
(what the tests of a stage share), `fingerprints` and `functions` (the table of functions),
`specification` and `judging` (running a function's own tests), `diagnosis` and `mistakes` (the
likely cause), `wording`, `summary` and `report` (what is said).
"""
