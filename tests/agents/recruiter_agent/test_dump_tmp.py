import os, sys, pytest
from pathlib import Path
from agentmail_sandbox import Sandbox
from postroom.learning import learn_in
from postroom.loading import load_agent
from postroom_bench.play import CrashingEngine, play, Stage
from postroom_bench.scenario import read_scenario
R = load_agent("recruiter")
def test_dump(run_agent, offline_brain, tmp_path):
    learn_in(tmp_path)
    sc = read_scenario(Path(os.environ["SC"]))
    sb = Sandbox(start=sc.given.clock)
    rt,_ = run_agent(R, offline_brain, sb, wrap_engine=CrashingEngine)
    print(play(sc, rt, sb))
    for m in reversed(sb.outbox()):
        print("="*70); print(m.timestamp, m.to, m.cc, m.subject); print(m.text if os.environ.get("FULL") else m.text[:600])
    from postroom_bench.play import _happened
