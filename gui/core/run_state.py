"""What the worker is at, as far as the window knows: a state machine, with no worker in it.

A run, or a drawing (views drawn from a checkpoint's weights, without training), is asked for, and
begins when the worker says so. What is asked for where it has no meaning, and what the worker says
of something that is over, leaves a state as it is. `LEADS` has the phases, `RunState.legal` what
may be together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from graph.core.run_plan import Project
from runtime.protocol.config import RunConfig
from runtime.protocol.messages import (
    Died,
    GenerateEnded,
    Generating,
    Paused,
    Resumed,
    Started,
    Stopped,
)
from runtime.store.runs import last_checkpoint

Phase = Literal["idle", "reading", "starting", "running", "paused", "stopping"]
Task = Literal["run", "drawing"]

LEADS: dict[Phase, frozenset[Phase]] = {
    "idle": frozenset({"reading", "starting"}),
    "reading": frozenset({"idle", "starting"}),
    "starting": frozenset({"running", "paused", "stopping", "idle"}),
    "running": frozenset({"paused", "stopping", "idle"}),
    "paused": frozenset({"running", "stopping", "idle"}),
    "stopping": frozenset({"idle"}),
}
"""Where each phase leads to. In "idle" nothing is trained, but views may be drawn; in "reading"
what was asked for waits for the data; "starting" and "stopping" last until the worker answers."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the worker draws after training: a board, with the weights of a checkpoint.

    Attributes:
        project: The board as it was compiled.
        config: On which device, with which data.
        checkpoint: The file with the weights.
        samples: How often other noise was asked for.
    """

    project: Project
    config: RunConfig
    checkpoint: Path
    samples: int = 0


@dataclass(frozen=True, slots=True)
class RunState:
    """One state; every event gives the next.

    Attributes:
        phase: What is going on.
        task: What was asked of the worker, from then until it has begun or ended as wanted.
        drawing: What was asked to be drawn last, since the last run.
        before: What was drawn until now, to go back to where another checkpoint does not fit.
        generating: What the worker said of what it draws, while it does.
        left: What goes on of a board that is no longer open, until the worker says that it ended.
        resumable: The folder of a run whose worker died.
        checkpoint: What Generate draws with: of this board's last run, or loaded since.
    """

    phase: Phase = "idle"
    task: Task | None = None
    drawing: Drawing | None = None
    before: Drawing | None = None
    generating: Generating | None = None
    left: Task | None = None
    resumable: str | None = None
    checkpoint: Path | None = None

    @property
    def legal(self) -> bool:
        """Can there be such a state?"""
        going, ending = self.phase in {"running", "paused"}, self.phase == "stopping"
        return (
            (self.task is None) == self.free
            and not (going and (self.task == "drawing" or self.generating))
            and not (self.task == "run" and (self.drawing or self.before or self.resumable))
            and not (self.before and self.task != "drawing")
            and not (self.task == "drawing" and self.drawing is None and self.left != "drawing")
            and not (self.left == "run" and not (ending and self.task == "run"))
            and not (self.left == "drawing" and not (self.generating or ending))
            and not (self.left and (self.checkpoint or self.resumable))
        )

    @property
    def free(self) -> bool:
        """May a run or a drawing be asked for?"""
        return self.phase in {"idle", "reading"}

    @property
    def training(self) -> bool:
        """Does a run go on, so that something else has to wait for its end?"""
        return self.task == "run" and self.phase != "stopping"

    @property
    def ends(self) -> bool:
        """Does something go on that the worker can be told to end, and was not told to yet?"""
        going = self.phase in {"starting", "running", "paused"}
        return going or (self.phase == "idle" and self.generating is not None)

    # -- what is asked for

    def wait(self) -> RunState:
        """Something is asked for whose data are not read yet."""
        return replace(self, phase="reading") if self.free else self

    def rest(self) -> RunState:
        """What waited for the data waits no more."""
        return replace(self, phase="idle") if self.phase == "reading" else self

    def run(self) -> RunState:
        """A run is asked of the worker."""
        if not self.free:
            return self
        return replace(
            self, phase="starting", task="run", drawing=None, before=None, resumable=None
        )

    def draw(self, drawing: Drawing) -> RunState:
        """Views are asked of the worker; what it draws now ends then."""
        if not self.free:
            return self
        before = self.drawing if self.generating is not None else None
        return replace(self, phase="starting", task="drawing", drawing=drawing, before=before)

    def shuffle(self) -> RunState:
        """Other noise is asked for."""
        if self.generating is None or self.drawing is None:
            return self
        return replace(self, drawing=replace(self.drawing, samples=self.drawing.samples + 1))

    def go_on(self) -> RunState:
        """The run is to go on after a pause."""
        return replace(self, phase="running") if self.phase == "paused" else self

    def stop(self) -> RunState:
        """What goes on is to end; a drawing that has begun does so while the phase is idle."""
        if self.phase in {"starting", "running", "paused"}:
            return replace(self, phase="stopping")
        return self.rest()

    def leave(self) -> RunState:
        """Another board is open: what is trained or drawn belongs to the one before, and ends."""
        left: Task | None = "drawing" if self.generating is not None else None
        return replace(
            self.stop(),
            drawing=None,
            before=None,
            left=self.task or left,
            resumable=None,
            checkpoint=None,
        )

    # -- what the worker says

    def hear(self, message: object) -> RunState:
        """The state after a message of the worker.

        Where a checkpoint did not fit, `drawing` is what was drawn before, to be asked for anew.
        """
        going = self.task == "run" and self.phase != "stopping" and self.generating is None
        match message:
            case Started() if self.task == "run" and self.generating is None:
                phase: Phase = "running" if self.phase == "starting" else self.phase
                kept = self.checkpoint if self.left else last_checkpoint(message.folder)
                return replace(self, phase=phase, checkpoint=kept)
            case Paused() if going:
                return replace(self, phase="paused")
            case Resumed() if going:
                return replace(self, phase="running")
            case Stopped() if self.task == "run":
                left = None if self.left == "run" else self.left
                return replace(self, phase="idle", task=None, left=left)
            case Generating() if self.task == "drawing":
                kept = self.drawing.checkpoint if self.drawing and not self.left else None
                return replace(
                    self, phase="idle", task=None, before=None, generating=message,
                    checkpoint=kept or self.checkpoint,
                )  # fmt: skip
            case GenerateEnded():
                return self._drawn()
            case Died():
                resumable = message.folder if self.left is None else None
                return RunState(
                    drawing=self.drawing, resumable=resumable, checkpoint=self.checkpoint
                )
        return self

    def _drawn(self) -> RunState:
        """A drawing ended, or did not begin."""
        if self.generating is not None:
            follows = (
                self.task == "drawing" and self.drawing is None
            )  # of the same board: it ends, too
            left = self.left if follows or self.left == "run" else None
            return replace(self, generating=None, left=left)
        if self.task != "drawing":
            return self
        if self.before is not None and self.phase == "starting":
            return replace(self, drawing=self.before, before=None)
        return replace(self, phase="idle", task=None, before=None, left=None)
