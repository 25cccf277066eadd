import gzip
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from graph.declare import REGISTRY
from runtime.data import probe
from runtime.exported.data import DataError
from runtime.exported.images import (
    class_names,
    digits,
    fashion_mnist,
    image_folder,
    mnist,
    read_picture,
)

RealData = Callable[[str], Path]


def idx(*shape: int, fill: int = 7) -> bytes:
    header = bytes([0, 0, 8, len(shape)]) + b"".join(n.to_bytes(4, "big") for n in shape)
    return header + bytes([fill]) * int(torch.tensor(shape).prod())


@pytest.fixture
def small_mnist(tmp_path: Path) -> Path:
    folder = tmp_path / "mnist"
    folder.mkdir()
    for part, count in (("train", 5), ("t10k", 3)):
        images = gzip.compress(idx(count, 28, 28, fill=51))
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(images)
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(idx(count, fill=4))
    return folder


@pytest.mark.parametrize(
    ("shape", "labels", "received"),
    [
        ((5, 28, 28), 25, "5 of 28 by 28 with labels up to 25"),
        ((5, 32, 32), 9, "5 of 32 by 32 with labels up to 9"),
        ((5, 28, 20), 0, "5 of 20 by 28 with labels up to 0"),
        ((0, 28, 28), 0, "0 of 28 by 28 with labels up to -1"),
    ],
)
def test_another_set_in_the_same_format_is_refused(
    small_mnist: Path, shape: tuple[int, int, int], labels: int, received: str
) -> None:
    (small_mnist / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(*shape)))
    (small_mnist / "train-labels-idx1-ubyte").write_bytes(idx(shape[0], fill=labels))
    for read in (
        lambda: mnist(small_mnist.parent),
        lambda: probe("data.mnist", {}, small_mnist.parent),
    ):
        with pytest.raises(DataError, match=f"labels 0 to 9, received {received}"):
            read()


def test_digits() -> None:
    image, label = digits()
    assert image.shape == (1797, 1, 8, 8)
    assert [image.min().item(), image.max().item()] == [0, 1]
    assert {*label.tolist()} == {*range(10)}


