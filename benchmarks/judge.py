"""Are generated digits any good? A classifier of ours, trained on MNIST, is the judge.

    python sample.py --count 2000 --out samples.npy      in an exported project, after training
    python benchmarks/judge.py samples.npy

It tells how sure the judge is on average, the share of each digit it sees, and the Frechet
distance between its features of the samples and of 10,000 real test digits (Heusel et al. 2017,
https://arxiv.org/abs/1706.08500, with our features). Real digits and overlaid pairs of them are
judged alongside: good samples lie at the first and far from the second. With `--classes 10`
samples count as asked for in turn, 0, 1, 2 ..., and it tells how many are what was asked for.

Samples of the built-in digits, 8 by 8, are judged by their neighbours: the share of each digit is
that of the nearest real one, and the distance is the mean distance to it.

Samples are a .npy of [N, 1, 28, 28] or [N, 28, 28] in 0..1, or a folder of pictures: the sheet
that sample.py draws for people is scaled up and rounded. The judge is the exported project of the
mnist_cnn template, trained once and kept in Neurowire's cache; MNIST is looked for in
NEUROWIRE_DATA.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from graph.compile import compile_document
from graph.core.run_plan import Project
from graph.format.templates import open_template
from runtime.exported.data import DataError
from runtime.exported.images import digits, mnist
from runtime.store import paths
from runtime.store.run_source import Imported, digest, write

SIDE, SMALL = 28, 8
COUNT = 2000
EPOCHS = 3


class Judge:
    """A trained classifier of digits, and what it thinks of real ones.

    Args:
        network: Pictures [N, 1, 28, 28] to scores [N, 10]; its last Linear's input is a feature.
        real: Real pictures to compare with.
    """

    def __init__(self, network: nn.Module, real: Tensor) -> None:
        self._network = network.eval()
        self._features: list[Tensor] = []
        last = [module for module in network.modules() if isinstance(module, nn.Linear)][-1]
        last.register_forward_hook(lambda _, given, __: self._features.append(given[0]))
        self._mean, self._spread = moments(self.look(real)[1])

    @torch.no_grad()
    def look(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Probabilities [N, 10] and features [N, F] of pictures."""
        self._features.clear()
        scores = torch.cat([self._network(part) for part in pictures.split(500)])
        return scores.softmax(1), torch.cat(self._features).double()

    def judge(self, pictures: Tensor) -> dict[str, Any]:
        """Confidence, share of each digit in percent, Frechet distance."""
        sure, features = self.look(pictures)
        seen = sure.argmax(1).bincount(minlength=10) / len(pictures)
        mean, spread = moments(features)
        return {
            "count": len(pictures),
            "confidence": round(sure.max(1).values.mean().item(), 3),
            "shares": [round(100 * share, 1) for share in seen.tolist()],
            "distance": round(frechet(mean, spread, self._mean, self._spread), 1),
        }

    def as_asked(self, pictures: Tensor, classes: int) -> float:
        """The share of pictures that are the digit asked for, in turn."""
        found = self.look(pictures)[0].argmax(1)
        return (found == torch.arange(len(found)) % classes).double().mean().item()


def by_neighbours(pictures: Tensor) -> dict[str, Any]:
    """Shares of the nearest real digits of 8 by 8 pixels, and how far they are on average."""
    real, labels = digits()
    distance, nearest = torch.cdist(pictures.flatten(1), real.flatten(1)).min(1)
    seen = labels[nearest].bincount(minlength=10) / len(pictures)
    return {
        "count": len(pictures),
        "shares": [round(100 * share, 1) for share in seen.tolist()],
        "neighbour": round(distance.mean().item(), 2),
    }


def moments(features: Tensor) -> tuple[Tensor, Tensor]:
    """Mean [F] and covariance [F, F] of features [N, F]."""
    return features.mean(0), features.T.cov()


def frechet(mean: Tensor, spread: Tensor, other: Tensor, its_spread: Tensor) -> float:
    """Squared distance of two normal distributions (Dowson and Landau 1982)."""
    roots = torch.linalg.eigvals(spread @ its_spread).real.clamp(min=0).sqrt().sum()
    apart = (mean - other).square().sum()
    return float(apart + spread.trace() + its_spread.trace() - 2 * roots)


@contextmanager
def project() -> Iterator[tuple[Imported, str]]:
    """The modules of the classifier's project, and a name for what its model is."""
    compiled = compile_document(open_template("mnist_cnn"))
    records = Project(compiled.name, compiled.files)
    with tempfile.TemporaryDirectory() as folder:
        write(records, Path(folder))
        imported = Imported(Path(folder))
        try:
            yield imported, digest({"model.py": records.files["model.py"]})
        finally:
            imported.close()


