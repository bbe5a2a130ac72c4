import os, pytest
from pathlib import Path
from agentmail_sandbox import Sandbox
from postroom.learning import learn_in
from postroom.loading import load_agent
from postroom_bench.play import CrashingEngine, play, Stage
from postroom_bench.scenario import read_scenario

R = load_agent("recruiter")


@pytest.mark.parametrize("name", os.environ.get("SC", "").split(","))
def test_dump(name, run_agent, offline_brain, tmp_path):
    learn_in(tmp_path)
    sc = read_scenario(Path(f"agents/recruiter_agent/scenarios/{name}.yaml"))
    sb = Sandbox(start=sc.given.clock)
    rt, _ = run_agent(R, offline_brain, sb, wrap_engine=CrashingEngine)
    print("\n#####", name)
    print(*play(sc, rt, sb), sep="\n")
    for m in reversed(sb.outbox()):
        print(
            "-" * 20,
            str(m.timestamp)[:16],
            m.to,
            m.subject,
            "|",
            " ".join(m.text.split())[: int(os.environ.get("N", "200"))],
        )
    j = rt.context.journal
    for run in j.runs_with_status("done", "refused", "dead", "held", "nothing", limit=200):
        print(
            "   run",
            run["run_id"][:25],
            run["status"],
            (run["plan"] or {}).get("state"),
            (run["plan"] or {}).get("because"),
            str(run.get("error") or "")[:200],
        )
