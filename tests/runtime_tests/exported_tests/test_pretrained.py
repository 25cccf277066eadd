"""Weights to begin with: from a checkpoint or a file; what does not fit is told by its tensors."""

import json
import struct
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from runtime.exported import pretrained
from runtime.exported.pretrained import WeightsError, load_weights


def made(units: int = 3) -> nn.Sequential:
    torch.manual_seed(units)
    return nn.Sequential(nn.Linear(2, units), nn.BatchNorm1d(units))


def weights(network: nn.Module, prefix: str = "") -> dict[str, torch.Tensor]:
    return {f"{prefix}{name}": one.clone() for name, one in network.state_dict().items()}


def same(network: nn.Module, other: nn.Module) -> bool:
    both = network.state_dict(), other.state_dict()
    return all(torch.equal(both[0][name], both[1][name]) for name in both[1])


@pytest.mark.parametrize(
    "prefix", ["", "networks/teacher/", "networks/another/", "teacher.", "another."]
)
def test_weights_of_a_file(tmp_path: Path, prefix: str) -> None:
    source = made()
    with torch.no_grad():
        source.get_parameter("0.weight").add_(1)
    save_file(weights(source, prefix), tmp_path / "it.safetensors")
    assert same(load_weights(made(4 - 1), str(tmp_path / "it.safetensors"), "teacher"), source)


def test_of_several_networks_the_name_or_the_layers_tell(tmp_path: Path) -> None:
    first, second, third = made(), made(5), made()
    both = {**weights(first, "networks/a/"), **weights(second, "networks/b/")}
    path = tmp_path / "last.safetensors"
    save_file(both, path)
    assert same(load_weights(made(), str(path), "a"), first)
    with pytest.raises(WeightsError, match="the networks a, b: expected one named other"):
        load_weights(made(), str(path), "other")
    other = nn.Sequential(nn.Linear(2, 3))
    save_file({**both, **weights(other, "networks/c/")}, path)
    assert same(load_weights(nn.Sequential(nn.Linear(2, 3)), str(path), "other"), other)
    assert third


def test_other_shapes_are_told_by_their_tensors(tmp_path: Path) -> None:
    path = tmp_path / "it.safetensors"
    save_file(weights(made(7)), path)
    with pytest.raises(WeightsError) as told:
        load_weights(made(), str(path), "teacher")
    assert "0.weight is [7, 2] where [3, 2] is expected" in str(told.value)
    save_file({**weights(made()), "head.weight": torch.zeros(2)}, path)
    with pytest.raises(WeightsError, match=r"head.weight is \[2\] where nothing is expected"):
        load_weights(made(), str(path), "teacher")
    lacking = weights(made())
    del lacking["1.running_var"]
    save_file(lacking, path)
    with pytest.raises(WeightsError, match=r"1.running_var is nothing where \[3\] is expected"):
        load_weights(made(), str(path), "teacher")


def hostile() -> list[bytes]:
    header = json.dumps({"0.weight": {"dtype": "F32", "shape": [3, 2], "data_offsets": [0, 999]}})
    return [
        b"",
        b"\x80\x04K\x01.",
        b"PK\x03\x04 a pickle in a zip",
        struct.pack("<Q", 2**63) + b"{}",
        struct.pack("<Q", len(header)) + header.encode() + bytes(24),
        struct.pack("<Q", 2) + b"[]",
    ]


@pytest.mark.parametrize("content", hostile(), ids=range(6))
def test_hostile_files_are_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "it.safetensors"
    path.write_bytes(content)
    network = made()
    before = weights(network)
    with pytest.raises(WeightsError, match="expected a safetensors file"):
        load_weights(network, str(path), "teacher")
    assert all(torch.equal(one, before[name]) for name, one in network.state_dict().items())


def test_a_folder_a_missing_file_and_what_are_no_numbers(tmp_path: Path) -> None:
    with pytest.raises(WeightsError):
        load_weights(made(), str(tmp_path), "teacher")
    with pytest.raises(WeightsError, match="is missing"):
        load_weights(made(), str(tmp_path / "none.safetensors"), "teacher")
    broken = weights(made())
    broken["0.bias"][1] = torch.nan
    save_file(broken, tmp_path / "it.safetensors")
    with pytest.raises(WeightsError, match=r"0.bias of teacher has NaN"):
        load_weights(made(), str(tmp_path / "it.safetensors"), "teacher")
    whole = {**weights(made()), "0.bias": torch.tensor([1, 2, 3])}
    save_file(whole, tmp_path / "it.safetensors")
    with pytest.raises(WeightsError, match=r"torch.int64 where torch.float32 is expected"):
        load_weights(made(), str(tmp_path / "it.safetensors"), "teacher")


def test_a_copy_beside_the_source_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = made(), made()
    with torch.no_grad():
        first.get_parameter("0.weight").add_(1)
    beside = tmp_path / "pretrained"
    beside.mkdir()
    monkeypatch.setattr(pretrained, "BESIDE", beside)
    save_file(weights(first), beside / "teacher.safetensors")
    save_file(weights(second), tmp_path / "it.safetensors")
    assert same(load_weights(made(), str(tmp_path / "it.safetensors"), "teacher"), first)
    assert same(load_weights(made(), str(tmp_path / "it.safetensors"), "student"), second)
    assert same(load_weights(made(), "/gone/it.safetensors", "teacher"), first)


@pytest.mark.parametrize("prefix", ["", "model.bb.", "module.", "networks/teacher/"])
def test_a_file_may_lack_what_norms_keep_and_be_of_a_module_around(
    tmp_path: Path, prefix: str
) -> None:
    source = made()
    with torch.no_grad():
        source.get_parameter("0.weight").add_(1)
    learned = {f"{prefix}{name}": one.detach() for name, one in source.named_parameters()}
    save_file(learned, tmp_path / "it.safetensors")
    assert same(load_weights(made(), str(tmp_path / "it.safetensors"), "teacher"), source)


def test_of_two_that_fit_none_is_guessed(tmp_path: Path) -> None:
    path = tmp_path / "it.safetensors"
    save_file({**weights(made(), "model.a."), **weights(made(), "model.b.")}, path)
    with pytest.raises(WeightsError):
        load_weights(made(), str(path), "teacher")
