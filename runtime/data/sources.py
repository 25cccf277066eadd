"""The data sets Neurowire knows by name: where they come from, and who made them."""

from dataclasses import dataclass

from runtime.store import program


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file to download.

    Attributes:
        name: Its name in the set's folder.
        size: Bytes.
        sha256: What its content must hash to.
    """

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Source:
    """A data set.

    Attributes:
        name: What `main.py data get` takes, and its folder's name.
        title: What people call it.
        about: One line.
        origin: The page of those who made it.
        licence: What they say of its use.
        mirrors: Addresses that its files' names are added to, tried in turn.
        files: Empty for what is built in.
    """

    name: str
    title: str
    about: str
    origin: str
    licence: str
    mirrors: tuple[str, ...] = ()
    files: tuple[RemoteFile, ...] = ()

    @property
    def size(self) -> int:
        """Bytes to download."""
        return sum(file.size for file in self.files)

    @property
    def advice(self) -> str:
        """What to do where it is missing."""
        return (
            f"Download it ({self.size / 1e6:.0f} MB), in the window or with "
            f"`{program.COMMAND} data get {self.name}`, or set --data-dir to a folder that has a "
            f"folder {self.name} with its files."
        )


TOYS = "made on the spot"

SOURCES = {
    source.name: source
    for source in (
        Source(
            "digits",
            "Digits",
            "1,797 scanned digits, 8x8 grey, 10 classes",
            "https://archive.ics.uci.edu/dataset/80",
            "CC BY 4.0; comes with scikit-learn",
        ),
        Source(
            "mnist",
            "MNIST",
            "70,000 handwritten digits, 28x28 grey, 10 classes",
            "http://yann.lecun.com/exdb/mnist/",
            "CC BY-SA 3.0, as commonly cited",
            (
                "https://ossci-datasets.s3.amazonaws.com/mnist/",
                "https://storage.googleapis.com/cvdf-datasets/mnist/",
            ),
            (
                RemoteFile(
                    "train-images-idx3-ubyte.gz",
                    9_912_422,
                    "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
                ),
                RemoteFile(
                    "train-labels-idx1-ubyte.gz",
                    28_881,
                    "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
                ),
                RemoteFile(
                    "t10k-images-idx3-ubyte.gz",
                    1_648_877,
                    "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
                ),
                RemoteFile(
                    "t10k-labels-idx1-ubyte.gz",
                    4_542,
                    "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
                ),
            ),
        ),
        Source(
            "fashion-mnist",
            "Fashion-MNIST",
            "70,000 pictures of clothes, 28x28 grey, 10 classes",
            "https://github.com/zalandoresearch/fashion-mnist",
            "MIT",
            (
                "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
                "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
            ),
            (
                RemoteFile(
                    "train-images-idx3-ubyte.gz",
                    26_421_880,
                    "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                ),
                RemoteFile(
                    "train-labels-idx1-ubyte.gz",
                    29_515,
                    "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                ),
                RemoteFile(
                    "t10k-images-idx3-ubyte.gz",
                    4_422_102,
                    "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                ),
                RemoteFile(
                    "t10k-labels-idx1-ubyte.gz",
                    5_148,
                    "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
                ),
            ),
        ),
        Source("xor", "XOR", "corners of a square, 2 classes", TOYS, "none needed"),
        Source("spiral", "Spiral", "arms around each other", TOYS, "none needed"),
        Source("moons", "Moons", "two half circles, 2 classes", TOYS, "none needed"),
        Source("circles", "Circles", "a circle in a circle, 2 classes", TOYS, "none needed"),
        Source("blobs", "Blobs", "round clouds of points", TOYS, "none needed"),
    )
}
