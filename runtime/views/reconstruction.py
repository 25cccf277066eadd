"""Held-out pictures above what the network made of them."""

from runtime.protocol.payloads import Pairs
from runtime.views.computed import View
from runtime.views.pixels import is_signed, to_pictures


def render(view: View) -> Pairs:
    """Originals and reconstructions, on one scale of grey."""
    tensors = view.tensors()
    image, made = tensors["image"], tensors["reconstruction"]
    signed = is_signed(image)
    made = made.reshape(image.shape)
    return Pairs(to_pictures(image, signed=signed), to_pictures(made, signed=signed))
