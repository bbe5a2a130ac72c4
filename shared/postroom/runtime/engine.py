"""DBOS behind one module: lanes, steps, recovery. Nothing but `under_way` beside it knows that engine.

Seven settings differ from its defaults, each because the default lost or doubled work in a trial: WAL journal
(`database`), pinned application version, one stable executor id per process, a reaper for stranded runs,
time-ordered ids (`ids`), a short polling interval, a JSON serializer.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import sqlalchemy as sa
import structlog
from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer, SetEnqueueOptions, SetWorkflowID
from dbos._error import DBOSBaseException

from postroom.runtime.suspects import GIVEN_UP_AFTER, Stopping, Suspects
from postroom.runtime.under_way import UNFINISHED, left, schema_of

T = TypeVar("T")
Payload = dict[str, Any]

log = structlog.get_logger(__name__)

QUEUE = "mail"
VERSION = "v1"
POLLING_SECONDS = 0.1
WORKERS = 16
STRANDED_AFTER = timedelta(hours=1)
"""Longer than any step may take, some calls of six minutes each; a run that did none for so long lost its process."""
HANGS_AFTER = timedelta(minutes=10)
"""A run at work that did no step for so long is shown to people; few steps take that long."""
KEPT_FOR = timedelta(days=30)
"""Finished rows are what makes a second delivery of the same mail harmless; none comes after so long."""
MAIN = "main"
"""The runtime of a normal process."""
AT_ONCE = 100
"""Runs that are looked for in one statement."""

Executor = Callable[[Payload], None]
_executors: dict[str, Executor] = {}
"""Where the one workflow finds the runtime it belongs to; several only in tests, which share one engine."""
_at_work: dict[str, tuple[float, Payload]] = {}
"""The workflows that threads of this process carry out now, with when they began to, in seconds since the epoch."""


@DBOS.workflow(name="run", max_recovery_attempts=None)  # the deaths of a run are counted in `suspects`
def _run(payload: Payload) -> None:
    workflow_id = str(DBOS.workflow_id)
    _at_work[workflow_id] = time.time(), payload
    try:
        _executors[payload["runtime"]](payload)
    finally:
        del _at_work[workflow_id]


class Engine:
    """The one durable queue of this process. `start` it once; it serves every agent."""

    def __init__(self, database: sa.Engine, worker: str = "worker-1", polling_seconds: float = POLLING_SECONDS) -> None:
        self.database = database
        self.worker = worker
        self.polling_seconds = polling_seconds
        self._stopping = threading.Event()
        self._steps = 0
        self._step_ended = threading.Condition()
        self._suspects = Suspects(database)

    def start(self) -> None:
        """Launch, recover what this worker left unfinished, and begin to take work."""
        _relay_logs()
        self._count_deaths()
        config: DBOSConfig = {
            "name": "postroom",
            "system_database_url": self.database.url.render_as_string(hide_password=False),
            "system_database_engine": self.database,
            "application_version": VERSION,
            "executor_id": self.worker,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "ERROR",
        }
        DBOS(config=config)
        DBOS.launch()
        DBOS.register_queue(
            QUEUE,
            partition_concurrency=1,
            worker_concurrency=WORKERS,
            polling_interval_sec=self.polling_seconds,
            on_conflict="always_update",
        )

    def stop(self, patience: float = 5.0) -> None:
        """Stop taking work, let the steps under way end (for at most `patience` seconds), and close.

        What is under way then goes on at the next start; that is no death of it.
        """
        self._stopping.set()
        self._suspects.stop()
        with self._step_ended:
            self._step_ended.wait_for(lambda: self._steps == 0, timeout=patience)
        try:
            self._suspects.note_stop(self.worker)
        except sa.exc.SQLAlchemyError as error:
            log.warning("could not note a clean stop: it counts as a death of the runs under way", error=str(error))
        DBOS.destroy()
        self.database.dispose()

    def serve(self, runtime: str, executor: Executor) -> None:
        """Run payloads of that runtime with `executor`.

        A payload with `deaths` is that of a run which killed its process so often, and is not to be begun again.
        """
        _executors[runtime] = partial(self._carry_out, executor)

    def forget(self, runtime: str) -> None:
        """Stop serving that runtime."""
        _executors.pop(runtime, None)

    def enqueue(self, workflow_id: str, lane: str, payload: Payload) -> None:
        """Hand in a run, once for all calls with the same id. Runs of one lane never overlap and keep id order."""
        with SetWorkflowID(_own(workflow_id, payload)), SetEnqueueOptions(queue_partition_key=lane):
            DBOS.enqueue_workflow(QUEUE, _run, payload)

    def run_now(self, workflow_id: str, payload: Payload) -> None:
        """Run in the calling thread, past the queue; once for all calls with the same id."""
        with SetWorkflowID(_own(workflow_id, payload)):
            _run(payload)

    def step(self, name: str, work: Callable[[], T]) -> T:
        """Do a step of the current run; its result (JSON) is recorded and a replay returns it as it was."""
        with self._step_ended:
            if self._stopping.is_set():
                raise Stopping(name)
            self._steps += 1
        try:
            return DBOS.run_step({"name": name}, work)
        finally:
            with self._step_ended:
                self._steps -= 1
                self._step_ended.notify_all()

    def ends_it(self, error: BaseException) -> bool:
        """Tell whether an error ends the process or takes the run from it: then it is no failure of the run's own.

        Ctrl-C reaches the main thread alone; elsewhere an agent's code raised KeyboardInterrupt.
        """
        interrupted = self._stopping.is_set() or threading.current_thread() is threading.main_thread()
        return isinstance(error, (Stopping, DBOSBaseException)) or (
            isinstance(error, KeyboardInterrupt) and interrupted
        )

    def unfinished(self, runtime: str) -> int:
        """Return how many runs of a runtime wait or are at work."""
        return sum(1 for workflow_id in left(self.database) if _owner(workflow_id) == runtime)

    def waiting(self, runtime: str) -> list[tuple[datetime, str]]:
        """Return since when each unfinished run of a runtime waits or is at work, and its agent; oldest first."""
        listed = self._listed(runtime)
        return sorted((datetime.fromtimestamp((row.created_at or 0) / 1000, UTC), own["agent"]) for row, own in listed)

    def pending(self, runtime: str, *, queued: bool = False) -> set[str]:
        """Return the run ids that a process works on, or worked on when it died; `queued` adds those that wait."""
        return {own["run_id"] for row, own in self._listed(runtime) if queued or row.status == "PENDING"}

    def busy(self, runtime: str) -> frozenset[str]:
        """Return the threads on which a run waits or is at work."""
        return frozenset(own["thread_id"] for _row, own in self._listed(runtime))

    def resume(self, workflow_id: str, payload: Payload) -> None:
        """Put a run whose process died back into its queue."""
        DBOS.resume_workflows([_own(workflow_id, payload)], queue_name=QUEUE)

    def reap(self, now: datetime | None = None) -> list[str]:
        """Take up runs that lost their process without a restart; return their ids.

        One that this process works on is never among them, nor one that did a step within the last hour.
        """
        before = (now or datetime.now(UTC)) - STRANDED_AFTER
        pending = DBOS.list_workflows(
            status="PENDING", dequeued_before=before.isoformat(), load_input=False, load_output=False
        )
        ids = [row.workflow_id for row in pending if row.workflow_id not in _at_work]
        stranded = [workflow_id for workflow_id in ids if _last_step(workflow_id) < before.timestamp()]
        if stranded:
            log.warning("taking up stranded runs", runs=stranded)
            DBOS.resume_workflows(stranded, queue_name=QUEUE)
        return stranded

    def hanging(self, runtime: str, now: datetime | None = None) -> list[Payload]:
        """Return the runs that this process works on and that did no step for ten minutes."""
        before = ((now or datetime.now(UTC)) - HANGS_AFTER).timestamp()
        begun = [(key, payload) for key, (at, payload) in list(_at_work.items()) if at < before]
        return [payload for key, payload in begun if payload["runtime"] == runtime and _last_step(key) < before]

    def prune(self, now: datetime | None = None) -> int:
        """Delete finished rows older than a month; return how many."""
        before = ((now or datetime.now(UTC)) - KEPT_FOR).isoformat()
        old = DBOS.list_workflows(
            status=["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"],
            completed_before=before,
            limit=1000,
            load_input=False,
            load_output=False,
        )
        if old:
            DBOS.delete_workflows([row.workflow_id for row in old])
        return len(old)

    def erase(self, runtime: str, run_ids: Collection[str], *, dry_run: bool = False) -> int:
        """Delete what is recorded of finished runs, all their attempts; return how many rows that were, or would be."""
        own = [_own(run_id, {"runtime": runtime}) for run_id in run_ids]
        found: list[str] = []
        for batch in (own[at : at + AT_ONCE] for at in range(0, len(own), AT_ONCE)):
            rows = DBOS.list_workflows(workflow_id_prefix=batch, load_input=False, load_output=False)
            found += [row.workflow_id for row in rows if row.status not in UNFINISHED]
        if found and not dry_run:
            DBOS.delete_workflows(found)
        return len(found)

    def broken_off(self) -> Mapping[str, Payload]:
        """Return the runs whose failure the journal could not take, by workflow id; also any that DBOS gave up."""
        rows = DBOS.list_workflows(status=["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"], load_output=False)
        return {row.workflow_id: _payload(row.input) for row in rows}

    def _listed(self, runtime: str) -> list[tuple[Any, Payload]]:
        """Return the workflows of a runtime that wait or are at work, with what was handed in."""
        rows: list[Any] = []
        ours = [workflow_id for workflow_id in left(self.database) if _owner(workflow_id) == runtime]
        for batch in (ours[at : at + AT_ONCE] for at in range(0, len(ours), AT_ONCE)):
            rows += DBOS.list_workflows(workflow_ids=batch, status=UNFINISHED, load_output=False)
        return [(row, _payload(row.input)) for row in rows]

    def _count_deaths(self) -> None:
        """Note which runs were under way when this worker died; DBOS recovers them once it is launched."""
        if not sa.inspect(self.database).has_table("workflow_status", schema=schema_of(self.database)):
            return  # nothing ever ran here
        client = DBOSClient(system_database_engine=self.database, serializer=DBOSPortableJSONSerializer())
        try:
            left = client.list_workflows(status="PENDING", executor_id=self.worker, load_input=False, load_output=False)
            steps = {row.workflow_id: client.list_workflow_steps(row.workflow_id, load_output=False) for row in left}
            if self._suspects.forget_stop(self.worker):
                steps = {}
            known = self._suspects.known()
            unfinished = client.list_workflows(workflow_ids=known, status=UNFINISHED, load_input=False) if known else []
            self._suspects.count(
                {key: len(done) for key, done in steps.items()}, {row.workflow_id for row in unfinished}
            )
        finally:
            client.destroy()

    def _carry_out(self, executor: Executor, payload: Payload) -> None:
        with self._suspects.turn(str(DBOS.workflow_id)) as deaths:
            executor({**payload, "deaths": deaths} if deaths >= GIVEN_UP_AFTER else payload)


class _Relay(logging.Handler):
    """Says what DBOS logs in our own voice, and without traces: they would show what mails say."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        more = {"error": f"{type(error).__name__}: {error}"} if error else {}
        log.log(record.levelno, "the engine reports", said=record.getMessage(), **more)


def _relay_logs() -> None:
    """Keep DBOS from writing to the terminal itself, which it does where its logger has no handler."""
    logger = logging.getLogger("dbos")
    logger.setLevel(logging.WARNING)
    logger.propagate = False
    if not any(isinstance(handler, _Relay) for handler in logger.handlers):
        logger.handlers = [_Relay()]


def _last_step(workflow_id: str) -> float:
    """Return when a workflow's newest recorded step ended, in seconds since the epoch; 0 before its first."""
    steps = DBOS.list_workflow_steps(workflow_id, load_output=False)
    return max((step["completed_at_epoch_ms"] or 0 for step in steps), default=0) / 1000


def _own(workflow_id: str, payload: Payload) -> str:
    """Return the engine's id for a run: tests share one engine, and must not take each other's runs for repeats."""
    return workflow_id if payload["runtime"] == MAIN else f"{payload['runtime']}/{workflow_id}"


def _owner(own: str) -> str:
    """Return the runtime of an engine's id."""
    name, slash, _ = own.partition("/")
    return name if slash and name in _executors else MAIN


def _payload(recorded: Any) -> Payload:
    arguments = recorded["args"] if recorded else [{}]
    payload: Payload = arguments[0] if arguments else {}
    return payload
