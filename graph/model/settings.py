"""Run settings kept with a document."""

from dataclasses import dataclass, replace
from typing import Any, Literal

from graph.core.errors import BadParameter
from graph.core.limits import brief

Precision = Literal["auto", "float32", "bfloat16"]
DEVICES = ("auto", "cpu", "cuda", "mps", "xpu")
PRECISIONS = ("auto", "float32", "bfloat16")


@dataclass(frozen=True)
class Settings:
    """How a board is trained.

    Attributes:
        epochs: Passes over the training data.
        batch_size: Examples a step.
        seed: Decides split, order, initial weights and noise.
        device: auto, cpu, cuda, mps or xpu.
        precision: auto takes bfloat16 on a GPU that has it, float32 elsewhere.
        threads: CPU threads; 0 lets the worker measure and choose.
        validate_every: Steps between two validations within an epoch; 0 validates within long
            epochs alone.
    """

    epochs: int = 10
    batch_size: int = 64
    seed: int = 0
    device: str = "auto"
    precision: str = "auto"
    threads: int = 0
    validate_every: int = 0

    def with_values(self, **values: Any) -> "Settings":
        """These settings with some changed.

        Raises:
            BadParameter: If a value is out of range or there is no such setting.
        """
        for name, value in values.items():
            if name not in {**LIMITS, **_CHOICES}:
                raise BadParameter(f"settings: there is no {brief(name)}")
            if name in LIMITS:
                (low, high), got = LIMITS[name], brief(value)
                if isinstance(value, bool) or not isinstance(value, int):
                    raise BadParameter(f"{name}: expected a whole number, got {got}")
                if not low <= value <= high:
                    bound = f"at least {low}" if value < low else f"at most {high}"
                    raise BadParameter(f"{name}: expected {bound}, got {got}")
            elif value not in _CHOICES[name]:
                choices = ", ".join(_CHOICES[name])
                raise BadParameter(f"{name}: expected one of {choices}; got {brief(value)}")
        return replace(self, **values)


LIMITS = {
    "epochs": (1, 10**9),
    "batch_size": (1, 10**9),
    "seed": (0, 2**63 - 1),  # as generators take it, counted up by the epochs
    "threads": (0, 1024),  # with some ten thousands the system gives out
    "validate_every": (0, 10**9),
}
"""The least and the most that each number may be."""
_CHOICES = {"device": DEVICES, "precision": PRECISIONS}
