"""What a handler reads: messages, threads, inboxes. Plain frozen data; nothing here performs anything."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import getaddresses, parseaddr, quote
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

if TYPE_CHECKING:
    from postroom.campaign import Progress, Record
    from postroom.decision import Decision
    from postroom.flow import State
    from postroom.past import History

D = TypeVar("D", bound="Decision")

SPECIAL = re.compile(r'[][\\()<>@,:;".]')
"""What a name must be quoted for (RFC 5322 section 3.2.3)."""

Kind = Literal["human", "auto_reply", "bounce", "complaint", "list", "calendar"]


EVER = datetime.min.replace(tzinfo=UTC)
DOMAIN_IN_NAME = re.compile(r"\w\.\w{2,}")
LONGEST_NAME = 40


@dataclass(frozen=True)
class Sender:
    """Who a message says it is from, and whether the mail system vouches for it."""

    address: str
    name: str = ""
    authenticated: bool = False

    @classmethod
    def parse(cls, header: str, *, authenticated: bool = False) -> Sender:
        """Read an RFC 5322 `From` value; an unreadable one gives an empty address.

        A name that is not quoted, as it should be, may hold signs that part addresses, or an address: the one in
        brackets at the end counts. Of several addresses nobody vouches for any.
        """
        name, address = parseaddr(header)
        before, _, last = header.rstrip().rpartition("<")
        if before.strip() and last.endswith(">") and (named := parseaddr(f"<{last}")[1]) != address:
            name, address = before.strip(' "'), named
        several = len({each.lower() for _, each in getaddresses([header]) if "@" in each}) > 1
        return cls(address.strip().lower(), name.strip(), authenticated and not several)

    @property
    def domain(self) -> str:
        """Return the part behind the @, lower case."""
        return self.address.rpartition("@")[2]

    @property
    def first_name(self) -> str:
        """Return the first name to greet with; empty where the display name is none a person has.

        It is read from both `Ana Duarte` and `Duarte, Ana`. Whoever writes chooses it: one that holds a link, an
        address or a digit is not repeated.
        """
        name = unicodedata.normalize("NFC", self.name)
        if DOMAIN_IN_NAME.search(name) or any(not _belongs_to_names(character) for character in name):
            return ""
        last, _, first = name.partition(",")
        words = [word.strip("'’") for word in (first.split() or last.split()) if not word.endswith(".")]
        return next((word for word in words if len(word) <= LONGEST_NAME), "")

    def __str__(self) -> str:
        """Return the writer as people write one, not encoded as a header would have it (RFC 2047)."""
        if not self.name:
            return self.address
        name = f'"{quote(self.name)}"' if SPECIAL.search(self.name) else self.name
        return f"{name} <{self.address}>"


@dataclass(frozen=True)
class Attachment:
    """A file that came with a message; its bytes stay in AgentMail until asked for. `size` is in bytes.

    `inline` is what the text shows itself, such as a picture in it or in a signature.
    """

    attachment_id: str
    filename: str
    content_type: str
    size: int
    inline: bool = False


@dataclass(frozen=True)
class Message:
    """One mail of a thread.

    `new_text` is the writer's own words, without quotes and signature, but no more than its first 50,000 characters;
    `left_out` is how many more there are. `size` is that of the whole mail in bytes, 0 where it is not known.
    """

    message_id: str
    thread_id: str
    inbox_id: str
    sender: Sender
    subject: str
    new_text: str
    timestamp: datetime
    kind: Kind = "human"
    received: bool = True
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    reply_to: tuple[str, ...] = ()
    text: str = ""
    html: str = ""
    labels: frozenset[str] = frozenset()
    attachments: tuple[Attachment, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    in_reply_to: str | None = None
    left_out: int = 0
    size: int = 0

    @property
    def by_person(self) -> bool:
        """Tell whether it came in and a person wrote it, no program (`kind`)."""
        return self.received and self.kind == "human"


@dataclass(frozen=True)
class Earlier:
    """An earlier thread of the same authenticated sender: what it was about, and the state it is in.

    `received` is when a mail of theirs came in there: the newest, or the one whose words the mail at hand repeats.
    `labels` are those that the agent set on it.
    """

    subject: str
    outcome: str
    thread_id: str = ""
    received: datetime = EVER
    repeated: bool = False
    labels: tuple[str, ...] = ()


class Decider(Protocol):
    """What answers `thread.decide`; the runtime fills it in, so that this layer needs no model."""

    def __call__(
        self,
        kind: type[D],
        message: Message | None,
        model: Literal["small", "large"],
        context: Mapping[str, Any],
    ) -> D: ...


class Records(Protocol):
    """What answers `look_up` and `history`; the runtime fills it in, as it does the decider."""

    def look_up(self, function: Callable[..., Any], arguments: Mapping[str, Any]) -> Any: ...

    def history(self, inbox: Inbox, kind: type[D], since: datetime) -> History[D]: ...

    def campaigns(self, inbox: Inbox, address: str) -> tuple[Progress, ...]: ...

    def read_file(
        self, message: Message, file: Attachment, function: Callable[..., Any], arguments: Mapping[str, Any]
    ) -> Any: ...


@dataclass(frozen=True)
class Inbox:
    """One of our inboxes, as a handler of `@agent.every` sees it."""

    inbox_id: str
    agent: str
    now: datetime
    display_name: str = ""
    records: Records | None = field(default=None, compare=False, repr=False)

    def look_up(self, function: Callable[..., Any], /, **arguments: Any) -> Any:
        """Call `function(**arguments)`, which reads and changes nothing; its answer is recorded and replayed as it was.

        Arguments and answer are JSON-like values, dataclasses or pydantic models; the answer comes back as JSON. What
        the function raises fails the run, which is then tried again like any other that fails.
        Raises RuntimeError when called outside a run, for instance from a thread of the handler's own.
        """
        return self.of_run("look_up").look_up(function, arguments)

    def history(self, kind: type[D], since: datetime) -> History[D]:
        """Return what became of the threads that had mail since then, with the decisions of type `kind` made since.

        The newest 300 threads at most, and how many more there were. It is recorded and replayed as a look-up is.
        Raises RuntimeError when called outside a run.
        """
        return self.of_run("history").history(self, kind, since)

    def campaigns(self, address: str = "") -> tuple[Progress, ...]:
        """Return how far each record of the agent's campaigns is, or those of one address, recorded as a look-up is.

        Raises RuntimeError when called outside a run.
        """
        return self.of_run("campaigns").campaigns(self, address)

    def of_run(self, asked: str) -> Records:
        """Return what answers inside a run; raises RuntimeError, which says what was `asked`, outside of one."""
        if self.records is None:
            raise RuntimeError(f"{asked} works only inside a run: this Inbox was made without records")
        return self.records


@dataclass(frozen=True)
class Thread:
    """A conversation up to and including the message at hand, oldest first.

    `state` is the one its label names. `now` is the clock's time of this run, frozen, so that a replay sees the same.
    `earlier` has at most three other threads in this inbox of who wrote the mail at hand, in a timer's handler of whom
    the thread is with, newest first, where the mail system vouches for them. `event` is set only in handlers of
    `@agent.on_event`. `to_answer` is the mail that a `Reply` answers: the one at hand, else the newest of the person
    the thread is with, whoever wrote on it since. `record` is the one whose campaign's first mail began the thread; a
    handler of `@agent.start` has a thread with nothing else, whose `thread_id` is "".
    """

    thread_id: str
    inbox: Inbox
    state: State
    now: datetime
    messages: tuple[Message, ...] = ()
    labels: frozenset[str] = frozenset()
    subject: str = ""
    event: Mapping[str, Any] | None = None
    earlier: tuple[Earlier, ...] = ()
    to_answer: Message | None = None
    record: Record | None = None
    decider: Decider | None = field(default=None, compare=False, repr=False)

    def decide(
        self, kind: type[D], message: Message | None = None, model: Literal["small", "large"] = "small", **context: Any
    ) -> D:
        """Ask the brain for a `Decision` of type `kind`; the answer is recorded and replayed as it was.

        `context` (JSON-like values, dataclasses or pydantic models) is all the decision sees beside the mail.
        Raises RuntimeError when called outside a run, for instance from a thread of the handler's own.
        """
        if self.decider is None:
            raise RuntimeError("thread.decide works only inside a run: this Thread was made without a decider")
        return self.decider(kind, message, model, context)

    def look_up(self, function: Callable[..., Any], /, **arguments: Any) -> Any:
        """Call a function of the agent's own that only reads, as `Inbox.look_up` does."""
        return self.inbox.look_up(function, **arguments)

    def read_file(self, message: Message, file: Attachment, function: Callable[..., Any], /, **arguments: Any) -> Any:
        """Call `function(content, filename, **arguments)` with the bytes of a file that came with a mail.

        It reads and changes nothing; its answer, JSON-like, is recorded and replayed as a look-up's, the file is not.
        Raises RuntimeError when called outside a run.
        """
        return self.inbox.of_run("read_file").read_file(message, file, function, arguments)

    def label(self, dimension: str) -> str:
        """Return the value of its label of a dimension, `high` of `priority/high`; "" without one."""
        return next((each.partition("/")[2] for each in self.labels if each.startswith(f"{dimension}/")), "")

    def is_theirs(self, message: Message) -> bool:
        """Tell whether a mail surely is of the person whose campaign's record the thread is about."""
        sender = message.sender
        return self.record is not None and sender.authenticated and sender.address == self.record.address

    def mails_of(self, sender: Sender) -> list[Message]:
        """Return the mails on it that `sender` wrote, as far as the mail system vouches for them alike."""
        who = (sender.address, sender.authenticated)
        received = (mail for mail in self.messages if mail.received)
        return [mail for mail in received if (mail.sender.address, mail.sender.authenticated) == who]

    @property
    def language(self) -> str | None:
        """Return the language (ISO 639-1) of whom our mail is for: that of their mails, or else of the subject."""
        from postroom_kit.mail_reading import language_of

        own = self.mails_of(self.to_answer.sender) if self.to_answer else []
        return language_of([*(mail.new_text for mail in reversed(own) if mail.by_person), self.subject])

    @property
    def last_sent(self) -> Message | None:
        """Return the newest mail we sent, if any."""
        return next((message for message in reversed(self.messages) if not message.received), None)

    @property
    def sent_since_last_mail(self) -> int:
        """Return how many mails we sent on this thread since the newest that came in."""
        backwards = enumerate(reversed(self.messages))
        return next((sent for sent, message in backwards if message.received), len(self.messages))


def _belongs_to_names(character: str) -> bool:
    return unicodedata.category(character)[0] in "LM" or character in " -'’.,"
