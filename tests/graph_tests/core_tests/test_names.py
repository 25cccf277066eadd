"""Names that become Python."""

import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.core import names
from graph.core.limits import brief


@given(st.text(max_size=20))
def test_any_text_becomes_a_name(text: str) -> None:
    name = names.to_name(text)
    assert names.is_name(name)
    assert names.to_name(name) == name or name.lower() != name


@given(st.text(max_size=8))
def test_a_name_is_python(text: str) -> None:
    if names.is_name(text):
        assert text.isidentifier()
        assert not keyword.iskeyword(text)
        namespace: dict[str, int] = {}
        exec(f"{text} = 1", namespace)
        assert namespace[text] == 1


@given(st.lists(st.sampled_from(["a", "a_2", "a_3", "conv", "conv_2", "b2", "a_2_2"]), max_size=20))
def test_names_made_unique_are(wanted: list[str]) -> None:
    taken: set[str] = set()
    for name in wanted:
        found = names.unique(name, taken)
        assert found not in taken
        assert names.is_name(found)
        assert found == name or name in taken
        taken.add(found)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Max pool", "max_pool"),
        ("2d conv", "n2d_conv"),
        ("Größe", "gr_e"),
        ("", "node"),
        ("---", "node"),
        ("class", "class_1"),
        ("forward", "forward_1"),
        ("_private_", "private"),
        ("a" * 300, "a" * 100),
    ],
)
def test_the_nearest_name(text: str, name: str) -> None:
    assert names.to_name(text) == name


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("for", "is a Python word"),
        ("match", "is a Python word"),
        ("2d", "letters, digits and _"),
        ("_private", "letters, digits and _"),
        ("größe", "letters, digits and _"),
        ("", "letters, digits and _"),
        ("forward", "is reserved: every nn.Module has"),
        ("a" * 101, "at most 100 letters"),
    ],
)
def test_what_is_no_name_is_told_why(text: str, reason: str) -> None:
    assert not names.is_name(text)
    said = names.why_not(text)
    assert said is not None
    assert said.startswith(f"expected a name such as `generator`, got {brief(text)}")
    assert reason in said
    assert ("Python word" in said) == ("Python word" in reason)


def test_names_that_no_module_could_have_are_reserved() -> None:
    for name in ("forward", "train", "parameters", "lambda", "match"):
        assert not names.is_name(name)


def test_what_source_uses_itself_can_be_a_name() -> None:
    """What it means there is told apart when it is written, see `graph.compile.clashes`."""
    for name in ("self", "torch", "x", "print", "model", "none", "dice_loss"):
        assert names.is_name(name)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("res_block", "ResBlock"), ("model", "Model"), ("u_net_2", "UNet2"), ("resNet", "ResNet")],
)
def test_class_names(name: str, wanted: str) -> None:
    assert names.class_name(name) == wanted
