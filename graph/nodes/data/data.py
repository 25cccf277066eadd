"""Data: where examples come from.

`read(facts)` gives the source of the call that reads the examples; it may use the names `data_dir`
and `seed`. What it gives is all rows, of which `validation` are held out, or, where
`fixed_split()`, a pair (train, validation). Nodes that have `needs_facts` are asked for shapes and
source only with the facts of a probe; the others know theirs. `opens` lists the endings of the
files that a node reads, so that one dropped onto a board finds it; one with `finds` looks into what
was dropped, and comes before others where that gives the path it reads.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from graph.core.tensor import TensorType, features, labels
from graph.declare import FolderPath, Raw, call, node, param, shared
from graph.declare.ranges import FREE, PICTURE, Given

GROUP = "Data"
Facts = Mapping[str, Any]

DIGITS = tuple("0123456789")
CLOTHES = (
    "T-shirt",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)


def held_out(doc: str = "Share held out to test on.") -> Any:
    """The parameter of how much is held out; each node declares where it is shown."""
    return param(0.2, low=0.0, high=0.9, doc=doc)


@shared
class Data:
    """What all data nodes share."""

    pixels: ClassVar[tuple[str, ...]] = ()
    """Outputs that are pictures, whose numbers go from 0 to 1."""

    drawn: Literal["auto", "independently", "by row"] = param(
        "auto",
        doc="Beside an older data node: in an order of its own, where the shorter begins again, or "
        "row by row with it; auto draws independently, and says so.",
        advanced=True,
    )

    def fixed_split(self) -> bool:
        """Does the reader give (train, validation) by itself?"""
        return False

    def class_names(self, facts: Facts | None, port: str = "") -> tuple[str, ...]:
        """Names of the classes of an output, or of the only one, in the order of their numbers."""
        return ()

    def packages(self, facts: Facts | None) -> tuple[str, ...]:
        """Packages that its reader loads without importing them, as pandas does."""
        return ()

    def standardised(self, facts: Facts | None) -> tuple[str, ...]:
        """The outputs that are given mean 0 and deviation 1 of the training rows."""
        return ()

    def reach(self, facts: Facts | None, port: str) -> Given:
        """How far the numbers of an output go; None where only the file knows."""
        if port in self.pixels:
            return PICTURE
        return FREE if port in self.standardised(facts) else None


@shared
class Made(Data):
    """What nodes share whose rows are made on the spot, or come along with a library.

    Such a node is its class and its reader: facts, examples and the list of data sets follow.
    """

    def reader(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        """The reader's name, in `runtime/exported/toys.py` or `images.py`, and its arguments."""
        raise NotImplementedError

    def read(self, facts: Facts | None) -> str:
        name, given, named = self.reader()
        return call(name, *given, **named)


@shared
class Probed(Data):
    """What nodes share whose files are looked at first, and divided by their reader."""

    needs_facts: ClassVar[bool] = True

    def fixed_split(self) -> bool:
        return True

    def class_names(self, facts: Facts | None, port: str = "") -> tuple[str, ...]:
        return tuple((facts or {}).get("classes") or ())


