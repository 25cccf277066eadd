"""Pictures a network makes, in rows; a class a row where their classes are known."""

import torch

from runtime.payloads import Pictures
from runtime.views.computed import View, class_numbers
from runtime.views.pixels import to_pictures

SIGNED = {"0 to 1": False, "-1 to 1": True}


def render(view: View) -> Pictures:
    """As many columns as asked for, or as the largest class has pictures."""
    tensors = view.tensors()
    image, columns = tensors["image"], int(view.params.get("columns", 0))
    captions: list[str] = []
    if "label" in tensors:
        label = class_numbers(tensors["label"])
        order = torch.argsort(label, stable=True)
        image, label = image[order], label[order]
        captions = [view.class_name(number) for number in label.tolist()]
        counts = label.unique(return_counts=True)[1]
        if not columns and len(counts) > 1 and counts.min() == counts.max():
            columns = int(counts[0])
    signed = SIGNED.get(str(view.params.get("range", "auto")))
    return to_pictures(image, captions, signed=signed, columns=columns)
