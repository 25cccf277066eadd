"""An inference that also says what is wrong, and how it can be mended."""

from collections.abc import Mapping

from graph.diagnose.findings import Findings
from graph.diagnose.trials import Attempt
from graph.edit.document import Document
from graph.infer.inference import Inference
from graph.infer.node_inference import Facts
from graph.problems.problem import Problem


class Diagnosis(Inference):
    """Types, weights and problems of a document's nodes.

    Args:
        document: What to look at.
        facts: What a probe learned about data nodes, by node id.
        watch: Follow the document's changes from now on.
        batch_size: Examples a step; the board's own by default.
        tries: Try fixes out before they are offered.
    """

    def __init__(
        self,
        document: Document,
        facts: Mapping[str, Facts] | None = None,
        *,
        watch: bool = True,
        batch_size: int | None = None,
        tries: bool = True,
    ) -> None:
        self._remarks: dict[str, Problem] = {}
        self._findings: Findings | None = None
        super().__init__(document, facts, watch=watch, batch_size=batch_size)
        apart = self._attempt if tries else None
        self._findings = Findings(self, self._results, self._faulty, apart)

    def apart(self) -> "Diagnosis":
        """The same of a copy of the document, to try something on."""
        return Diagnosis(self.document.clone(), self.facts, batch_size=self.batch_size, tries=False)

    def set_remarks(self, remarks: Mapping[str, Problem]) -> None:
        """Take in what else is wrong with nodes, such as data that are not on this computer.

        It is shown on them, and hinders no compiling.
        """
        both = self._remarks.keys() | remarks.keys()
        changed = {node for node in both if self._remarks.get(node) != remarks.get(node)}
        self._remarks = dict(remarks)
        if changed:
            self._changed |= changed
            self._tell()

    @property
    def problems(self) -> list[Problem]:
        """Everything wrong, errors first, then in the order nodes are computed."""
        return list(self._findings.all()) if self._findings else []

    def problems_of(self, node: str) -> list[Problem]:
        """What is wrong with one node; of a network's node, wherever the network is placed."""
        remarks = [self._remarks[node]] if node in self._remarks else []
        return [*(self._findings.of(node) if self._findings else ()), *remarks]

    def _attempt(self) -> Attempt:
        copy = self.apart()
        return Attempt(copy, lambda: copy.problems)

    def _forget(self) -> None:
        if self._findings:
            self._findings.forget()

    def _said_anew(self) -> set[str]:
        return self._findings.said_anew() if self._findings else set()
