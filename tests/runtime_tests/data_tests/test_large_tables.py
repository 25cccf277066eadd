"""What a table of many words costs to look at: not much more than its numbers take."""

import json
from pathlib import Path

from tests import processes

ROWS, WORDS = 6_000, 2_000

LOOK = """
import json, resource, sys, time
sys.path.insert(0, sys.argv[2])
from runtime.data import probe

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

before, began = peak(), time.process_time()
params = {"path": sys.argv[1], "features": ("id", "x"), "target": "label"}
facts = probe("data.csv", params)
dims = facts["outputs"]["features"]["dims"]
print(json.dumps([dims, peak() - before, time.process_time() - began]))
"""


def test_a_column_of_many_words_is_looked_at_in_seconds(tmp_path: Path) -> None:
    rows = (f"u{i % WORDS},{i},{'ab'[i % 2]}\n" for i in range(ROWS))
    table = tmp_path / "many.csv"
    table.write_text("id,x,label\n" + "".join(rows))
    (tmp_path / "look.py").write_text(LOOK)
    root = str(processes.ROOT)
    done = processes.run("look.py", str(table), root, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    dims, taken, seconds = json.loads(done.stdout)
    assert dims == ["N", WORDS + 1]
    assert taken < 120e6, "flags of 4 bytes take 48 MB"
    assert seconds < 20, "of processor time; a hang, no measure"
