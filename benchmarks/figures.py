"""What templates reach: `python benchmarks/figures.py tabular --seeds 15`.

Trains each template from the command line, once a seed, and prints the last epoch's figures, their
mean, and the time. A seed decides the split, too, so many seeds are many held-out parts.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

MAIN = Path(__file__).resolve().parents[1] / "main.py"
QUICK = ("digits_mlp", "xor_neurons", "spiral_neurons", "spiral", "autoencoder")


def train(template: str, seed: int) -> tuple[dict[str, float], float]:
    """The last epoch's validation figures, and the seconds it all took."""
    command = [sys.executable, str(MAIN), "train", template, "--seed", str(seed), "--json"]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    if done.returncode:
        sys.exit(done.stderr)
    epochs = [e for e in map(json.loads, done.stdout.splitlines()) if e.get("event") == "epoch"]
    return {name: one for name, one in epochs[-1].items() if name.startswith("val/")}, seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("templates", nargs="*", default=QUICK)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    for template in options.templates:
        runs = [train(template, seed) for seed in range(options.seeds)]
        for name in runs[0][0]:
            found = [figures[name] for figures, _ in runs]
            listed = ", ".join(f"{one:.4f}" for one in found)
            print(f"{template}: {name} {statistics.fmean(found):.4f} ({listed})")
        print(f"{template}: {statistics.median(s for _, s in runs):.1f} s a run")


if __name__ == "__main__":
    main()
