"""What is known of the numbers on a wire besides their shape: how far they go, and what is wanted.

A node may say with the hook `bounds(*given)` how far its numbers go, from the ranges of its inputs
(None where unknown). Without it an activation's are those of its curve, what learns gives numbers
of either sign and any size, and a node with `keeps` (all of the group Shape do) hands on numbers as
they came.

What a loss or metric wants at its inputs it says with `wants(*types)`, a `Want` for each port.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from graph.declare import Declaration

Meaning = Literal["", "probabilities", "log probabilities", "open"]
"""What numbers are known to be: no more, probabilities, their logarithms; or it is not known."""
LARGE = 20.0
"""Larger than what a layer gives before it is trained, and a probability of 1 as a score."""
SLACK = 0.01


@dataclass(frozen=True)
class Range:
    """How far the numbers on a wire go.

    Attributes:
        low: None is lower.
        high: None is higher.
        reached: Do they come near to both, as far as is known, or is only known that none is
            beyond?
        meaning: What else is known of them.
        axis: Along which of their axes, from the front, they add up to 1, or their exponentials:
            None along none, "any" where it is not known.
    """

    low: float = -math.inf
    high: float = math.inf
    reached: bool = True
    meaning: Meaning = ""
    axis: int | Literal["any"] | None = None

    @property
    def free(self) -> bool:
        """Are there large numbers of either sign?"""
        return self.reached and self.low <= -LARGE and self.high >= LARGE

    @property
    def shared(self) -> bool:
        """Are they probabilities of which it is known along which axis they add up to 1?"""
        return self.meaning == "probabilities" and isinstance(self.axis, int)


FREE = Range()
PROBABILITY = Range(0.0, 1.0, meaning="probabilities")
PICTURE = Range(0.0, 1.0)
NOTHING = Range(0.0, 0.0)
Given = Range | None


@dataclass(frozen=True)
class Want:
    """What numbers an input wants.

    Attributes:
        expected: In words.
        below: Some must be able to get below this,
        above: and some above this.
        apart: Do only differences between scores count? Then numbers that go without end in one
            direction are as good as those of either sign: a distance, less the further.
        low: None may get below this,
        high: and none above this.
        no_logs: Are log probabilities unwanted, which would be turned into such a second time?
        logs: Are log probabilities wanted, and nothing else?
        axis: Along which axis they are to add up to 1; any, or none, where left out.
        insert: The node that makes such numbers of any.
        params: Its parameters.
        advice: What to do.
        severe: Does torch refuse other numbers?
        thinned: Does it matter that some were set to zero at random?
        single: Is each number a yes or no of its own, and none a share of a whole?
        use: Nodes that take numbers of the data as they are, where those are not wanted.
    """

    expected: str
    below: float = math.inf
    above: float = -math.inf
    apart: bool = False
    low: float = -math.inf
    high: float = math.inf
    no_logs: bool = False
    logs: bool = False
    axis: int | None = None
    insert: str = ""
    params: tuple[tuple[str, object], ...] = ()
    advice: str = ""
    severe: bool = False
    thinned: bool = True
    single: bool = False
    use: tuple[str, ...] = ()

    def complaint(self, given: Given) -> str:
        """What is wrong with numbers of a range, or nothing."""
        if given is None:
            return ""
        if self.no_logs and given.meaning == "log probabilities":
            return "gives log probabilities"
        if self.single and given.shared:
            return f"gives probabilities that add up to 1 along axis {given.axis}"
        if given.low > self.below:
            return f"gives none below {_near(given.low)}"
        if given.high < self.above and not (self.apart and given.low == -math.inf):
            return f"gives none above {_near(given.high)}"
        low, high = given.low < self.low - SLACK, given.high > self.high + SLACK
        if self.logs and given.high <= self.high + SLACK and given.meaning != "open":
            return self._no_logs_of(given)
        if not given.reached or not (low or high):
            return ""
        ends = [f"below {self.low:g}"] * low + [f"above {self.high:g}"] * high
        return f"gives numbers {' and '.join(ends)}"

    def _no_logs_of(self, given: Range) -> str:
        """What is wrong with numbers none of which is above 0, if they are no log probabilities."""
        if given.meaning != "log probabilities":
            return "gives numbers that are no logarithms of probabilities"
        if self.axis is None or given.axis in {self.axis, "any"}:
            return ""
        if given.axis is None:
            return f"gives log probabilities that do not add up to 1 along axis {self.axis}"
        return f"gives log probabilities that add up to 1 along axis {given.axis}, not {self.axis}"

    def met(self, given: Range) -> "Want | None":
        """The same want, met by what turns numbers of a range into such; None where nothing does.

        The likeliest class is taken of probabilities; targets between two ends are moved.
        """
        if self.single and given.shared:
            return replace(self, insert="merge.argmax", params=(("dim", given.axis),))
        return self._scaled(given) if replace(self, severe=False) == TARGETS else None

    def _scaled(self, given: Range) -> "Want | None":
        ends = (given.low, given.high, self.low, self.high)
        if not all(map(math.isfinite, ends)) or not given.reached or given.high <= given.low:
            return None
        if max(abs(given.low), abs(given.high)) >= LARGE:
            return None
        factor = (self.high - self.low) / (given.high - given.low)
        params = (("factor", factor), ("offset", self.low - given.low * factor))
        return replace(self, insert="merge.scale", params=params)

    @property
    def scores(self) -> bool:
        """Are they scores or log probabilities, as a layer gives them or nearly?"""
        return self.logs or self.below != math.inf or self.above != -math.inf

    @property
    def picky(self) -> bool:
        """Are there numbers it would not take?"""
        return self != Want(self.expected, advice=self.advice, thinned=self.thinned)


def _near(end: float) -> str:
    """An end of a range as people say it: 2.1e-09 is 0 to them."""
    return "0" if abs(end) < 1e-6 else f"{end:.2g}"


JUDGE_NUMBERS = ("loss.mse", "metric.mae", "view.table")
"""What judges how far off a number is."""
LOWEST = -5.0  # a score of -5 is a probability of 0.7%; one that can't get there is no logit
BENDS = "the loss bends it itself"
SCORES = Want(
    "logits, scores of either sign", below=LOWEST, above=SLACK, no_logs=True, advice=BENDS
)
CLASS_SCORES = replace(SCORES, apart=True)
CRITIC = Want(
    "scores of either sign, before any sigmoid",
    below=LOWEST,
    above=SLACK,
    no_logs=True,
    advice=BENDS,
)
SIGN = Want(
    "scores whose sign tells yes from no",
    below=-1e-6,
    above=1e-6,
    advice="yes is what lies above 0",
    thinned=False,
)
ANY = Want("numbers as its target has them", advice="end in a layer that gives numbers of any size")
POSITIVE = Want(
    "numbers above 0", low=0.0, insert="activation.softplus", advice="put Softplus before"
)
CENTRE = Want("means of either sign", below=-SLACK, above=SLACK, advice="a code lies around 0")
LOGARITHM = Want(
    "log variances, of either sign",
    below=-SLACK,
    above=SLACK,
    advice="the loss takes its exponential",
)
SURPRISE = Want("scores of either sign", below=LOWEST, advice="they are bent here", thinned=False)
ORDER = Want("scores, the highest of which counts", thinned=False)
PROBABILITIES = Want(
    "probabilities, 0 to 1",
    low=0.0,
    high=1.0,
    insert="activation.sigmoid",
    advice="end in a Sigmoid, or take the loss that wants logits",
    severe=True,
)
COUNTS = Want(
    "counts, none below 0", low=0.0, advice="wire in what was counted, as it stands", thinned=False
)
SIGNS = Want(
    "signs, 1 or -1", low=-1.0, high=1.0, advice="wire in which of the two it is", thinned=False
)
TARGETS = Want(
    "targets of 0 to 1",
    low=0.0,
    high=1.0,
    insert="activation.sigmoid",
    advice="scale them to 0 to 1, or take a loss for numbers",
    thinned=False,
    use=JUDGE_NUMBERS,
)
YES_OR_NO = Want(
    "a yes or no for each number, from 0 to 1",
    low=0.0,
    high=1.0,
    advice="wire class numbers here, or take a metric for numbers",
    thinned=False,
    single=True,
    use=JUDGE_NUMBERS,
)


def shares(dim: int, *, log: bool, along: int | None = None) -> Want:
    """Probabilities that add up to 1 along an axis, or their logarithms.

    Args:
        dim: The axis.
        log: Logarithms?
        along: The axis from the front, where it is told if they add up along another.
    """
    if log:
        return Want(
            "log probabilities, none above 0",
            below=-SLACK,
            high=0.0,
            logs=True,
            axis=along,
            insert="activation.log_softmax",
            params=(("dim", dim),),
            advice="end in Log softmax, or take Cross entropy, which does it itself",
        )
    return Want(
        "probabilities, 0 to 1",
        low=0.0,
        high=1.0,
        insert="activation.softmax",
        params=(("dim", dim),),
        advice="put Softmax before",
        thinned=False,
        use=JUDGE_NUMBERS,
    )


def passes(declaration: Declaration) -> bool:
    """Does a node hand on the numbers it gets, laid out anew, or but for some?"""
    named = [port for port in declaration.ports.inputs if not port.optional]
    alike = declaration.group == "Shape" and not declaration.has("bounds")
    return (alike or declaration.has("keeps")) and len(named) == 1 and not named[0].variadic


def of(declaration: Declaration, params: Any, given: Sequence[Any], place: int = 0) -> Given:
    """The range of what a node gives at an output.

    Args:
        declaration: The node's.
        params: Its parameters.
        given: The ranges of its inputs; a tuple for a variadic one.
        place: Which of its outputs.
    """
    if declaration.has("bounds"):
        found: Given | tuple[Given, ...] = declaration.bind(params).bounds(*given)
        return found[place] if isinstance(found, tuple) else found
    if passes(declaration):
        return given[0] if given else None
    curve = declaration.curve(params)
    if curve is not None:
        return along(curve, FREE if declaration.role == "neuron" else given[0] if given else None)
    return FREE if declaration.learns and declaration.role != "instance" else None


def logs(given: Given) -> Range:
    """Log probabilities, made of numbers of any range."""
    return Range(high=0.0, reached=given is not None and given.reached, meaning="log probabilities")


def parts(given: Given) -> Range:
    """Numbers that add up to 1, made of numbers of any range."""
    return Range(0.0, 1.0, given is not None and given.reached)


def along(curve: Callable[[float], float], given: Given, steps: int = 80) -> Range:
    """The range of a function of numbers of a range."""
    wide = given or FREE
    low, high = max(wide.low, -LARGE), min(wide.high, LARGE)
    if low > high:
        low, high = min(low, high), max(low, high)
    found = [curve(low + (high - low) * step / steps) for step in range(steps + 1)]
    return Range(min(found), max(found), given is not None and given.reached)


def unsure(x: Given) -> Given:
    """The same range of numbers of which it is not known any more along which axis they add up."""
    return replace(x, axis="any") if x is not None and x.meaning else x


def pooled(x: Given) -> Given:
    """The range of what is pooled; that scores were rectified before is not held against it.

    Networks such as SqueezeNet end in a mean of such scores and learn well.
    """
    return None if x is None or (x.low >= 0 and x.high > 1 + SLACK) else unsure(x)


def summed(x: Given) -> Given:
    """The range of sums of many numbers: without end where they are of one sign, or of either."""
    if x is None:
        return None
    low, high = min(x.low, 0.0), max(x.high, 0.0)
    wide = Range(-math.inf if x.low < 0 else low, math.inf if x.high > 0 else high, reached=False)
    return replace(wide, meaning="open", axis="any") if x.meaning else wide
