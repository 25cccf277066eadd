"""An export with what was learned: the weights of the last run, read by its train.py."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from graph.compile import compile_document
from graph.core.errors import FileError
from graph.format.templates import open_template
from main import main
from runtime.client.export import WEIGHTS, trained
from runtime.exported.script import of_network
from runtime.store.runs import last_checkpoint
from runtime.store.tensors import take_networks
from tests.graph_tests.projects import compiled
from tests.runtime_tests.compile_tests.written import train

ROOT = Path(__file__).parents[3]


def test_the_weights_of_the_last_run_go_along_and_train_py_begins_with_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "not" / "yet" / "there"
    assert main(["export", "xor_neurons", str(folder), "--weights"]) == 1
    assert "no run has trained these networks" in capsys.readouterr().err
    assert not folder.exists()
    assert trained(compiled("xor_neurons")) is None

    words = [sys.executable, str(ROOT / "main.py"), "train", "xor_neurons", "--epochs", "40",
             "--device", "cpu", "--threads", "1", "--json"]  # fmt: skip
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=tmp_path)
    *_, epoch, told = map(json.loads, done.stdout.splitlines())
    assert main(["export", "xor_neurons", str(folder), "--weights"]) == 0
    kept = load_file(last_checkpoint(told["folder"]))
    weights = load_file(folder / WEIGHTS)
    own = {name: one for name, one in kept.items() if name.startswith("networks/")}
    assert {name.removeprefix("networks/").replace("/", ".", 1) for name in own} == {*weights}
    assert all(torch.equal(one, [*weights.values()][i]) for i, one in enumerate(own.values()))

    (*_, first) = train(folder, "--from", WEIGHTS, "--epochs", "1")
    assert first["val/binary_cross_entropy"] < epoch["val/binary_cross_entropy"]
    changed = open_template("xor_neurons")
    adam = next(one for one in changed.board.nodes.values() if one.type.startswith("optimizer"))
    changed.set_params(adam.id, lr=0.001)
    assert trained(compile_document(changed)) is not None


def test_names_of_tensors_stay_and_bytes_too(tmp_path: Path) -> None:
    tensors = {
        "networks/model/layer.weight": torch.arange(6.0).view(2, 3),
        "networks/model/half": torch.ones(3, dtype=torch.bfloat16),
        "networks/judge/count": torch.tensor(7),
        "optimizers/adam/state/0/exp_avg": torch.zeros(2, 3),
        "random/cpu": torch.get_rng_state(),
    }
    save_file(tensors, tmp_path / "last.safetensors", metadata={"format": "pt", "state": "{}"})
    take_networks(tmp_path / "last.safetensors", tmp_path / WEIGHTS)
    found = load_file(tmp_path / WEIGHTS)
    assert {*found} == {"model.layer.weight", "model.half", "judge.count"}
    assert torch.equal(found["model.half"], tensors["networks/model/half"])
    assert {*of_network(found, "model")} == {"layer.weight", "half"}
    assert {*of_network(tensors, "judge")} == {"count"}
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".new"] == []


@pytest.mark.parametrize(
    "content", [b"", b"x" * 40, (9**9).to_bytes(8, "little"), b"\2" + bytes(7)]
)
def test_a_damaged_checkpoint_is_said(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "last.safetensors").write_bytes(content)
    with pytest.raises(FileError, match="its weights can't be read"):
        take_networks(tmp_path / "last.safetensors", tmp_path / WEIGHTS)
    assert not (tmp_path / WEIGHTS).exists()


def test_a_checkpoint_that_was_cut_is_said(tmp_path: Path) -> None:
    file = tmp_path / "last.safetensors"
    save_file({"networks/a/b": torch.zeros(1000)}, file)
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(FileError, match="it is cut"):
        take_networks(file, tmp_path / WEIGHTS)
    assert [one.name for one in tmp_path.iterdir()] == ["last.safetensors"]
