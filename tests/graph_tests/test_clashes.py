"""Names with two meanings are seen in the source that is written."""

import pytest

from graph.compile import compile_document
from graph.compile.clashes import clashes
from graph.core.run_plan import Source
from graph.format.templates import open_template
from tests.graph_tests.projects import TEMPLATES, compiled


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_have_no_name_twice(name: str) -> None:
    files = compiled(name).files
    written = {"model.py", "train.py", "sample.py", "views.py"} & files.keys()
    assert not clashes({one: files[one] for one in written})


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("import a\nclass a: pass\n", {"a"}),
        ("from m import a\nfrom n import a\n", {"a"}),
        ("import a\ndef f(b):\n    a = b\n    return a\n", {"a"}),
        ("import a\ndef f(a):\n    return a\n", {"a"}),
        ("def f(g, x):\n    len = g(x)\n    return len\n", set()),
        ("def f(g, x):\n    len = g(x)\n    return len(x)\n", {"len"}),
        ("def f(self, x):\n    self = x\n    return self\n", {"self"}),
        ("def f(x):\n    x = x + 1\n    return x\n", set()),
        ("class A:\n    def __init__(self):\n        self.a = 1\n        self.a = 2\n", {"a"}),
        ("class A:\n    def __init__(self):\n        self.a = 1\n    def a(self): pass\n", {"a"}),
        ("def main():\n    a = 1\n    a = 2\n", {"a"}),
        ("def tuple(x: tuple[int, ...]) -> int:\n    return x[0]\n", {"tuple"}),
        ("def dict(x):\n    return x\n", set()),
    ],
)
def test_a_name_with_two_meanings(text: str, names: set[str]) -> None:
    assert clashes({"train.py": Source(text)}) == names


@pytest.mark.parametrize(
    ("name", "written"),
    [("none", "NoneNetwork"), ("averaged_model", "AveragedModelNetwork"), ("any", "Any")],
)
def test_a_network_is_a_class_that_hides_nothing(name: str, written: str) -> None:
    document = open_template("vae")
    network = next(iter(document.networks))
    document.rename_network(network, name)
    text = compile_document(document).files["model.py"].text
    assert f"class {written}(nn.Module):" in text or f"class {written}Network(nn.Module):" in text
    assert "class None(" not in text
