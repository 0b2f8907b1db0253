"""How often, and after what pause, a request that may be repeated is repeated."""

import random
import time
from dataclasses import dataclass

from .errors import NodeError


@dataclass(frozen=True)
class RetryPolicy:
    """Eight attempts within about seven seconds, unless said otherwise."""

    attempts: int = 8
    #: Seconds before the second attempt; doubles.
    first_pause: float = 0.1
    longest_pause: float = 2.0

    def again(self, attempt: int, error: NodeError) -> bool:
        """Whether a request whose attempt failed with ``error`` is to be sent once more."""
        return error.retryable and attempt < self.attempts

    def pause(self, attempt: int) -> None:
        """Waits before the next attempt; half of the pause is random, so that clients spread."""
        full = min(self.longest_pause, self.first_pause * 2 ** (attempt - 1))
        time.sleep(full * (0.5 + random.random() / 2))
