"""A GAN on the digits, drawn as a person draws it."""

from typing import Any

from graph.edit.document import Document
from graph.model.sheet import Node
from tests.graph_tests.networks_tests.drawing import Drawing

GENERATOR: tuple[tuple[str, dict[str, Any]], ...] = (
    ("layer.linear", {"units": 128}),
    ("activation.relu", {}),
    ("layer.linear", {"units": 128}),
    ("activation.relu", {}),
    ("layer.linear", {"units": 64}),
    ("activation.tanh", {}),
    ("shape.unflatten", {"dim": 1, "sizes": (1, 8, 8)}),
)
DISCRIMINATOR: tuple[tuple[str, dict[str, Any]], ...] = (
    ("shape.flatten", {}),
    ("layer.linear", {"units": 128}),
    ("activation.leaky_relu", {"negative_slope": 0.2}),
    ("layer.linear", {"units": 64}),
    ("activation.leaky_relu", {"negative_slope": 0.2}),
    ("layer.linear", {"units": 1}),
)
ADAM: dict[str, Any] = {"lr": 2e-4, "betas": (0.5, 0.999)}


def gan(*, linked: bool = True, **generator_step: Any) -> tuple[Document, dict[str, Node]]:
    """The board: `linked` says whether both discriminators share their weights."""
    draw = Drawing("digits_gan")
    draw.network("generator", *GENERATOR, input="noise", output="image")
    draw.network("discriminator", *DISCRIMINATOR, input="image", output="score")
    data, noise = draw.add("data.digits"), draw.add("random.noise")
    generator = draw.place("generator", "g")
    real = draw.place("discriminator", "d")
    (fake,) = draw.document.duplicate([real.id], twins=linked)
    draw.chain(noise, generator, fake)
    draw.chain(data, real)
    loss_d, loss_g = draw.add("loss.discriminator"), draw.add("loss.generator")
    draw.wire(real, loss_d, "real")
    draw.wire(fake, loss_d, "fake")
    draw.wire(fake, loss_g, "fake")
    trained = (real.id,) if linked else (real.id, fake.id)
    adam_d = draw.add("optimizer.adam", "adam_d", trains=trained, **ADAM)
    adam_g = draw.add("optimizer.adam", "adam_g", trains=(generator.id,), **ADAM, **generator_step)
    draw.chain(loss_d, adam_d)
    draw.chain(loss_g, adam_g)
    return draw.document, {"noise": noise, "g": generator, "real": real, "fake": fake}
