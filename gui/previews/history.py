"""What a view showed so far, evenly thinned, so that a slider can go back through training."""

from __future__ import annotations

from collections.abc import Iterator

from runtime.protocol.messages import ViewDrawn

MOST = 100


class Looks:
    """The pictures of one view, from its first look to its last.

    Args:
        most: How many are kept; then every second one goes, so that they stay evenly spread.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: list[ViewDrawn] = []
        self._last: ViewDrawn | None = None
        self._every = self._since = 1

    def __len__(self) -> int:
        return len(self._kept) + (self._last is not None)

    def __iter__(self) -> Iterator[ViewDrawn]:
        return iter([*self._kept, *([self._last] if self._last else [])])

    def __getitem__(self, place: int) -> ViewDrawn:
        if self._last is not None and place == len(self._kept):
            return self._last
        return self._kept[place]

    def add(self, message: ViewDrawn) -> None:
        """Take one in, in place of one of the same step; an earlier step begins another run."""
        if len(self) and message.step == self[len(self) - 1].step:
            if self._last is None:
                self._kept[-1] = message
            else:
                self._last = message
            return
        if len(self) and message.step < self[len(self) - 1].step:
            self._kept, self._last, self._every, self._since = [], None, 1, 1
        self._last, self._since = message, self._since + 1
        if self._since > self._every:
            self._kept.append(message)
            self._last, self._since = None, 1
        if len(self._kept) > self._most:
            self._kept = self._kept[::2]
            self._every *= 2
