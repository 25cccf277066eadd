"""Pictures a network makes, in rows; a class a row where their classes are known."""

import torch

from runtime.protocol.payloads import Pictures
from runtime.views.computed import View, class_numbers
from runtime.views.pixels import to_pictures

SIGNED = {"0 to 1": False, "-1 to 1": True}


def render(view: View) -> Pictures:
    """As many columns as asked for; where class numbers are wired and even, a row for each."""
    tensors = view.tensors()
    image, columns = tensors["image"], int(view.params.get("columns", 0))
    captions: list[str] = []
    rows: list[str] = []
    if "label" in tensors:
        label = class_numbers(tensors["label"])
        order = torch.argsort(label, stable=True)
        image, label = image[order], label[order]
        kinds, counts = label.unique(return_counts=True)
        if not columns and counts.min() == counts.max():
            columns = int(counts[0])
            rows = [view.class_name(number) for number in kinds.tolist()]
        else:
            captions = [view.class_name(number) for number in label.tolist()]
    signed = SIGNED.get(str(view.params.get("range", "auto")))
    return to_pictures(image, captions, signed=signed, columns=columns, rows=rows)