def trained_network() -> nn.Module:
    """The classifier, from the cache or trained now."""
    with project() as (imported, model):
        kept = paths.cache_dir() / "judge" / f"{model}-{EPOCHS}.safetensors"
        if kept.exists():
            network: nn.Module = imported.module("model").Model()
        else:
            print(f"Training the judge, {EPOCHS} epochs; this happens once.", file=sys.stderr)
            training = imported.module("train").Training(epochs=EPOCHS, device="cpu")
            for figures in training:
                if "epoch" in figures:
                    print(json.dumps(figures), file=sys.stderr)
            network = training.model
            kept.parent.mkdir(parents=True, exist_ok=True)
            save_file(network.state_dict(), kept)
        network.load_state_dict(load_file(kept))
    return network


def read(path: Path) -> Tensor:
    """Pictures [N, 1, H, W] in 0..1 from a .npy or a folder; those of a folder 28 by 28.

    Raises:
        ValueError: If there are none to judge.
    """
    if not path.exists():
        raise ValueError(f"{path} is missing")
    pictures = of_folder(path) if path.is_dir() else of_numbers(path)
    if len(pictures) < 2:
        raise ValueError(f"{path}: expected two pictures or more, got {len(pictures)}")
    return pictures


def of_numbers(path: Path) -> Tensor:
    """Pictures of a .npy in 0..1 or -1..1."""
    if path.suffix.lower() != ".npy":
        advice = "`python sample.py --count 2000 --out samples.npy` writes one"
        raise ValueError(f"{path}: expected a .npy or a folder of pictures; {advice}")
    try:
        pictures = torch.from_numpy(np.load(path)).float()
    except (OSError, ValueError, TypeError, EOFError) as error:
        raise ValueError(f"{path} holds no numbers that can be read ({error})") from None
    shape = pictures.shape
    if shape[1:] not in {(*one, side, side) for one in ((), (1,)) for side in (SIDE, SMALL)}:
        raise ValueError(f"{path}: expected [N, 1, 28, 28] or [N, 1, 8, 8], got {list(shape)}")
    pictures = pictures.view(-1, 1, *shape[-2:])
    return (pictures + 1) / 2 if len(pictures) and pictures.min() < 0 else pictures


def of_folder(folder: Path) -> Tensor:
    """The pictures of a folder, scaled."""
    found = [torch.zeros(0, 1, SIDE, SIDE)]
    for one in sorted(folder.iterdir()):
        try:
            with Image.open(one) as picture:
                found.append(grey(picture.resize((SIDE, SIDE))))
        except (OSError, UnidentifiedImageError) as error:
            raise ValueError(f"{one} is no picture that can be read ({error})") from None
    return torch.cat(found)


def grey(picture: Image.Image) -> Tensor:
    """A picture as [1, 1, H, W] in 0..1."""
    return torch.from_numpy(np.array(picture.convert("L"))).float()[None, None] / 255


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("samples", type=Path, nargs="*")
    parser.add_argument("--classes", type=int, default=0, help="asked for in turn, so many")
    options = parser.parse_args()
    try:
        samples = {path.name: read(path) for path in options.samples}
    except ValueError as error:
        parser.error(str(error))
    for name, pictures in samples.items():
        if pictures.shape[-1] == SMALL:
            print(json.dumps({"samples": name, **by_neighbours(pictures)}))
    if not samples or any(pictures.shape[-1] == SIDE for pictures in samples.values()):
        try:
            judge_all(samples, options.classes)
        except DataError as error:
            sys.exit(str(error))


def overlaid(one: Tensor, other: Tensor) -> Tensor:
    """Two digits in each picture: strokes as real ones have, and no digit."""
    return torch.maximum(one, other)


def judge_all(samples: dict[str, Tensor], classes: int) -> None:
    """Print what the judge thinks of real digits, of overlaid pairs, and of samples."""
    (train, _), (test, _) = mnist(None)
    judge = Judge(trained_network(), test)
    real = train[torch.randperm(len(train), generator=torch.Generator().manual_seed(1))]
    print(json.dumps({"samples": "real digits", **judge.judge(real[:COUNT])}))
    pairs = overlaid(real[:COUNT], real[COUNT : 2 * COUNT])
    print(json.dumps({"samples": "overlaid pairs", **judge.judge(pairs)}))
    for name, pictures in samples.items():
        if pictures.shape[-1] == SIDE:
            found = {"samples": name, **judge.judge(pictures)}
            if classes:
                found["as asked"] = round(judge.as_asked(pictures, classes), 3)
            print(json.dumps(found))


if __name__ == "__main__":
    main()
