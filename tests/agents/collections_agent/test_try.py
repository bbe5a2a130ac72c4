import csv, json
from datetime import timedelta
from agentmail_sandbox import Sandbox
from datetime import datetime, UTC
from postroom.loading import load_agent
from postroom_bench.play import CrashingEngine, Stage
from postroom_bench.scenario import Step
from postroom.runtime import progress

C = load_agent("collections")
rows = {
    r["number"]: (n, r)
    for n in ("placements", "own_invoices")
    for r in csv.DictReader((C.folder / "data/campaigns" / f"{n}.csv").read_text().splitlines())
}


def show(stage):
    for m in reversed(stage.sandbox.outbox()):
        print("MAIL", m.timestamp, m.to, "|", m.subject)
        print("   ", (m.text or "")[:3000].replace("\n", "\n    "))
    for p in map(progress.restored, progress.gather(stage.runtime.context, "collections")):
        print("PROGRESS", p.record.item, p.status, p.state, p.labels, p.planned, p.note)
    for r in sorted(
        stage.runtime.context.journal.runs_with_status(
            "done", "nothing", "recorded", "refused", "dead", "held", limit=500
        ),
        key=lambda r: r["run_id"],
    ):
        if r["kind"] != "cron":
            print(
                "RUN",
                r["run_id"][:40],
                r["kind"],
                r["status"],
                r["cause"] if r["kind"] != "mail" else "",
                r.get("note"),
                [
                    (
                        a["kind"],
                        a["status"],
                        a["rule"],
                        a["reason"][:60],
                        (a["frozen"] or {}).get("template"),
                        (a["frozen"] or {}).get("due_at"),
                    )
                    for a in stage.runtime.context.journal.actions_of_run(r["run_id"])
                ],
            )
    for s in ("dead", "refused", "held"):
        for r in stage.runtime.context.journal.runs_with_status(s):
            print(
                s,
                r["kind"],
                r.get("error"),
                r.get("note"),
                [
                    (a["kind"], a["status"], a["rule"], a["reason"])
                    for a in stage.runtime.context.journal.actions_of_run(r["run_id"])
                ],
            )


def test_it(run_agent, offline_brain):
    sandbox = Sandbox(start=datetime(2026, 3, 2, 9, tzinfo=UTC))
    runtime, _ = run_agent(C, offline_brain, sandbox, wrap_engine=CrashingEngine)
    stage = Stage(runtime, sandbox, "collections@sandbox.test", "collections")
    n, r = rows["LK-20901"]
    n2, r2 = rows["LK-20102"]
    stage.begin({n2: [r2]})
    stage.take(Step(advance="1d"))
    show(stage)
    stage.take(Step(approve="approve"))
    for d in range(9):
        stage.take(Step(advance="10d"))
        stage.take(Step(approve="approve"))
    show(stage)