def test_real_mnist(real_data: RealData) -> None:
    (image, label), (test_image, test_label) = mnist(real_data("mnist").parent)
    assert image.shape == (60000, 1, 28, 28)
    assert test_image.shape == (10000, 1, 28, 28)
    assert image.mean().item() == pytest.approx(0.1307, abs=1e-4)
    assert image.std().item() == pytest.approx(0.3081, abs=1e-4)
    assert label[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert label.dtype == test_label.dtype == torch.int64


def test_idx_plain_and_packed(small_mnist: Path) -> None:
    (image, label), (_, held_label) = mnist(small_mnist.parent)
    assert image.shape == (5, 1, 28, 28)
    assert image.eq(torch.tensor(51 / 255)).all()
    assert label.tolist() == [4] * 5
    assert held_label.tolist() == [4] * 3


def test_fashion_mnist_reads_the_same_format(small_mnist: Path) -> None:
    shutil.move(small_mnist, small_mnist.with_name("fashion-mnist"))
    assert len(fashion_mnist(small_mnist.parent)[0][0]) == 5


def test_a_missing_idx_file_is_named(small_mnist: Path) -> None:
    (small_mnist / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(DataError, match=r"t10k-labels-idx1-ubyte\.gz is missing"):
        mnist(small_mnist.parent)


def test_a_cut_off_gz_is_named(small_mnist: Path) -> None:
    file = small_mnist / "train-images-idx3-ubyte.gz"
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(DataError, match=r"train-images-idx3-ubyte\.gz is broken"):
        mnist(small_mnist.parent)


def test_a_wrong_idx_size_is_told(small_mnist: Path) -> None:
    (small_mnist / "train-labels-idx1-ubyte").write_bytes(idx(5)[:-1])
    with pytest.raises(DataError, match="13 bytes in all, received 12"):
        mnist(small_mnist.parent)


def test_counts_that_differ_are_told(small_mnist: Path) -> None:
    (small_mnist / "train-labels-idx1-ubyte").write_bytes(idx(4))
    with pytest.raises(DataError, match="5 train images but 4 labels"):
        mnist(small_mnist.parent)


def test_real_folders_with_a_fixed_split(real_data: RealData) -> None:
    folder = real_data("hymenoptera-256")
    train, held_out = image_folder(folder, train="train", held_out="val", size=32)
    (image, label), (held_image, held_label) = train, held_out
    assert image.shape == (243, 3, 32, 32)
    assert held_image.shape == (153, 3, 32, 32)
    assert label.bincount().tolist() == [122, 121]
    assert held_label.bincount().tolist() == [70, 83]
    assert 0 <= image.min() < image.max() <= 1


def test_real_pictures_keep_their_pixels_where_the_size_fits(real_data: RealData) -> None:
    folder = real_data("cifar10-subset")
    (image, label), (held, _) = image_folder(
        "cifar10-subset", train="train", held_out="test", size=32, data_dir=folder.parent
    )
    assert (len(image), len(held)) == (1000, 200)
    assert class_names(folder / "train")[label[150]] == "automobile"
    first = sorted((folder / "train" / "airplane").iterdir())[0]
    with Image.open(first) as picture:
        pixels = torch.tensor(list(picture.convert("RGB").tobytes())).view(32, 32, 3)
    assert torch.equal((image[0] * 255).round().long(), pixels.permute(2, 0, 1))


def save(path: Path, size: tuple[int, int], colour: tuple[int, int, int] = (255, 0, 0)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)


def test_mixed_sizes_are_cropped_and_split(tmp_path: Path) -> None:
    for i in range(5):
        save(tmp_path / "a" / f"{i}.png", (10 + i, 40))
        save(tmp_path / "b" / "deeper" / f"{i}.jpg", (40, 10 + i))
    (tmp_path / "b" / "notes.txt").write_text("no picture")
    (image, label), (held, _) = image_folder(tmp_path, size=16, channels=1, validation=0.3, seed=1)
    assert image.shape == (7, 1, 16, 16)
    assert held.shape == (3, 1, 16, 16)
    assert image.mean().item() == pytest.approx(76 / 255, abs=0.01)
    assert {*label.tolist()} == {0, 1}


@pytest.mark.parametrize(("ending", "kept"), [("jpg", 900), ("png", 300), ("gif", 0)])
def test_a_broken_picture_is_named(tmp_path: Path, ending: str, kept: int) -> None:
    good, bad = tmp_path / "a" / "good.jpg", tmp_path / "a" / f"bad.{ending}"
    save(good, (200, 200))
    bad.write_bytes(good.read_bytes()[:kept])
    with pytest.raises(DataError, match=r"bad\.\w+ is no readable picture .*replace or delete"):
        image_folder(tmp_path, size=8)


def test_pictures_that_lie_loose_are_one_class(tmp_path: Path) -> None:
    for i in range(4):
        save(tmp_path / f"{i}.png", (8, 8))
    (image, label), _ = image_folder(tmp_path, size=8, validation=0)
    assert (len(image), label.tolist()) == (4, [0] * 4)


def test_classes_without_pictures(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="expected one folder of pictures for each class"):
        image_folder(tmp_path, size=8)
    (tmp_path / "a").mkdir()
    with pytest.raises(DataError, match=r"expected pictures .*received none"):
        image_folder(tmp_path, size=8)


def test_a_class_only_in_the_held_out_part(tmp_path: Path) -> None:
    for part, name in (("train", "ant"), ("val", "ant"), ("val", "wasp")):
        save(tmp_path / part / name / "1.png", (8, 8))
    with pytest.raises(DataError, match="wasp: expected only the classes ant"):
        image_folder(tmp_path, train="train", held_out="val", size=8)


def test_what_programs_keep_for_themselves_is_no_picture_at_any_depth(tmp_path: Path) -> None:
    for name in ("a/1.png", "a/deep/2.png", "b/1.png", "b/.ipynb_checkpoints/1.png", "b/._1.png",
                 "__MACOSX/a/1.png", ".git/x/1.png", "a/deep/@eaDir/2.png"):  # fmt: skip
        save(tmp_path / ".home" / name, (8, 8))
    (_, label), _ = image_folder(tmp_path / ".home", size=8, validation=0)
    assert label.tolist() == [0, 0, 1]


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="pictures is missing"):
        image_folder("pictures", size=8, data_dir=tmp_path)


@pytest.mark.parametrize("ending", ["png", "tif", "pgm"])
def test_sixteen_bits_are_scaled_by_their_own_range(tmp_path: Path, ending: str) -> None:
    for number in (600, 40_000, 65_535):
        file = tmp_path / f"{number}.{ending}"
        Image.fromarray(np.full((9, 9), number, np.uint16)).save(file)
        for channels in (1, 3):
            image = read_picture(file, 4, channels)
            assert image.shape == (channels, 4, 4)
            assert image.numpy() == pytest.approx(number / 65_535, abs=1e-6)


def test_big_endian_whole_numbers_and_fractions(tmp_path: Path) -> None:
    big = tmp_path / "big.tif"
    header = b"MM\0*" + (8).to_bytes(4, "big")
    entries = [(256, 4, 2), (257, 4, 2), (258, 3, 16 << 16), (259, 3, 1 << 16), (262, 3, 1 << 16),
               (273, 4, 110), (277, 3, 1 << 16), (278, 4, 2), (279, 4, 8)]  # fmt: skip
    fields = b"".join(
        tag.to_bytes(2, "big") + kind.to_bytes(2, "big") + (1).to_bytes(4, "big")
        + value.to_bytes(4, "big") for tag, kind, value in entries
    )  # fmt: skip
    listed = len(entries).to_bytes(2, "big") + fields + bytes(4)
    start = (header + listed).ljust(110, b"\0")
    assert len(start) <= 126
    content = start.replace((110).to_bytes(4, "big"), len(start).to_bytes(4, "big"))
    big.write_bytes(content + (40_000).to_bytes(2, "big") * 4)
    with Image.open(big) as opened:
        assert opened.mode == "I;16B"
    assert read_picture(big, 2, 1).numpy() == pytest.approx(40_000 / 65_535, abs=1e-6)
    whole, half = tmp_path / "whole.tif", tmp_path / "half.tif"
    Image.fromarray(np.full((5, 5), 13_107, np.int32)).save(whole)
    Image.fromarray(np.full((5, 5), 0.5, np.float32)).save(half)
    assert read_picture(whole, 5, 1).numpy() == pytest.approx(0.2)
    assert read_picture(half, 5, 3).numpy() == pytest.approx(0.5)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK"])
def test_pictures_of_bytes_keep_their_brightness(tmp_path: Path, mode: str) -> None:
    grey = Image.fromarray(np.linspace(0, 255, 64, dtype=np.uint8).reshape(8, 8))
    file = tmp_path / ("a.tif" if mode == "CMYK" else "a.png")
    grey.convert("RGB").convert(mode).save(file)
    wanted = np.asarray(grey.convert("RGB").convert(mode).convert("L")).mean() / 255
    for channels in (1, 3):
        image = read_picture(file, 8, channels)
        assert image.mean().item() == pytest.approx(wanted, abs=0.03)


def test_a_palette_with_see_through_colours_is_read_without_a_word(tmp_path: Path) -> None:
    picture = Image.fromarray(np.full((4, 4), 1, np.uint8)).convert("P")
    picture.save(tmp_path / "a.png", transparency=b"\x00\xff\x80")
    assert read_picture(tmp_path / "a.png", 4, 3).shape == (3, 4, 4)


def test_numbers_that_go_beyond_are_scaled_as_the_probe_found(tmp_path: Path) -> None:
    for name, low, high in (("a", -20, 80), ("b", 0, 180)):
        (tmp_path / name).mkdir()
        numbers = np.linspace(low, high, 36, dtype=np.float32).reshape(6, 6)
        Image.fromarray(numbers).save(tmp_path / name / "1.tif")
    facts = probe("data.image_folder", {"path": str(tmp_path), "validation": 0.0})
    assert dict(facts["spans"]) == {"F": (-20.0, 180.0)}
    assert "float pictures (2): -20 to 180 become 0 to 1" in facts["note"]
    declared = REGISTRY.find("data.image_folder")
    assert declared is not None
    source = declared.bind({"path": str(tmp_path), "size": 6, "channels": "1"}).read(facts)
    assert 'spans={"F": (-20.0, 180.0)}' in source
    (image, _), _ = image_folder(tmp_path, size=6, channels=1, spans=facts["spans"], validation=0)
    assert image[0].min().item() == 0
    assert image[0].max().item() == pytest.approx(0.5)
    assert image[1].max().item() == 1


def test_numbers_that_are_none_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    Image.fromarray(np.full((4, 4), np.nan, np.float32)).save(tmp_path / "a" / "x.tif")
    for read in (
        lambda: read_picture(tmp_path / "a" / "x.tif", 4, 1),
        lambda: probe("data.image_folder", {"path": str(tmp_path)}),
    ):
        with pytest.raises(DataError, match=r"x\.tif.*NaN"):
            read()


def test_of_a_moving_picture_the_first_is_taken_and_told(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        first, second = (Image.new("RGB", (8, 8), colour) for colour in ("red", "blue"))
        first.save(tmp_path / name / "1.gif", save_all=True, append_images=[second])
    image = read_picture(tmp_path / "a" / "1.gif", 8, 3)
    assert image[:, 0, 0].tolist() == pytest.approx([1, 0, 0], abs=0.02)
    facts = probe("data.image_folder", {"path": str(tmp_path), "validation": 0.0})
    assert "of 2 with several frames the first is taken" in facts["note"]


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("mode", ["LAB", "CMYK", "YCbCr", "P"])
def test_a_picture_of_any_mode_is_read(mode: str, channels: int, tmp_path: Path) -> None:
    file = tmp_path / "one.tiff"
    Image.new("RGB", (8, 8), (255, 255, 255)).convert(mode).save(file)
    with Image.open(file) as opened:
        assert opened.mode == mode
    found = read_picture(file, 4, channels)
    assert found.shape == (channels, 4, 4)
    assert found.min() > 0.97
