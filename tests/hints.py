"""Hints, asked for with `pytest --hint NAME`: a question, an idea, nearly the answer."""

from tests.probes import STAGE_OF

HINTS: dict[str, tuple[str, str, str]] = {
    "make_data": (
        "Which of the two, x and ε, is drawn from which distribution, and how many values of "
        "each does a data set of n samples need?",
        "Make one generator from the seed: rng = np.random.default_rng(seed). It can draw "
        "arrays of any shape, uniform ones (rng.random) and normal ones (rng.standard_normal). "
        "Draw both x and ε from the same generator, one after the other.",
        "With x = rng.random((n, 1)) and epsilon = rng.standard_normal((n, 1)), the formula for "
        "y can be written as it stands. A shape (n,) instead of (n, 1) would broadcast to an "
        "(n, n) array in the sum.",
    ),
    "predict": (
        "What does NumPy do when an array of shape (m, 1) is multiplied by a number?",
        "Arithmetic on arrays works element by element; a number is used for every element. "
        "No loop is needed.",
        "The formula w·x + b, written in Python with * and +, is the whole body.",
    ),
    "mse_loss": (
        "For one sample: how far is the prediction from y? And what becomes of that number in "
        "the formula, before the mean is taken?",
        "Take the residuals, predict(x, w, b) − y, an array of shape (m, 1); square them; take "
        "the mean of the squares.",
        "residual = predict(x, w, b) - y, then np.mean(residual**2). Not the square of the mean, "
        "and no factor ½.",
    ),
    "mse_gradients": (
        "The loss of one sample is r², with r = w·x + b − y. What is the derivative of r² by r? "
        "Of r by w? Of r by b?",
        "By the chain rule, ∂(r²)/∂w = 2·r·(∂r/∂w), and the same with b. One of the two inner "
        "derivatives is x, the other is 1. Then take the mean over the samples.",
        "dw = 2 * np.mean(residual * x), the mean of the products, not the product of the means. "
        "db looks the same, with 1 in the place of x. The residual is prediction − y, in this "
        "order.",
    ),
    "sgd_step": (
        "The gradient points uphill. Which way should w and b go?",
        "Each parameter moves by the learning rate times its own derivative, against its sign. "
        "Neither formula needs the other's new value.",
        "w - lr * dw is the new w. Return it together with the new b.",
    ),
    "sample_batch": (
        "How do you pick some rows at random, so that none is picked twice? And how do you make "
        "sure that x and y give the same rows?",
        "Draw row numbers, not rows: once, from rng, without replacement. Then index x and y "
        "with the same row numbers. Check batch_size first, and raise ValueError.",
        "rows = rng.choice(len(x), size=batch_size, replace=False), then x[rows] and y[rows].",
    ),
    "shuffled_batches": (
        "If you had all the row numbers in a random order, how would you cut them into pieces of "
        "batch_size? Which piece is shorter, and when?",
        "order = rng.permutation(n) gives each row number once. A slice that reaches past the "
        "end of an array is simply shorter, so that the last batch needs no code of its own.",
        "for start in range(0, n, batch_size): rows = order[start : start + batch_size], and the "
        "batch is x[rows], y[rows]: yield it, or collect it in a list. Check batch_size and the "
        "two lengths before that.",
    ),
    "minibatch_gd": (
        "Two loops, one inside the other: over what does each go? What is done once in each "
        "epoch, and what once in each batch?",
        "For each batch: first note its loss with the present w and b, then its gradients, then "
        "the step. After the last batch of an epoch, append the mean of the noted losses.",
        "for xb, yb in shuffled_batches(x, y, batch_size, rng): the loss of (xb, yb), then "
        "dw, db = mse_gradients(xb, yb, w, b), then w, b = sgd_step(w, b, dw, db, lr). The "
        "gradient is already a mean over the batch that it got, also over a short one. Call "
        "shuffled_batches anew in every epoch, and do not set w and b back.",
    ),
    "LinearRegression": (
        "Which part of the line does nn.Linear(1, 1) already contain?",
        "Its weight is w and its bias is b. A module must call super().__init__() before it gets "
        "its parts.",
        "In __init__: super().__init__(), then self.linear = nn.Linear(1, 1). In forward: return "
        "self.linear(x).",
    ),
    "to_dataset": (
        "What dtype have the arrays, and what dtype do the weights of nn.Linear have?",
        "Make a float32 tensor of each array, and keep its shape (n, 1). TensorDataset takes any "
        "number of tensors of equal length.",
        "torch.tensor(x, dtype=torch.float32), the same for y, and TensorDataset of both, in "
        "this order.",
    ),
    "train_epoch": (
        "Five things happen for each batch. In which order? Which of them adds to what is "
        "already there?",
        "Predict, compute the loss, clear the old gradients, backward, step. backward() adds to "
        "the gradients, so that they must be cleared once for each batch. loss.item() is the "
        "loss as a Python number.",
        "for xb, yb in loader: loss = loss_fn(model(xb), yb); optimizer.zero_grad(); "
        "loss.backward(); optimizer.step(); and add loss.item() to a total. Return the total "
        "divided by the number of batches, len(loader).",
    ),
    "train": (
        "What must be made once, before the first epoch, and what is done in every epoch?",
        "Once: a DataLoader that shuffles with the generator that you were given, an optimizer "
        "for model.parameters(), the loss. In every epoch: train_epoch.",
        "DataLoader(dataset, batch_size=batch_size, shuffle=True, generator=generator) shuffles "
        "anew each time it is looped over, and keeps the short last batch. "
        "torch.optim.SGD(model.parameters(), lr=lr) is plain gradient descent, and nn.MSELoss() "
        "the loss. Return the list of what train_epoch returns.",
    ),
    "update_map": (
        "Write w − 2α·mean(x·(w·x + b − y)) as something times w, plus something times b, plus a "
        "rest. What are the three?",
        "The mean of a sum is the sum of the means: mean(x·w·x) is w·mean(x²). Do the same with "
        "b's step, whose gradient has no x in front.",
        "ww = 1 − 2α·mean(x²), wb = bw = −2α·mean(x), w1 = 2α·mean(x·y), bb = 1 − 2α, "
        "b1 = 2α·mean(y).",
    ),
    "compose": (
        "After the first map, what is w? And b? What does the second map make of these two?",
        "Put the first map's formulas for w and b into the second map's, multiply out, and "
        "collect what stands before w, before b, and alone.",
        "The new ww is second.ww·first.ww + second.wb·first.bw, and the new w1 is "
        "second.ww·first.w1 + second.wb·first.b1 + second.w1; the other four look alike.",
    ),
    "minibatch_gd_scan": (
        "If all the maps of a run lie in arrays, how can two updates of many segments be composed "
        "with a single call of compose?",
        "Cut the maps into segments of L; compose the first maps of all segments with their second "
        "ones, and so on, L times, as arrays. Then chain the segments, one after the other, to "
        "get the w and b at which each begins, and replay all of them side by side.",
        "With every map in arrays of shape (segments, L): for k in range(1, L): whole = "
        "compose(whole, maps[:, k]). Chain whole over the segments in a loop. Then for k in "
        "range(L): note w and b (arrays, one for each segment), and apply maps[:, k] to them. The "
        "loss of an update follows from w and b before it. Draw the orders as "
        "`shuffled_batches` does.",
    ),
}


def give(asked: str) -> str:
    """Return the hint for "NAME", or the steps up to the second or third for "NAME:2", "NAME:3".

    Raises
    ------
    ValueError
        If there is no such function or step.
    """
    name, _, step = asked.partition(":")
    if name not in HINTS:
        raise ValueError(f"no hint for {name!r}: the functions are {', '.join(STAGE_OF)}")
    if step not in ("", "1", "2", "3"):
        raise ValueError(f"no step {step!r}: ask for {name}, {name}:2 or {name}:3")
    last = int(step or 1)
    lines = [f"{name} (in {STAGE_OF[name]}.py)"]
    for number, text in enumerate(HINTS[name][:last], start=1):
        lines += ["", f"{number}. {text}"]
    if last < 3:
        lines += ["", f"Still stuck? pytest --hint {name}:{last + 1}"]
    return "\n".join(lines)
