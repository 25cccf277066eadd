"""How often each class is taken for each other."""

from runtime.protocol.payloads import Matrix
from runtime.views.computed import View, class_numbers, probabilities


def render(view: View) -> Matrix:
    """Counts by truth and prediction."""
    tensors = view.tensors()
    share = probabilities(tensors["logits"])
    taken, label = share.argmax(1), class_numbers(tensors["label"])
    known = label >= 0
    count = max(share.shape[1], int(label.max()) + 1 if len(label) else 0)
    cells = (label * count + taken)[known].bincount(minlength=count * count)
    rows = cells.view(count, count).tolist()
    return Matrix(view.class_names(count), tuple(tuple(row) for row in rows))
