import json
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
import torch

from runtime.exported.processes import first, parallel, plain, precision, share, start, total
from tests.torchrun import torchrun

REPOSITORY = Path(__file__).resolve().parents[3]

TWO = """
import json, sys
from pathlib import Path
import torch
import torch.distributed as dist
from runtime.exported.data import batches
from runtime.exported.processes import first, leave, parallel, plain, start, total
start("cpu")
model = torch.nn.Linear(3, 1)
wrapped = parallel(model)
rows = torch.cat([x for (x,) in batches((torch.arange(7),), 4, seed=0)])
everything = torch.zeros(7)
everything[rows] = 1
found = {
    "rank": dist.get_rank(), "first": first(), "rows": len(rows),
    "total": total(everything).tolist(), "plain": plain(wrapped) is model,
}
Path(sys.argv[1], f"{dist.get_rank()}.json").write_text(json.dumps(found))
leave()
"""


def test_one_process() -> None:
    model = torch.nn.Linear(2, 2)
    rows = torch.arange(5)
    assert first()
    assert parallel(model) is plain(model) is model
    assert share(rows) is rows
    assert total(rows) is rows


def test_two_processes_share_rows_and_add_up(tmp_path: Path) -> None:
    script = tmp_path / "two.py"
    script.write_text(TWO)
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2"]
    command += ["--rdzv-backend=c10d", "--rdzv-endpoint=localhost:0", str(script), str(tmp_path)]
    surroundings = {"PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1"}
    done = torchrun(command, REPOSITORY, surroundings, 120)
    assert done.returncode == 0, done.stderr
    found = [json.loads((tmp_path / f"{rank}.json").read_text()) for rank in (0, 1)]
    assert [one["first"] for one in found] == [True, False]
    assert [one["rows"] for one in found] == [4, 3]
    assert all(one["total"] == [1] * 7 and one["plain"] for one in found)


def test_start_takes_the_cpu_everywhere() -> None:
    assert start("cpu") == torch.device("cpu")


@pytest.mark.skipif(torch.accelerator.is_available(), reason="there is an accelerator here")
def test_start_without_an_accelerator() -> None:
    assert start("auto") == torch.device("cpu")
    with pytest.raises(
        ValueError, match=r"Device cuda is not available: expected one of auto, cpu\."
    ):
        start("cuda")


@pytest.mark.parametrize("device", ["nonsense", "", "cpu:99", "meta"])
def test_start_knows_no_other_device(device: str) -> None:
    with pytest.raises(ValueError, match=r"Device .* is not available: expected one of auto, cpu"):
        start(device)


@pytest.mark.parametrize("name", ["auto", "float32", "bfloat16"])
def test_precision_on_a_cpu_is_always_float32(name: str) -> None:
    assert isinstance(precision(torch.device("cpu"), name), nullcontext)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
def test_precision_on_a_gpu_can_be_entered_again() -> None:
    device = torch.device("cuda")
    model = torch.nn.Linear(4, 4).to(device)
    half = precision(device, "bfloat16")
    for _ in range(2):
        with half:
            assert model(torch.ones(1, 4, device=device)).dtype == torch.bfloat16
        assert model(torch.ones(1, 4, device=device)).dtype == torch.float32
    assert isinstance(precision(device, "float32"), nullcontext)
