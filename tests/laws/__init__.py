"""What right functions do, and what to say of those that do not.

Each law looks at answers, plain values all, and fails with a headline that is true whatever the
cause. A ladder is a function's laws on hand-picked cases, simplest first: its first failure is
what the report shows, and a function that passes it is trusted by the stages after it.
"""

from collections.abc import Callable

from tests.boundary import Subject
from tests.laws import batching, data, descent, gradients, training

LADDERS: dict[str, Callable[[Subject], None]] = {
    "make_data": data.ladder,
    **dict.fromkeys(gradients.EXACT, gradients.ladder),
    "sample_batch": batching.sample_ladder,
    "shuffled_batches": batching.shuffled_ladder,
    "minibatch_gd": descent.ladder,
    "LinearRegression": training.model_ladder,
    "to_dataset": training.dataset_ladder,
    "train_epoch": training.epoch_ladder,
    "train": descent.ladder,
    "minibatch_gd_scan": descent.ladder,
}
