"""Templates and what compiling them gives."""

import json
from pathlib import Path
from typing import Any

from graph.compile import Compiled, compile_document
from graph.edit.document import Document
from graph.format.templates import names, open_template

GOLDEN = Path(__file__).parent / "golden"
TEMPLATES = names()


def facts_of(document: Document) -> dict[str, Any]:
    """What a probe would say about a template's data, by node; kept beside its golden files."""
    path = GOLDEN / document.name / "facts.json"
    if not path.exists():
        return {}
    facts = json.loads(path.read_text(encoding="utf-8"))
    return {
        node.id: facts for node in document.board.nodes.values() if node.type.startswith("data.")
    }


def compiled(name: str) -> Compiled:
    """A template's project."""
    document = open_template(name)
    return compile_document(document, facts_of(document))
