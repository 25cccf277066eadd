"""Declarations: what they derive, and mistakes that show at import."""

from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import graph.nodes
from graph.core.errors import BadParameter, DeclarationError
from graph.core.tensor import features
from graph.declare import (
    GROUPS,
    REGISTRY,
    NodeRefs,
    Param,
    Raw,
    Value,
    call,
    changed,
    literal,
    node,
    param,
    parse_ports,
    ranges,
)

assert graph.nodes, "fills the registry"


@pytest.fixture(autouse=True)
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Declarations of a test are forgotten after it."""
    monkeypatch.setattr(REGISTRY, "_declarations", dict(REGISTRY._declarations))
    monkeypatch.setattr(REGISTRY, "_former", dict(REGISTRY._former))


def declare(cls: type[Any], type: str = "test.thing", **more: Any) -> Any:
    return node(type, **{"group": "Test", **more})(cls)


def good() -> type[Any]:
    return type("Good", (), {"__doc__": "A node."})


# -- mistakes


def test_a_type_twice() -> None:
    declare(good())
    with pytest.raises(DeclarationError, match="twice"):
        declare(type("Other", (), {"__doc__": "Another."}))
    with pytest.raises(DeclarationError, match="twice"):
        declare(type("Other", (), {"__doc__": "Another."}), "test.new", was=("test.thing",))
    declare(type("Third", (), {"__doc__": "A third."}), "test.third", was=("test.old",))
    with pytest.raises(DeclarationError, match="twice"):
        declare(type("Other", (), {"__doc__": "Another."}), "test.old")


def test_no_docstring() -> None:
    with pytest.raises(DeclarationError, match="docstring"):
        declare(type("Bare", (), {}))


@pytest.mark.parametrize("default", [[1], {"a": 1}, {1}])
def test_a_mutable_default(default: Any) -> None:
    with pytest.raises(DeclarationError, match="mutable"):
        declare(type("Bad", (), {"__doc__": "A node.", "sizes": default}))


def test_a_parameter_without_a_doc() -> None:
    class Bad:
        """A node."""

        units: int = param(3, doc="")

    with pytest.raises(DeclarationError, match=r"test\.thing\.units: a parameter needs a doc"):
        declare(Bad)


def test_a_parameter_no_editor_knows() -> None:
    class Bad:
        """A node."""

        units: complex = param(1j, doc="What?")

    with pytest.raises(DeclarationError, match="no editor"):
        declare(Bad)


def test_a_parameter_of_two_types() -> None:
    class Bad:
        """A node."""

        units: int | str = param(1, doc="What?")

    with pytest.raises(DeclarationError, match="one type"):
        declare(Bad)


def test_a_default_out_of_range() -> None:
    class Bad:
        """A node."""

        units: int = param(0, low=1, doc="How many.")

    with pytest.raises(BadParameter, match="at least 1"):
        declare(Bad)


def test_a_default_of_another_type() -> None:
    class Bad:
        """A node."""

        rate: float = param("fast", doc="How fast.")

    with pytest.raises(BadParameter):
        declare(Bad)


def test_a_parameter_with_a_hooks_name() -> None:
    class Bad:
        """A node."""

        shape: int = param(3, doc="A number.")

    with pytest.raises(DeclarationError, match="hook"):
        declare(Bad)


@pytest.mark.parametrize("ports", ["1", "a-b", "x 2y", "?"])
def test_ports_are_named(ports: str) -> None:
    with pytest.raises(DeclarationError, match="port"):
        parse_ports(ports)


# -- what is derived


def test_ports_from_text() -> None:
    x, mask, losses = parse_ports("x mask? losses*:loss")
    assert (x.name, x.kind, x.variadic, x.optional) == ("x", "tensor", False, False)
    assert (mask.optional, losses.variadic, losses.kind) == (True, True, "loss")
    assert parse_ports("") == ()


@pytest.mark.parametrize("declaration", list(REGISTRY), ids=lambda one: one.type)
def test_what_every_node_has(declaration: Any) -> None:
    family, _, name = declaration.type.partition(".")
    assert family.isidentifier()
    assert name.isidentifier()
    assert declaration.group in GROUPS
    assert len(declaration.doc) > 10
    assert declaration.default_name.isidentifier()
    assert declaration.summary({}) is not None
    for ports in (declaration.ports.inputs, declaration.ports.outputs):
        assert len({port.name for port in ports}) == len(ports)
    for one in declaration.params:
        assert one.doc.strip()
        assert one.check(one.default) == one.default
        if one.kind == "choice":
            assert one.default in one.choices


def test_titles_are_names_people_use() -> None:
    assert len({one.title for one in REGISTRY}) == len(REGISTRY)


def test_former_types_are_found() -> None:
    declare(good(), was=("test.was",))
    found = REGISTRY.find("test.was")
    assert found is not None
    assert found.type == "test.thing"
    assert REGISTRY.find("test.never") is None


# -- values


def one(kind: Any, default: Any, **more: Any) -> Param:
    cls = type("Made", (), {"__doc__": "A node.", "__annotations__": {"p": kind}})
    cls.p = param(default, doc="A value.", **more)  # type: ignore[attr-defined]
    declare(cls)
    found = REGISTRY.find("test.thing")
    assert found is not None
    return found.params[0]


@pytest.mark.parametrize(
    ("kind", "default", "more", "good", "bad"),
    [
        (int, 1, {"low": 0, "high": 9}, [(3, 3), (3.0, 3)], [-1, 10, 1.5, "3", True, None, [3]]),
        (float, 1.0, {"low": 0}, [(3, 3.0), (0.5, 0.5)], [-0.1, "x", True, float("nan"), 10**400]),
        (bool, True, {}, [(False, False)], [0, 1, "yes", None]),
        (str, "", {}, [("a", "a")], [1, None, ["a"]]),
        (int | None, None, {"low": 0}, [(None, None), (3, 3)], [-1, "x"]),
        (Literal["a", "b"], "a", {}, [("b", "b")], ["c", 1, ["a"], None]),
        (tuple[int, ...], (1,), {"low": 1, "sizes": 2}, [(3, (3,)), ([1, 2], (1, 2))],
         [0, (1, 2, 3), (), "12", [1, "x"], (1, 0)]),
        (tuple[float, ...], (1.0,), {}, [([1, 2], (1.0, 2.0))], ["x", [True]]),
        (NodeRefs, (), {}, [(["n1"], ("n1",)), ([], ())], ["n1", [1], None]),
    ],
    ids=lambda one: getattr(one, "__name__", None),
)  # fmt: skip
def test_values_are_checked(
    kind: Any, default: Any, more: dict[str, Any], good: list[tuple[Any, Any]], bad: list[Any]
) -> None:
    declared = one(kind, default, **more)
    for value, checked in good:
        found = declared.check(value)
        assert found == checked
        assert type(found) is type(checked)
    for value in bad:
        with pytest.raises(BadParameter, match="p: expected"):
            declared.check(value)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.tuples(inner),
)


@given(PLAIN)
def test_a_literal_is_the_value(value: Any) -> None:
    import math  # noqa: PLC0415

    assert eval(literal(value), {"math": math}) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", '"a"'),
        ('say "a"', "'say \"a\"'"),
        ((1,), "(1,)"),
        ((1, 2), "(1, 2)"),
        (float("inf"), "math.inf"),
        (Value("self.x", features("N")), "self.x"),
        ({"a": [1]}, '{"a": [1]}'),
    ],
)
def test_literals_read_as_a_person_writes_them(value: Any, text: str) -> None:
    assert literal(value) == text


def test_calls_leave_out_what_torch_assumes() -> None:
    @node("test.conv", group="Test")
    class Conv:
        """A node."""

        kernel: tuple[int, ...] = param((3,), doc="Size.")
        stride: tuple[int, ...] = param((1,), torch=(1,), doc="Step.")
        bias: bool = param(True, doc="Offset.")
        lr: float = param(0.1, torch=0.001, doc="Rate.")

    made = Conv(kernel=(5, 5), bias=False)  # type: ignore[call-arg]
    text = call("nn.Conv", Raw("x.shape"), 3, **changed(made, "kernel", "stride", "bias", "lr"))
    assert text == "nn.Conv(x.shape, 3, kernel=5, bias=False, lr=0.1)"


@pytest.mark.parametrize(
    "want", [one for one in vars(ranges).values() if isinstance(one, ranges.Want)], ids=str
)
def test_a_want_says_what_to_do_with_nodes_there_are(want: ranges.Want) -> None:
    assert want.expected
    assert want.advice or not want.picky
    assert all(REGISTRY.find(kind) for kind in want.use)
    inserted = REGISTRY.find(want.insert)
    assert inserted is not None or not want.insert
    for name, value in want.params:
        known = inserted.param(name) if inserted else None
        assert known is not None
        known.check(value)