@node(
    "data.digits",
    group=GROUP,
    role="data",
    inputs="",
    outputs="image label",
    synonyms="handwritten, scikit-learn, optical digits",
)
class Digits(Made):
    """1,797 scans of handwritten digits, 8 by 8 grey pixels; comes with scikit-learn."""

    pixels: ClassVar[tuple[str, ...]] = ("image",)

    validation: float = held_out()

    def shape(self, facts: Facts | None) -> tuple[TensorType, ...]:
        return features("N", 1, 8, 8), labels("N", classes=10)

    def reader(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        return "digits", (), {}

    def class_names(self, facts: Facts | None, port: str = "") -> tuple[str, ...]:
        return DIGITS

    def summary(self) -> str:
        return "1,797 scans, 10 classes"


@node(
    "data.mnist",
    group=GROUP,
    title="MNIST",
    role="data",
    inputs="",
    outputs="image label",
    synonyms="handwritten, digits, images",
)
class MNIST(Data):
    """60,000 handwritten digits to train on and 10,000 to test on, 28 by 28 grey pixels."""

    pixels: ClassVar[tuple[str, ...]] = ("image",)

    def shape(self, facts: Facts | None) -> tuple[TensorType, ...]:
        return features("N", 1, 28, 28), labels("N", classes=10)

    def read(self, facts: Facts | None) -> str:
        return call("mnist", Raw("data_dir"))

    def fixed_split(self) -> bool:
        return True

    def class_names(self, facts: Facts | None, port: str = "") -> tuple[str, ...]:
        return DIGITS

    def summary(self) -> str:
        return "70,000 scans, 10 classes"


@node(
    "data.fashion_mnist",
    group=GROUP,
    title="Fashion-MNIST",
    role="data",
    inputs="",
    outputs="image label",
    synonyms="clothes, images",
)
class FashionMNIST(Data):
    """60,000 pictures of clothes to train on and 10,000 to test on, 28 by 28 grey pixels."""

    pixels: ClassVar[tuple[str, ...]] = ("image",)

    def shape(self, facts: Facts | None) -> tuple[TensorType, ...]:
        return features("N", 1, 28, 28), labels("N", classes=10)

    def read(self, facts: Facts | None) -> str:
        return call("fashion_mnist", Raw("data_dir"))

    def fixed_split(self) -> bool:
        return True

    def class_names(self, facts: Facts | None, port: str = "") -> tuple[str, ...]:
        return CLOTHES

    def summary(self) -> str:
        return "70,000 pictures, 10 classes"


@node(
    "data.image_folder",
    group=GROUP,
    role="data",
    inputs="",
    outputs="image label",
    synonyms="pictures, photographs, directory, files, classes",
)
class ImageFolder(Probed):
    """Pictures in a folder a class, or in such folders below `train` and `val`.

    What people call these is understood: `training_set`, `Train`, `seg_train`, `validation`,
    `test`, and also where each class has them. Pictures that lie loose are one class; so they train
    what needs no labels.
    """

    pixels: ClassVar[tuple[str, ...]] = ("image",)

    path: FolderPath = param("", doc="The folder; looked for in the data folders if no full path.")
    size: int = param(64, low=1, high=1024, doc="Side in pixels; pictures are scaled and cropped.")
    channels: Literal["1", "3"] = param("3", doc="1 for grey, 3 for colour.")
    unreadable: Literal["refuse", "leave out"] = param(
        "refuse", doc="What becomes of pictures that can't be read.", advanced=True
    )
    validation: float = held_out("Share held out to test on, where there is no `val` folder.")

    def shape(self, facts: Facts) -> tuple[TensorType, ...]:
        _, label = types(facts, ("image", "label"))
        return features("N", int(self.channels), self.size, self.size), label

    def read(self, facts: Facts) -> str:
        named = ("train", "held_out", "within", "without")
        places = {name: facts[name] for name in named if name in facts}
        if "within" in places:
            places["within"] = tuple(places["within"])
        rest: dict[str, object] = {} if self.channels == "3" else {"channels": int(self.channels)}
        if facts.get("spans"):
            rest["spans"] = {mode: tuple(span) for mode, span in facts["spans"].items()}
        itself = "held_out" in facts or "within" in facts
        drawn = {} if itself else {"validation": self.validation, "seed": Raw("seed")}
        return call(
            "image_folder",
            str(self.path),
            **places,
            size=self.size,
            **rest,
            **drawn,
            data_dir=Raw("data_dir"),
        )

    def summary(self) -> str:
        name = str(self.path).replace("\\", "/").rstrip("/").rpartition("/")[2]
        return f"{name or 'choose a folder'}, {self.size} by {self.size}"


def types(facts: Facts, ports: Sequence[str]) -> tuple[TensorType, ...]:
    """The types a probe found for these outputs."""
    found = [facts["outputs"][port] for port in ports]
    return tuple(
        TensorType(tuple(one["dims"]), one["dtype"], one["kind"], one.get("classes"))
        for one in found
    )
