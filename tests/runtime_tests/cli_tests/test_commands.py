"""The command line as a user types it: real process, real files, status 0, 1 or 2, no traceback."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from graph.declare import REGISTRY
from graph.format import templates
from graph.format.file import load, save
from graph.model.sheet import End
from runtime.cli.open_board import BadUsage, find_node, set_params
from runtime.store.runs import Runs, database, home
from tests import processes

ROOT = Path(__file__).parent.parent.parent.parent
MAIN = [sys.executable, str(ROOT / "main.py")]


def run(*words: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a command line to its end; none may end in a traceback."""
    done = processes.run(ROOT / "main.py", *words, cwd=cwd)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, object]]:
    """The JSON objects a command printed."""
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_templates_are_listed_with_a_line_each() -> None:
    done = subprocess.run(
        [*MAIN, "templates"], capture_output=True, text=True, timeout=240, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    listed = [line.split(maxsplit=1) for line in done.stdout.splitlines()]
    assert [name for name, _ in listed] == templates.names()
    assert all(about for _, about in listed)


def test_new_makes_a_file_and_never_overwrites(tmp_path: Path) -> None:
    path = tmp_path / "mine.neurowire"
    assert run("new", "digits_mlp", path).returncode == 0
    before = path.read_text()
    assert load(path).document.board.nodes
    done = run("new", "xor_neurons", path)
    assert done.returncode == 1
    assert "exists already" in done.stderr
    assert path.read_text() == before


def test_check_tells_shapes_and_problems(tmp_path: Path) -> None:
    done = run("check", "digits_mlp", "--json")
    assert done.returncode == 0
    told = json.loads(done.stdout)
    assert told["problems"] == []
    shapes = {node["name"]: node["outputs"] for node in told["nodes"]}
    assert "[N, 10]" in shapes["logits"].values()

    document = templates.open_template("digits_mlp")
    logits = next(node for node in document.board.nodes.values() if node.name == "logits")
    document.remove([logits.id])
    path = tmp_path / "broken.neurowire"
    save(document, path)
    done = run("check", path)
    assert done.returncode == 1
    assert "error: " in done.stderr


def test_train_prints_every_step_and_epoch_and_runs_lists_it() -> None:
    words = ("--epochs", "2", "--batch-size", "64", "--seed", "3", "--device", "cpu", "--json")
    done = run("train", "digits_mlp", *words)
    assert done.returncode == 0, done.stderr
    told = lines(done)
    steps = [line for line in told if line["event"] == "step"]
    assert [line["step"] for line in steps] == list(range(1, 47))
    assert all(any(name.startswith("loss/") for name in line) for line in steps)
    epochs = [line for line in told if line["event"] == "epoch"]
    assert [line["epoch"] for line in epochs] == [1, 2]
    assert any(name.startswith("train/") for name in epochs[0])
    assert any(name.startswith("val/") for name in epochs[0])
    assert told[-1]["event"] == "done"
    assert told[-1]["reason"] == "finished"
    (listed,) = lines(run("runs", "--json"))
    assert listed["state"] == "finished"
    assert listed["best"] == told[-1]["best"]
    assert "digits_mlp" in run("runs").stdout


def test_runs_in_folders_of_one_name_are_two_and_a_new_one_takes_an_old_ones_place(
    tmp_path: Path,
) -> None:
    for place, steps in (("one", 9), ("two", 4), ("one", 3)):
        out = tmp_path / place / "run"
        shutil.rmtree(out, ignore_errors=True)
        told = lines(run("train", "digits_mlp", "--steps", str(steps), "--json", "--out", out))
        assert told[-1]["step"] == steps
        assert told[-1]["run"] == str(out)
    listed = lines(run("runs", "--json"))
    assert {one["id"]: one["step"] for one in listed} == {
        str(tmp_path / "one" / "run"): 3,
        str(tmp_path / "two" / "run"): 4,
    }
    with Runs(database()) as runs:
        curves = runs.curves(str(tmp_path / "one" / "run"))
    assert [*curves["loss/cross_entropy"].steps] == [1, 2, 3]


def test_a_run_is_put_into_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        done = run("train", "digits_mlp", "--steps", "2", "--out", out)
        assert done.returncode == 1
        assert f"{out}: no folder can be made here" in done.stderr
        assert "Choose another for --out." in done.stderr


def test_set_changes_a_parameter(tmp_path: Path) -> None:
    words = ("train", "digits_mlp", "--steps", "2", "--json", "--out", tmp_path / "run")
    done = run(*words, "--set", "adam.lr=0.5", "--set", "hidden.units=7")
    assert done.returncode == 0, done.stderr
    source = tmp_path / "run" / "source"
    assert "lr=0.5" in (source / "train.py").read_text()
    assert "7" in (source / "model.py").read_text()


def test_set_asks_which_node_where_several_have_the_name(tmp_path: Path) -> None:
    done = run("train", "digits_gan", "--set", "linear.units=77", "--out", tmp_path / "run")
    assert done.returncode == 2
    assert done.stderr.endswith("say which: discriminator.linear or generator.linear\n")
    assert not (tmp_path / "run").exists()

    words = ("train", "digits_gan", "--steps", "1", "--out", tmp_path / "run")
    done = run(*words, "--set", "generator.linear.units=77", "--set", "adam_d.lr=0.125")
    assert done.returncode == 0, done.stderr
    _, discriminator, generator = re.split(
        "^class ", (tmp_path / "run" / "source" / "model.py").read_text(), flags=re.MULTILINE
    )
    assert generator.startswith("Generator")
    assert "77" in generator
    assert "77" not in discriminator
    assert "lr=0.125" in (tmp_path / "run" / "source" / "train.py").read_text()


def test_a_value_that_a_network_shows_is_set_at_its_place() -> None:
    document = templates.open_template("digits_gan")
    [layer] = [
        node for node in document.networks["generator"].nodes.values() if node.name == "linear"
    ]
    document.expose(layer.id, "units")
    set_params(document, ["board.generator.units=99"])
    [place] = [node for node in document.board.nodes.values() if node.name == "generator"]
    assert document.params(place)["units"] == 99
    with pytest.raises(BadUsage, match=r"it has .*units"):
        set_params(document, ["board.generator.nope=1"])
    with pytest.raises(BadUsage, match="has no parameter 'overrides'"):
        set_params(document, ['board.generator.overrides={"nope": 1}'])


def test_set_tells_the_board_from_its_networks(tmp_path: Path) -> None:
    document = templates.open_template("digits_gan")
    adam = next(node for node in document.board.nodes.values() if node.name == "adam_d")
    document.rename(adam.id, "linear")
    save(document, tmp_path / "gan.neurowire")
    words = ("train", tmp_path / "gan.neurowire", "--steps", "1", "--out", tmp_path / "run")
    done = run(*words, "--set", "linear.lr=0.125")
    assert done.returncode == 2
    assert "board.linear or discriminator.linear or generator.linear" in done.stderr
    done = run(*words, "--set", "board.linear.lr=0.125")
    assert done.returncode == 0, done.stderr
    assert "lr=0.125" in (tmp_path / "run" / "source" / "train.py").read_text()


@pytest.mark.parametrize("name", ["nothing", "nowhere.linear", "generator.adam_d", ""])
def test_set_lists_every_node_once_as_it_is_typed(name: str) -> None:
    done = run("train", "digits_gan", "--set", f"{name}.units=1")
    assert done.returncode == 2
    assert f"there is no node {name!r}; nodes are " in done.stderr
    listed = done.stderr.strip().partition("; nodes are ")[2].split(", ")
    assert len(listed) == len(set(listed)) > 20
    assert {"adam_d", "generator", "generator.linear", "discriminator.linear"} < set(listed)
    assert "linear" not in listed
    document = templates.open_template("digits_gan")
    assert len({find_node(document, one).id for one in listed}) == len(listed)


@pytest.mark.parametrize(
    "words",
    [
        ("train", "digits_mlp", "--set", "nothing.lr=1"),
        ("train", "digits_mlp", "--set", "adam.nothing=1"),
        ("train", "digits_mlp", "--set", "adam.lr=fast"),
        ("train", "digits_mlp", "--set", "adam.lr"),
        ("train", "digits_mlp", "--epochs", "0"),
        ("train", "digits_mlp", "--device", "toaster"),
        ("train",),
        ("render", "digits_mlp", "out.png", "--size", "big"),
        ("render", "digits_mlp", "out.png", "--size", "0x400"),
        ("data", "get"),
        ("--frobnicate",),
    ],
)
def test_bad_usage_is_status_2(words: tuple[str, ...]) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert done.stderr


@pytest.mark.parametrize("name", ["picture.txt", "picture.xyz", "picture"])
def test_render_says_which_endings_there_are(name: str, tmp_path: Path) -> None:
    done = run("render", "xor_neurons", tmp_path / name)
    assert done.returncode == 2
    said, came = done.stderr.rsplit(", got ", 1)
    assert f"{name}: expected one of the endings " in said
    assert {"png", "jpg", "bmp"} <= set(said.replace(",", "").split())
    assert came.strip() == (Path(name).suffix or "none")
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("size", ["99999x99999", "16384x400", "400x16384"])
def test_render_refuses_a_size_that_can_not_be_drawn(size: str, tmp_path: Path) -> None:
    done = run("render", "xor_neurons", tmp_path / "picture.png", "--size", size)
    assert done.returncode == 2
    assert f"expected at most 16383 pixels a side, got '{size}'" in done.stderr
    assert not (tmp_path / "picture.png").exists()


def test_render_draws_the_longest_picture_there_is(tmp_path: Path) -> None:
    done = run("render", "xor_neurons", tmp_path / "picture.WEBP", "--size", "16383x800")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "picture.WEBP").stat().st_size > 10_000


