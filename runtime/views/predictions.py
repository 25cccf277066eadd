"""Held-out pictures with the class the network takes them for."""

from runtime.payloads import Pictures
from runtime.views.computed import View, class_numbers, probabilities
from runtime.views.pixels import to_pictures


def render(view: View) -> Pictures:
    """Pictures captioned "seven 98%", or "seven 60%, is one" where that is wrong."""
    tensors = view.tensors()
    sure, taken = probabilities(tensors["logits"]).max(1)
    captions = [
        f"{view.class_name(number)} {share:.0%}"
        for number, share in zip(taken.tolist(), sure.tolist(), strict=True)
    ]
    right: list[bool | None] = []
    if "label" in tensors:
        label = class_numbers(tensors["label"])
        right = (taken == label).tolist()
        captions = [
            caption if good else f"{caption}, is {view.class_name(truth)}"
            for caption, good, truth in zip(captions, right, label.tolist(), strict=True)
        ]
    return to_pictures(tensors["image"], captions, right)
