import sqlite3

import pytest

from agentmail_sandbox.store import Store


def test_a_transaction_whose_commit_fails_leaves_nothing_behind() -> None:
    store = Store(None)
    store._db.execute("PRAGMA foreign_keys = ON")
    store._db.execute("CREATE TABLE child (parent REFERENCES meta (key) DEFERRABLE INITIALLY DEFERRED)")
    told: list[str] = []

    def fail_at_commit() -> None:
        # SQLite looks at a deferred reference only when it commits.
        with store.transaction() as db:
            db.execute("INSERT INTO child (parent) VALUES ('nobody')")
            store.after_commit(lambda: told.append("failed"))

    with pytest.raises(sqlite3.IntegrityError):
        fail_at_commit()
    with store.transaction() as db:
        assert db.execute("SELECT count(*) FROM child").fetchone()[0] == 0
        store.after_commit(lambda: told.append("committed"))
    assert told == ["committed"]
    store.close()
