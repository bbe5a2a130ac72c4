-- The sandbox's whole memory. Times are UTC text of fixed width (2026-01-31T09:00:00.000Z), so that they sort
-- as text; lists of addresses and headers are JSON text; seq breaks ties between equal timestamps.

CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS pods (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  pod_id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  client_id TEXT UNIQUE,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);

-- Of a key only its hash is kept. permissions: JSON, NULL for all; an inbox's key names the inbox's pod too.
CREATE TABLE IF NOT EXISTS api_keys (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  api_key_id TEXT NOT NULL UNIQUE,
  hash TEXT NOT NULL UNIQUE,
  prefix TEXT NOT NULL,
  name TEXT NOT NULL,
  pod_id TEXT,
  inbox_id TEXT,
  permissions TEXT,
  used_at TEXT,
  expires_at TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS inboxes (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  inbox_id TEXT NOT NULL UNIQUE,
  pod_id TEXT,
  display_name TEXT,
  client_id TEXT UNIQUE,
  status TEXT NOT NULL DEFAULT 'active',
  metadata TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS inboxes_by_age ON inboxes (created_at, seq);
CREATE INDEX IF NOT EXISTS inboxes_by_pod ON inboxes (pod_id, inbox_id);
CREATE TRIGGER IF NOT EXISTS keys_deleted AFTER DELETE ON inboxes BEGIN
  DELETE FROM api_keys WHERE inbox_id = old.inbox_id;
END;

-- published: whether a verification finds the DNS records.
CREATE TABLE IF NOT EXISTS domains (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  domain TEXT NOT NULL UNIQUE,
  pod_id TEXT,
  status TEXT NOT NULL,
  dkim_key TEXT NOT NULL,
  feedback_enabled INTEGER NOT NULL,
  inbound_enabled INTEGER NOT NULL,
  subdomains_enabled INTEGER NOT NULL,
  tracking_enabled INTEGER NOT NULL,
  published INTEGER NOT NULL DEFAULT 1,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS threads (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  thread_id TEXT NOT NULL UNIQUE,
  inbox_id TEXT NOT NULL,
  timestamp TEXT NOT NULL,
  received_timestamp TEXT,
  sent_timestamp TEXT,
  senders TEXT NOT NULL DEFAULT '[]',
  recipients TEXT NOT NULL DEFAULT '[]',
  subject TEXT,
  preview TEXT,
  last_message_id TEXT NOT NULL DEFAULT '',
  message_count INTEGER NOT NULL DEFAULT 0,
  size INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS threads_by_inbox ON threads (inbox_id, timestamp, seq);
CREATE INDEX IF NOT EXISTS threads_by_age ON threads (timestamp, seq);
CREATE INDEX IF NOT EXISTS threads_made ON threads (created_at, inbox_id);

CREATE TABLE IF NOT EXISTS messages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  inbox_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  thread_seq INTEGER NOT NULL,
  thread_id TEXT NOT NULL,
  sent INTEGER NOT NULL,
  timestamp TEXT NOT NULL,
  sender TEXT NOT NULL,
  reply_to TEXT NOT NULL,
  recipients_to TEXT NOT NULL,
  cc TEXT NOT NULL,
  bcc TEXT NOT NULL,
  subject TEXT,
  preview TEXT,
  text TEXT,
  html TEXT,
  extracted_text TEXT,
  extracted_html TEXT,
  attachments TEXT NOT NULL,
  in_reply_to TEXT,
  refs TEXT NOT NULL,
  headers TEXT NOT NULL,
  size INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  UNIQUE (inbox_id, message_id)
);
CREATE INDEX IF NOT EXISTS messages_by_inbox ON messages (inbox_id, timestamp, seq);
CREATE INDEX IF NOT EXISTS messages_by_thread ON messages (thread_seq, timestamp, seq);
-- For figures over time, which read nothing else.
CREATE INDEX IF NOT EXISTS messages_made ON messages (created_at, inbox_id, size);
-- A thread lists the attachments of all its messages; few have any.
CREATE INDEX IF NOT EXISTS messages_with_attachments ON messages (thread_seq, timestamp, seq) WHERE attachments != '[]';

-- What search looks through: the words are indexed, the text stays in messages. Recipients are parted by char(30).
CREATE VIEW IF NOT EXISTS searched_messages AS
  SELECT seq, sender, subject, text, (
    SELECT group_concat(value, char(30)) FROM (
      SELECT value FROM json_each(recipients_to)
      UNION ALL SELECT value FROM json_each(cc)
      UNION ALL SELECT value FROM json_each(bcc)
    )
  ) AS recipients FROM messages;
CREATE VIRTUAL TABLE IF NOT EXISTS message_search USING fts5 (
  sender, recipients, subject, text, content = 'searched_messages', content_rowid = 'seq',
  tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER IF NOT EXISTS message_searchable AFTER INSERT ON messages BEGIN
  INSERT INTO message_search (rowid, sender, recipients, subject, text)
  SELECT seq, sender, recipients, subject, text FROM searched_messages WHERE seq = new.seq;
END;
CREATE TRIGGER IF NOT EXISTS message_unsearchable BEFORE DELETE ON messages BEGIN
  INSERT INTO message_search (message_search, rowid, sender, recipients, subject, text)
  SELECT 'delete', seq, sender, recipients, subject, text FROM searched_messages WHERE seq = old.seq;
END;
-- A data folder that is older than the index gets it now.
INSERT INTO message_search (rowid, sender, recipients, subject, text)
  SELECT seq, sender, recipients, subject, text FROM searched_messages
  WHERE NOT EXISTS (SELECT 1 FROM message_search_docsize);

-- What the filters of lists look through: every three characters in a row of addresses and subjects. Written folded,
-- where messages and threads are made: a trigger that calls folded() would keep other programs from opening this.
CREATE VIRTUAL TABLE IF NOT EXISTS message_filter USING fts5 (
  sender, recipients, subject, detail = column, tokenize = 'trigram case_sensitive 1'
);
CREATE TRIGGER IF NOT EXISTS message_unfilterable AFTER DELETE ON messages BEGIN
  DELETE FROM message_filter WHERE rowid = old.seq;
END;
-- A thread keeps its subject, though the message it is from be deleted.
CREATE VIRTUAL TABLE IF NOT EXISTS thread_filter USING fts5 (
  subject, detail = column, tokenize = 'trigram case_sensitive 1'
);
CREATE TRIGGER IF NOT EXISTS thread_unfilterable AFTER DELETE ON threads BEGIN
  DELETE FROM thread_filter WHERE rowid = old.seq;
END;
-- A data folder that is older than these gets them now.
INSERT INTO message_filter (rowid, sender, recipients, subject)
  SELECT seq, folded(sender), folded(coalesce(recipients, '')), folded(coalesce(subject, '')) FROM searched_messages
  WHERE NOT EXISTS (SELECT 1 FROM message_filter_docsize);
INSERT INTO thread_filter (rowid, subject)
  SELECT seq, folded(coalesce(subject, '')) FROM threads WHERE NOT EXISTS (SELECT 1 FROM thread_filter_docsize);

CREATE TABLE IF NOT EXISTS raw_mails (message_seq INTEGER PRIMARY KEY, raw BLOB NOT NULL);

CREATE TABLE IF NOT EXISTS message_labels (
  message_seq INTEGER NOT NULL,
  label TEXT NOT NULL,
  inbox_id TEXT NOT NULL,
  thread_seq INTEGER NOT NULL,
  timestamp TEXT NOT NULL,
  PRIMARY KEY (message_seq, label)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS messages_by_label ON message_labels (inbox_id, label, timestamp, message_seq);

-- A thread's labels are the union of its messages' labels: the triggers count how many messages carry each.
CREATE TABLE IF NOT EXISTS thread_labels (
  thread_seq INTEGER NOT NULL,
  label TEXT NOT NULL,
  inbox_id TEXT NOT NULL,
  timestamp TEXT NOT NULL,
  carriers INTEGER NOT NULL,
  PRIMARY KEY (thread_seq, label)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS threads_by_inbox_label ON thread_labels (inbox_id, label, timestamp, thread_seq);
CREATE INDEX IF NOT EXISTS threads_by_label ON thread_labels (label, timestamp, thread_seq);

CREATE TRIGGER IF NOT EXISTS label_added AFTER INSERT ON message_labels BEGIN
  INSERT INTO thread_labels (thread_seq, label, inbox_id, timestamp, carriers)
  SELECT seq, new.label, new.inbox_id, timestamp, 1 FROM threads WHERE seq = new.thread_seq
  ON CONFLICT (thread_seq, label) DO UPDATE SET carriers = carriers + 1;
END;
CREATE TRIGGER IF NOT EXISTS label_removed AFTER DELETE ON message_labels BEGIN
  UPDATE thread_labels SET carriers = carriers - 1 WHERE thread_seq = old.thread_seq AND label = old.label;
  DELETE FROM thread_labels WHERE thread_seq = old.thread_seq AND label = old.label AND carriers < 1;
END;
CREATE TRIGGER IF NOT EXISTS thread_moved AFTER UPDATE OF timestamp ON threads BEGIN
  UPDATE thread_labels SET timestamp = new.timestamp WHERE thread_seq = new.seq;
END;
CREATE TRIGGER IF NOT EXISTS message_deleted AFTER DELETE ON messages BEGIN
  DELETE FROM message_labels WHERE message_seq = old.seq;
  DELETE FROM raw_mails WHERE message_seq = old.seq;
  DELETE FROM attachments WHERE message_seq = old.seq;
END;

CREATE TABLE IF NOT EXISTS label_events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  inbox_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  event_type TEXT NOT NULL,
  label TEXT NOT NULL,
  event_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS label_events_by_inbox ON label_events (inbox_id, seq);
CREATE TRIGGER IF NOT EXISTS label_events_deleted AFTER DELETE ON inboxes BEGIN
  DELETE FROM label_events WHERE inbox_id = old.inbox_id;
END;

CREATE TABLE IF NOT EXISTS attachments (
  seq INTEGER PRIMARY KEY,
  attachment_id TEXT NOT NULL UNIQUE,
  message_seq INTEGER,
  draft_seq INTEGER,
  filename TEXT,
  content_type TEXT,
  content_disposition TEXT,
  content_id TEXT,
  content BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS attachments_of_message ON attachments (message_seq);
CREATE INDEX IF NOT EXISTS attachments_of_draft ON attachments (draft_seq);

CREATE TABLE IF NOT EXISTS drafts (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  draft_id TEXT NOT NULL UNIQUE,
  inbox_id TEXT NOT NULL,
  client_id TEXT UNIQUE,
  labels TEXT NOT NULL,
  reply_to TEXT NOT NULL,
  recipients_to TEXT NOT NULL,
  cc TEXT NOT NULL,
  bcc TEXT NOT NULL,
  subject TEXT,
  text TEXT,
  html TEXT,
  in_reply_to TEXT,
  forward_of TEXT,
  refs TEXT NOT NULL,
  send_at TEXT,
  send_status TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS drafts_by_inbox ON drafts (inbox_id, updated_at, seq);
CREATE INDEX IF NOT EXISTS drafts_by_age ON drafts (updated_at, seq);
CREATE INDEX IF NOT EXISTS drafts_due ON drafts (send_at, seq) WHERE send_status = 'scheduled';
CREATE TRIGGER IF NOT EXISTS draft_deleted AFTER DELETE ON drafts BEGIN
  DELETE FROM attachments WHERE draft_seq = old.seq;
END;

CREATE TABLE IF NOT EXISTS idempotency (
  key TEXT PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  message_id TEXT NOT NULL,
  thread_id TEXT NOT NULL,
  done_at TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  event_id TEXT NOT NULL UNIQUE,
  event_type TEXT NOT NULL,
  inbox_id TEXT NOT NULL,
  payload TEXT NOT NULL,
  created_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS events_by_age ON events (created_at, seq);

-- scope: whose list it is: an inbox, a pod, or empty for the organization's. read_only: made by the sandbox itself.
CREATE TABLE IF NOT EXISTS list_entries (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  scope TEXT NOT NULL,
  direction TEXT NOT NULL,
  list_type TEXT NOT NULL,
  entry TEXT NOT NULL,
  reason TEXT,
  created_at TEXT NOT NULL,
  read_only INTEGER NOT NULL DEFAULT 0,
  UNIQUE (scope, direction, list_type, entry)
);

CREATE TRIGGER IF NOT EXISTS list_entries_deleted AFTER DELETE ON inboxes BEGIN
  DELETE FROM list_entries WHERE scope = old.inbox_id;
END;
CREATE TRIGGER IF NOT EXISTS pod_lists_deleted AFTER DELETE ON pods BEGIN
  DELETE FROM list_entries WHERE scope = old.pod_id;
END;

-- token_hash: of the token that fetches from a polling webhook, NULL for those posted to. failing_since: wall clock.
CREATE TABLE IF NOT EXISTS webhooks (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  webhook_id TEXT NOT NULL UNIQUE,
  url TEXT NOT NULL,
  event_types TEXT NOT NULL,
  inbox_ids TEXT NOT NULL,
  pod_ids TEXT NOT NULL,
  owner_pod_id TEXT,
  owner_inbox_id TEXT,
  secret TEXT NOT NULL,
  headers TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  token_hash TEXT,
  failing_since REAL,
  client_id TEXT UNIQUE,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);

-- Up to which of its deliveries each consumer of a polling webhook is done.
CREATE TABLE IF NOT EXISTS polling_consumers (
  webhook_id TEXT NOT NULL,
  consumer_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (webhook_id, consumer_id)
) WITHOUT ROWID;

-- Attempts at webhooks. due_at is wall-clock seconds since the epoch: receivers live in real time.
CREATE TABLE IF NOT EXISTS deliveries (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  svix_id TEXT NOT NULL UNIQUE,
  webhook_id TEXT NOT NULL,
  event_seq INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  due_at REAL,
  outcome TEXT
);
CREATE INDEX IF NOT EXISTS deliveries_of_webhook ON deliveries (webhook_id, due_at, seq) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS deliveries_to_fetch ON deliveries (webhook_id, seq);

-- A webhook goes with the inbox that owns it, and takes along what is not delivered.
CREATE TRIGGER IF NOT EXISTS inbox_deleted AFTER DELETE ON inboxes BEGIN
  DELETE FROM webhooks WHERE owner_inbox_id = old.inbox_id;
END;
CREATE TRIGGER IF NOT EXISTS polling_webhook_deleted AFTER DELETE ON webhooks BEGIN
  DELETE FROM polling_consumers WHERE webhook_id = old.webhook_id;
END;
CREATE TRIGGER IF NOT EXISTS webhook_deleted AFTER DELETE ON webhooks BEGIN
  DELETE FROM deliveries WHERE webhook_id = old.webhook_id;
END;

-- What left to addresses that are no inbox here. relay: none | pending | done.
CREATE TABLE IF NOT EXISTS outside_mails (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  inbox_id TEXT NOT NULL,
  thread_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  sender TEXT NOT NULL,
  recipients_to TEXT NOT NULL,
  cc TEXT NOT NULL,
  envelope_to TEXT NOT NULL,
  subject TEXT,
  text TEXT,
  html TEXT,
  headers TEXT NOT NULL,
  in_reply_to TEXT,
  timestamp TEXT NOT NULL,
  raw BLOB NOT NULL,
  relay TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS outside_pending ON outside_mails (seq) WHERE relay = 'pending';

-- Mails the relay put off: for whom, how often it was tried, and when (wall clock) it is tried again.
CREATE TABLE IF NOT EXISTS relay_retries (
  mail_seq INTEGER PRIMARY KEY,
  recipients TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  due_at REAL NOT NULL
);

CREATE TABLE IF NOT EXISTS dropped_mails (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  reason TEXT NOT NULL,
  mail_from TEXT NOT NULL,
  rcpt_to TEXT NOT NULL,
  message_id TEXT,
  subject TEXT,
  timestamp TEXT NOT NULL
);
