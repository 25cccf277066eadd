"""Statements are laid out exactly as ruff would."""

import subprocess
import sys

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from graph.compile.formatting import WIDTH
from graph.compile.source import Writer
from tests.runtime_tests.compile_tests.written import RULES

NAMES = st.sampled_from(
    ["x", "image", "flatten", "encoder_result", "self.encoder", "self.batch_normalisation_2"]
)
ATOMS = st.one_of(NAMES, st.sampled_from(["0.5", "1", '"a, (b"', "True"]))


def listed(items: list[str]) -> str:
    return ", ".join(items)


def calls(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    arguments = st.lists(inner, min_size=1, max_size=6).map(listed)
    named = st.lists(inner, min_size=1, max_size=4).map(
        lambda found: listed([f"option_{n}={one}" for n, one in enumerate(found)])
    )
    function = st.sampled_from(["F.relu", "torch.cat", "self.model", "torch.optim.Adam"])
    return st.one_of(
        st.builds("{}({})".format, function, arguments),
        st.builds("{}({}, {})".format, function, inner, named),
    )


def displays(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.lists(inner, min_size=2, max_size=5).map(lambda found: f"({listed(found)})"),
        st.lists(inner, min_size=1, max_size=5).map(lambda found: f"[{listed(found)}]"),
        st.lists(inner, min_size=1, max_size=4).map(
            lambda found: "{" + listed([f'"key {n}": {one}' for n, one in enumerate(found)]) + "}"
        ),
    )


def both(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(calls(inner), displays(inner))


EXPRESSIONS = st.recursive(ATOMS, both, max_leaves=12)
SUMS = st.lists(st.recursive(NAMES, calls, max_leaves=3), min_size=2, max_size=9).map(" + ".join)
CHAINS = st.builds(
    "{}{}".format,
    calls(EXPRESSIONS),
    st.lists(
        st.sampled_from([".flatten(1)", ".mean()", ".sum(1)", ".view(8, -1)"]), max_size=4
    ).map("".join),
)
STATEMENTS = st.one_of(
    st.builds("result = {}".format, CHAINS),
    st.builds("return F.relu({}, {})".format, CHAINS, NAMES),
    st.builds("result = {}".format, EXPRESSIONS),
    st.builds("self.first, self.second = {}".format, EXPRESSIONS),
    st.builds("return {}".format, EXPRESSIONS),
    st.builds("return {}".format, SUMS),
    st.builds("loss = {}".format, SUMS),
    st.builds("x = F.relu({})".format, SUMS),
    st.builds(
        "image, _ = walk(lambda noisy, time: self.net(noisy, time, {}), {})".format, NAMES, CHAINS
    ),
)


@given(statements=st.lists(STATEMENTS, min_size=15, max_size=30), level=st.integers(1, 3))
@settings(
    max_examples=12,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_long_statements_are_split_as_ruff_splits_them(statements: list[str], level: int) -> None:
    writer = Writer()
    writer.add("def function(self):")
    for number in range(1, level):
        writer.add("if x:", level=number)
    for statement in statements:
        writer.add(statement, level=level)
    command = [sys.executable, "-m", "ruff", "format", "--diff", *RULES, "--quiet", "-"]
    done = subprocess.run(command, input=writer.text, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    if done.stdout:
        pytest.fail(done.stdout)


def test_a_comment_that_does_not_fit_is_left_out() -> None:
    writer = Writer()
    writer.add("x = self.layer(x)", comment="[N, 10]")
    writer.add(f"x = {'a' * 90}", comment="[N, 10]")
    assert writer.text.splitlines()[0] == "x = self.layer(x)  # [N, 10]"
    assert max(map(len, writer.text.splitlines())) <= WIDTH
