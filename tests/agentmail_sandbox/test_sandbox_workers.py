import pytest
from sandbox_testing import until

from agentmail_sandbox import workers
from agentmail_sandbox.workers import Worker


def test_a_worker_outlives_whatever_its_work_raises_or_returns(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(workers, "PAUSE_AFTER_BUG", 0.001)
    outcomes: list[float | Exception | None] = [RuntimeError("broken"), MemoryError("full"), -1.0, 1e300, None]

    def work() -> float | None:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    worker = Worker("test-worker", work)
    until(lambda: len(outcomes) == 1)
    worker.wake()
    until(lambda: not outcomes)
    worker.stop()
    failures = [record for record in caplog.records if "test-worker failed" in record.message]
    assert [str(record.exc_info[1]) for record in failures if record.exc_info] == ["broken", "full"]
