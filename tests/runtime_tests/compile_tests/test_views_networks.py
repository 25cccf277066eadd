"""The plan says with which networks each view is drawn, as its function in views.py does."""

from __future__ import annotations

import ast

import pytest

from graph.compile import compile_document
from graph.diagnose.diagnosis import Diagnosis
from graph.format.templates import names, open_template
from graph.problems.problem import CompileError


def read(source: str) -> dict[str, set[str]]:
    """What each function of a module reads of its argument `training`."""
    return {
        one.name: {
            inner.attr
            for inner in ast.walk(one)
            if isinstance(inner, ast.Attribute)
            and isinstance(inner.value, ast.Name)
            and inner.value.id == "training"
        }
        for one in ast.parse(source).body
        if isinstance(one, ast.FunctionDef)
    }


@pytest.mark.parametrize("name", names())
def test_the_networks_of_a_view_are_those_that_its_function_reads(name: str) -> None:
    document = open_template(name)
    try:
        project = compile_document(document, inference=Diagnosis(document, watch=False))
    except CompileError:
        pytest.skip("its data are to be read first")
    if "views.py" not in project.files:
        pytest.skip("it shows nothing")
    functions = read(project.files["views.py"].text)
    for view in project.views:
        others = {"device", "autocast", "data"}
        assert set(view.networks) <= functions[view.name], view.name
        assert functions[view.name] - set(view.networks) - others <= {
            one for one in functions[view.name] if one.endswith(("_set", "_scale", "_validation"))
        }, view.name
