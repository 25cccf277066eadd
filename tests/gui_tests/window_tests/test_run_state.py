"""The states of a run as the window knows it, driven by every event, and beside a worker."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from graph.core.run_plan import Project
from gui.core.run_state import LEADS, Drawing, RunState
from runtime.protocol.config import RunConfig
from runtime.protocol.messages import (
    Died,
    GenerateEnded,
    Generating,
    Paused,
    Resumed,
    Started,
    Stopped,
    Warm,
)

IDLE = RunState()
STARTED = Started("mine-1", "mine-1", "cpu", "CPU", 1, 5, 10, 320, 80, 3)
STOPPED = Stopped("stopped", "mine-1", "mine-1", 3, 0, 1.0)
GENERATING = Generating("a.safetensors", "cpu", 3, 1)
DRAWINGS = [Drawing(Project("mine", {}), RunConfig(), Path(f"{name}.safetensors")) for name in "ab"]

Event = Callable[[RunState], RunState]
ASKED: list[Event] = [
    RunState.wait,
    RunState.rest,
    RunState.run,
    *(partial(RunState.draw, drawing=one) for one in DRAWINGS),
    RunState.go_on,
    RunState.stop,
    RunState.leave,
]
DIED = Died(-9, "SIGKILL", "Go on with it.", "mine-1")
SAID = [STARTED, Paused(1), Resumed(1), STOPPED, GENERATING, GenerateEnded(), DIED]
EVENTS: list[Event] = [*ASKED, *(partial(RunState.hear, message=one) for one in SAID)]


def test_every_event_in_every_state_leads_to_one_that_can_be() -> None:
    states, led = [RunState()], set()
    for state in states:
        assert state.legal, state
        assert state.hear(Warm((), "")) == state
        assert state.shuffle().legal
        for event in EVENTS:
            after = event(state)
            if after.phase != state.phase:
                led.add((state.phase, after.phase))
            if after not in states:
                states.append(after)
    assert led == {(phase, to) for phase, several in LEADS.items() for to in several}


class Worker:
    """Takes commands and answers in the order in which the worker process does."""

    def __init__(self, task: str, inbox: Iterable[str]) -> None:
        self.task, self.inbox = task, deque(inbox)

    def work(self) -> Iterator[object]:
        """What is said until the next command is carried out."""
        if not self.inbox:
            return
        command = self.inbox.popleft()
        if self.task == "run" and command in {"pause", "resume"}:
            yield Paused(1) if command == "pause" else Resumed(1)
        elif command not in {"pause", "resume"}:
            yield from self.end()
            if command == "train":
                self.task = "run"
                yield STARTED
            elif command == "draw":
                self.task = "drawing"
                yield GENERATING
            elif command == "draw what does not fit":
                yield GenerateEnded()

    def end(self) -> Iterator[object]:
        """What goes on ends."""
        task, self.task = self.task, ""
        if task:
            yield STOPPED if task == "run" else GenerateEnded()


class Both:
    """A state and a worker that is told what the state allows, as the trainer does it."""

    def __init__(self, state: RunState = IDLE, task: str = "", inbox: Iterable[str] = ()) -> None:
        self.state, self.worker = state, Worker(task, inbox)

    @property
    def key(self) -> tuple[object, ...]:
        state, drawn = self.state, [one.checkpoint for one in DRAWINGS]
        drawing, before = (
            one and drawn.index(one.checkpoint) for one in (state.drawing, state.before)
        )
        asked = state.phase, state.task, drawing, before, state.left, state.checkpoint
        return *asked, state.generating is None, self.worker.task, *self.worker.inbox

    def after(self, deed: str) -> Both:
        both = Both(self.state, self.worker.task, self.worker.inbox)
        getattr(both, deed)()
        return both

    def wait(self) -> None:
        self.state = self.state.wait()

    def train(self) -> None:
        if self.state.free:
            self.worker.inbox.append("train")
        self.state = self.state.run()

    def draw_what_does_not_fit(self) -> None:
        self.draw(fits=False)

    def draw(self, *, fits: bool = True) -> None:
        if self.state.free:
            self.worker.inbox.append("draw" if fits else "draw what does not fit")
        self.state = self.state.draw(DRAWINGS[fits])

    def pause(self) -> None:
        if self.state.phase == "running":
            self.worker.inbox.append("pause")

    def resume(self) -> None:
        if self.state.phase == "paused":
            self.worker.inbox.append("resume")
        self.state = self.state.go_on()

    def stop(self) -> None:
        if self.state.ends:
            self.worker.inbox.append("stop")
        self.state = self.state.stop()

    def leave(self) -> None:
        if self.state.rest().ends:
            self.worker.inbox.append("stop")
        self.state = self.state.leave()

    def finish(self) -> None:
        self.hear(self.worker.end() if self.worker.task == "run" else iter(()))

    def work(self) -> None:
        self.hear(self.worker.work())

    def hear(self, messages: Iterator[object]) -> None:
        for message in messages:
            was, self.state = self.state, self.state.hear(message)
            if self.state.drawing is not None and self.state.drawing is not was.drawing:
                self.worker.inbox.append("draw")

    def agree(self) -> None:
        """Once nothing is under way, both know what goes on, and of which board."""
        while self.worker.inbox:
            self.work()
        state, task = self.state, self.worker.task
        assert state.phase in ({"running", "paused"} if task == "run" else {"idle", "reading"})
        assert (state.generating is not None) == (task == "drawing")
        assert state.left is None


DEEDS = (
    *("wait", "train", "draw", "draw_what_does_not_fit", "pause", "resume", "stop", "leave"),
    *("work", "finish", "agree"),
)
MOST = 3
"""Commands that lie before the worker at once."""


def test_window_and_worker_agree_whatever_is_asked_when() -> None:
    known = {(first := Both()).key}
    every = [first]
    for both in every:
        for deed in DEEDS:
            after = both.after(deed)
            assert after.state.legal
            if len(after.worker.inbox) <= MOST and after.key not in known:
                known.add(after.key)
                every.append(after)
    assert len(every) > 100


def test_a_board_that_is_left_twice_while_its_drawing_begins_leaves_nothing_behind() -> None:
    both = Both()
    both.draw()
    both.leave()
    both.leave()
    both.agree()
    both.train()
    both.work()
    assert both.state.left is None, "the next run's messages are told"
    assert both.state.checkpoint is not None
