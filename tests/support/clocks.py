"""A clock that stands still but for whoever sleeps."""


class Clock:
    """Seconds since 1970, by call; `sleep` passes at once and is noted in `slept`."""

    def __init__(self, now: float = 1_795_000_000.0):
        self.now = now
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