def test_files_that_can_not_be_read_are_status_1(tmp_path: Path) -> None:
    path = tmp_path / "broken.neurowire"
    for text in (None, "{", "[]", '{"format": 999}'):
        if text is not None:
            path.write_text(text)
        for words in (("check", path), ("train", path), ("export", path, tmp_path / "out")):
            done = run(*words)
            assert done.returncode == 1
            assert "broken.neurowire" in done.stderr


def test_missing_data_names_the_node_and_the_file(tmp_path: Path) -> None:
    document = templates.open_template("tabular")
    data = [
        node
        for node in document.board.nodes.values()
        if (declaration := REGISTRY.find(node.type)) and declaration.has("needs_facts")
    ]
    document.set_params(data[0].id, path="nowhere/none.csv")
    save(document, tmp_path / "table.neurowire")
    for words in (("train",), ("export", tmp_path / "out"), ("check",)):
        done = run(words[0], tmp_path / "table.neurowire", *words[1:])
        assert done.returncode == (0 if words == ("check",) else 1), words
        told = f"{data[0].name}: nowhere/none.csv is not on this computer"
        assert told in done.stderr
        assert "Put it there" in done.stderr


def test_export_verifies_where_it_was_never_trained(tmp_path: Path) -> None:
    done = run("export", "xor_neurons", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    recorded = json.loads((tmp_path / "out" / "recorded.json").read_text())
    assert [step["step"] for step in recorded["steps"]] == list(range(1, 21))
    assert not database().exists()
    checked = processes.run("train.py", "--verify", cwd=tmp_path / "out")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_export_replaces_its_own_files_and_those_of_others_by_force_only(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "train.py").write_text("hi\n")
    done = run("export", "xor_neurons", out)
    assert done.returncode == 1
    assert f"{out}: edited by hand, or not Neurowire's: train.py." in done.stderr
    assert "another folder" in done.stderr
    assert "--force" in done.stderr
    assert [(path.name, path.read_text()) for path in out.iterdir()] == [("train.py", "hi\n")]

    done = run("export", "xor_neurons", out, "--force")
    assert done.returncode == 0, done.stderr
    assert run("train", "xor_neurons", "--steps", "30").returncode == 0
    document = templates.open_template("xor_neurons")
    document.set_settings(epochs=77)
    save(document, tmp_path / "xor_neurons.neurowire")
    for board in ("xor_neurons", tmp_path / "xor_neurons.neurowire"):
        assert run("export", board, out).returncode == 0
    written = (out / "train.py").read_text()
    assert "77" in written

    (out / "train.py").write_text(f"{written}# mine\n")
    (out / "recorded.json").write_text("{}")
    done = run("export", "xor_neurons", out)
    assert done.returncode == 1
    assert "Neurowire's: train.py, recorded.json." in done.stderr
    assert (out / "train.py").read_text() == f"{written}# mine\n"
    assert (out / "recorded.json").read_text() == "{}"


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_a_run_whose_reader_has_gone_is_saved_without_a_word(words: tuple[str, ...]) -> None:
    endless = ("train", "digits_mlp", "--epochs", "100000", *words)
    with processes.Running(ROOT / "main.py", *endless, cwd=ROOT) as running:
        assert running.stdout.readline()
        running.stdout.close()
        assert running.wait(60) == 1
        assert running.stderr.read() == ""
    with Runs(database()) as runs:
        [made] = runs.all()
        assert made.state == "stopped"
        assert (Path(made.folder) / "checkpoints" / "last.safetensors").exists()


@pytest.mark.skipif(not torch.backends.mkl.is_available(), reason="needs MKL")
def test_the_matrix_library_is_told_to_add_up_in_one_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a processor may give other losses on some run; MKL logs how each call is done."""
    for name in ("MKL_CBWR", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    assert run("export", "digits_mlp", tmp_path / "out").returncode == 0
    monkeypatch.setenv("MKL_VERBOSE", "1")
    train = [*MAIN, "train", "digits_mlp", "--steps", "3", "--device", "cpu"]
    for command in (train, [sys.executable, "train.py", "--verify"]):
        done = subprocess.run(
            command, cwd=tmp_path / "out", capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "CNR:AUTO" in done.stdout
        assert "CNR:OFF" not in done.stdout


def test_export_takes_the_losses_of_a_run_that_was_not_cut_short(tmp_path: Path) -> None:
    def steps() -> int:
        run("export", "digits_mlp", tmp_path / "out")
        recorded = json.loads((tmp_path / "out" / "recorded.json").read_text())
        return len(recorded["steps"])

    run("train", "digits_mlp", "--steps", "3")
    assert steps() == 3
    run("train", "digits_mlp", "--steps", "30")
    run("train", "digits_mlp", "--steps", "4")
    assert steps() == 20


def test_exported_script_gives_the_losses_of_the_app(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS")  # with the threads that the app finds fastest
    words = ("train", "digits_mlp", "--epochs", "1", "--json", "--device", "cpu")
    told = [line for line in lines(run(*words)) if line["event"] == "step"]
    run("export", "digits_mlp", tmp_path / "out")
    recorded = json.loads((tmp_path / "out" / "recorded.json").read_text())
    script = [sys.executable, "train.py", "--epochs", "1", "--device", "cpu"]
    done = subprocess.run(
        [*script, "--threads", str(recorded["threads"])],
        cwd=tmp_path / "out",
        capture_output=True,
        text=True,
        check=True,
    )
    printed = [json.loads(line) for line in done.stdout.splitlines()]
    here = [{"event": "step", **line} for line in printed if "step" in line]
    assert here == told


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_ctrl_c_saves_and_resume_goes_on_exactly(tmp_path: Path) -> None:
    words = ["train", "digits_mlp", "--epochs", "40", "--json", "--device", "cpu"]
    out = ["--out", str(tmp_path / "run")]
    with processes.Running(ROOT / "main.py", *words, *out, cwd=ROOT) as child:
        told = [json.loads(child.stdout.readline()) for _ in range(60)]
        child.send_signal(signal.SIGINT)
        told += [json.loads(line) for line in child.stdout]
        assert child.wait() == 0
    assert told[-1]["reason"] == "stopped"
    rest = lines(run(*words, *out, "--resume"))
    assert rest[-1]["reason"] == "finished"
    threads = json.loads((tmp_path / "run" / "settings.json").read_text())["threads_used"]
    whole = lines(run(*words, "--threads", str(threads)))
    losses = [line for line in whole if line["event"] == "step"]
    assert [line for line in (*told, *rest) if line["event"] == "step"] == losses
    again = run(*words, *out)
    assert again.returncode == 1
    assert "--resume" in again.stderr


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_kill_then_resume_finds_the_boards_newest_run() -> None:
    words = ["train", "digits_mlp", "--epochs", "4000", "--json", "--device", "cpu"]
    with processes.Running(ROOT / "main.py", *words, cwd=ROOT) as child:
        while not list(home().glob("*/checkpoints/last.safetensors")):
            child.stdout.readline()
    with Runs(database()) as runs:
        (killed,) = runs.all()
    assert killed.state == "interrupted"
    done = lines(run("train", "digits_mlp", "--resume", "--steps", str(killed.step + 50), "--json"))
    assert done[-1]["folder"] == killed.folder
    assert done[-1]["step"] == killed.step + 50


def test_nothing_to_resume_is_said() -> None:
    done = run("train", "digits_mlp", "--resume")
    assert done.returncode == 1
    assert "--resume" in done.stderr


def test_data_lists_every_set() -> None:
    done = run("data")
    assert done.returncode == 0
    assert "built in" in done.stdout
    assert "mnist" in done.stdout
    assert run("data", "get", "nonesuch").returncode == 1


def test_help_lists_every_command() -> None:
    done = run("--help")
    assert done.returncode == 0
    for name in ("templates", "new", "check", "train", "export", "data", "render", "runs"):
        assert f"\n    {name}" in done.stdout


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="about Linux without a display")
def test_without_a_display_the_template_trains_in_the_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    done = run("xor_neurons")
    assert done.returncode == 0, done.stderr
    assert "no display" in done.stdout
    assert "Finished after" in done.stdout


def test_a_set_that_is_not_here_is_a_warning_and_no_export_needs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEUROWIRE_DATA", "")
    done = run("check", "mnist_cnn", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stderr.startswith("warning: mnist: MNIST is not on this computer. Download it")
    told = json.loads(run("check", "mnist_cnn", "--json", cwd=tmp_path).stdout)
    (problem,) = told["problems"]
    assert (problem["name"], problem["severity"]) == ("mnist", "warning")
    done = run("export", "fashion_cnn", "out", cwd=tmp_path)
    assert done.returncode == 0
    assert (tmp_path / "out" / "train.py").exists()
    assert "No losses for --verify: " in done.stderr
    done = run("train", "mnist_cnn", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("mnist: MNIST is not on this computer. Download it")


def test_what_is_hardly_meant_and_a_batch_of_one_are_told_before_training(tmp_path: Path) -> None:
    document = templates.open_template("digits_mlp")
    inner = {node.name: node for node in document.board.nodes.values()}
    bent, norm = document.add_node("activation.softmax"), document.add_node("norm.batch1d")
    (into,) = document.board.into(inner["logits"].id)
    document.link(into.source, End(norm.id, "x"))
    document.link(End(norm.id, "y"), into.target, replace=True)
    for link in list(document.board.out_of(inner["logits"].id)):
        document.link(End(bent.id, "y"), link.target, replace=True)
    document.link(End(inner["logits"].id, "y"), End(bent.id, "x"))
    path = tmp_path / "bent.neurowire"
    save(document, path)
    done = run("train", path, "--steps", "1", "--out", tmp_path / "run")
    assert done.returncode == 0
    assert "warning: cross_entropy: expected logits" in done.stderr
    done = run("train", path, "--steps", "1", "--batch-size", "1", "--out", tmp_path / "one")
    assert done.returncode == 1
    assert f"{norm.name}: it normalises one number by itself" in done.stderr
    assert not (tmp_path / "one").exists()
