"""The page's routes. Each `GET` shows, each `POST` changes one thing and redirects."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, abort, g, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from postroom.console import guard
from postroom.console.agent_page import agent_page
from postroom.console.approving import alike_pages, approval_pages
from postroom.console.campaign_pages import campaign_pages
from postroom.console.entrance import Refusals, back_path, keep_strangers_out
from postroom.console.first_mails import first_mail, first_mails, grouped
from postroom.console.frame import STEPS, Problem, explain_failures, furnish
from postroom.console.login import Login
from postroom.console.overview import Overviews
from postroom.console.stopping import stop_pages
from postroom.console.views import ThreadPage, Views
from postroom.outsiders import NO_SENDER, NotWritten, SandboxControl, write
from postroom.runtime import dead_letters, undo_run
from postroom.runtime.app import Runtime
from postroom_kit.mail_reading import safe_html

MAIL_STYLE = """<style>
body { font: 14px/1.5 system-ui, sans-serif; margin: 12px; color: #1c2128; background: #fff; overflow-wrap: anywhere }
a { color: inherit; text-decoration: none; pointer-events: none }
a[href]::after { content: " (" attr(href) ")"; color: #5d6673; font-size: 12px }
</style>"""
"""A link shows where it leads and leads nowhere: the mail may be a stranger's, and its frame may open nothing."""


def console_blueprint(runtime: Runtime, control: SandboxControl | None, *, login: Login | None = None) -> Blueprint:
    """Return the page, to be registered at the root of the web app.

    `control` is None without a sandbox: then nobody can write as an outsider here. `login` is what the guard asks of
    everybody where a tunnel may lead here, for all of the app but webhooks and the like.
    """
    blueprint = Blueprint(
        "console", __name__, template_folder="templates", static_folder="static", static_url_path="/console"
    )
    views = Views(runtime)
    keep_strangers_out(blueprint, login, Refusals(runtime.context.journal.audit))
    explain_failures(blueprint)
    furnish(blueprint, runtime, views, has_sandbox=control is not None)
    _show_threads(blueprint, views, Overviews(runtime, views))
    _show_lists(blueprint, runtime, control, views)
    if control is not None:
        _write_mail(blueprint, views, control)
    campaign_pages(blueprint, views)
    _change(blueprint, runtime)
    stop_pages(blueprint, runtime)
    approval_pages(blueprint, runtime)
    alike_pages(blueprint, runtime)
    return blueprint


# -- what is shown ----------------------------------------------------------------------------------------


def _show_threads(blueprint: Blueprint, views: Views, overviews: Overviews) -> None:
    @blueprint.get("/")
    def inbox() -> str:
        inbox_id = _inbox(views)
        label, older = request.args.get("label", ""), request.args.get("older")
        return render_template("inbox.html", page=views.inbox(inbox_id, label, older))

    @blueprint.get("/overview")
    def overview() -> str:
        try:
            page = overviews.page(request.args.get("agent") or None)
        except KeyError as error:
            raise Problem(404, f"No agent of this process is called {request.args['agent']}.") from error
        return render_template("overview.html", page=page)

    @blueprint.get("/<path:path>")
    def nowhere(path: str) -> str:
        if guard.is_open(request.path):  # a stranger may ask for these, and is shown nothing of the page
            abort(404)
        raise Problem(404, f"There is no page /{path} here.")

    @blueprint.get("/agents/<name>")
    def agent(name: str) -> str:
        post = views.context.posts.get(name)
        if post is None:
            raise Problem(404, f"No agent of this process is called {name}.")
        return render_template("agent.html", page=agent_page(views, post))

    @blueprint.get("/threads/<thread_id>")
    def thread(thread_id: str) -> str:
        return render_template("thread.html", page=_page(views, thread_id))

    @blueprint.get("/threads/<thread_id>/html")
    def mail_html(thread_id: str) -> str:
        """Show the HTML of one mail, for a sandboxed frame. Not `srcdoc`: that would inherit the page's own policy."""
        g.policy = guard.MAIL_POLICY
        page = _page(views, thread_id)
        wanted = request.args.get("message")
        html = next((message.html for message in page.messages if message.message_id == wanted), "")
        return f'<!doctype html><meta charset="utf-8">{MAIL_STYLE}<body>{safe_html(html)}'

    @blueprint.get("/threads/<thread_id>/files/<attachment_id>")
    def file(thread_id: str, attachment_id: str) -> Response:
        """Hand out a file of a mail, to be saved: whatever it says it is, no browser opens it in the page's name."""
        g.policy = guard.FILE_POLICY
        found = views.file(_page(views, thread_id), attachment_id)
        if found is None:
            raise Problem(404, f"No mail of thread {thread_id} that is shown has the file {attachment_id}.")
        name, content = found
        return send_file(BytesIO(content), "application/octet-stream", as_attachment=True, download_name=name)


def _inbox(views: Views) -> str:
    """Return the inbox the address bar asks for, by default the first."""
    inbox_id = request.args.get("inbox") or next(iter(views.inboxes), "")
    if inbox_id not in views.inboxes:
        raise Problem(404, f"No agent of this process has the inbox {inbox_id}.")
    return inbox_id


def _page(views: Views, thread_id: str) -> ThreadPage:
    page = views.thread(thread_id)
    if page is None:
        raise Problem(404, f"Thread {thread_id} is in none of the inboxes of this process.")
    return page


def _show_lists(blueprint: Blueprint, runtime: Runtime, control: SandboxControl | None, views: Views) -> None:
    @blueprint.get("/dead-letters")
    def dead_letters_page() -> str:
        rows = runtime.context.journal.runs_with_status("dead")
        return render_template("dead_letters.html", rows=rows, stuck=views.stuck())

    @blueprint.get("/outside")
    def outside() -> str:
        if control is None:
            raise Problem(404, "There is no sandbox: what left is in the mailboxes of those it was sent to.")
        chosen = request.args.get("to") or None
        addresses = sorted({address for mail in control.outbox() for address in mail.envelope_to})
        mails = control.outbox(chosen)
        return render_template("outside.html", mails=mails, addresses=addresses, chosen=chosen, people=views.people)


# -- what is changed --------------------------------------------------------------------------------------


def _write_mail(blueprint: Blueprint, views: Views, control: SandboxControl) -> None:
    @blueprint.get("/compose")
    def compose() -> str:
        inbox_id = _inbox(views)
        folder = views.inboxes[inbox_id].agent.folder
        key = request.args.get("scenario", "")
        return render_template(
            "compose.html", inbox_id=inbox_id, groups=grouped(first_mails(folder)), chosen=first_mail(folder, key)
        )

    @blueprint.post("/mail")
    def write_mail() -> Response:
        form = request.form
        post = views.inboxes.get(form.get("to", ""))
        if post is None:
            raise Problem(400, NO_SENDER)
        chosen = first_mail(post.agent.folder, form.get("scenario", ""))
        more = dict(chosen.more) if chosen else {}
        if form.get("in_reply_to"):
            more["in_reply_to"] = form["in_reply_to"]
        text = form.get("text", "").replace("\r\n", "\n")
        try:
            received = write(control, form.get("from", ""), post.inbox_id, form.get("subject", ""), text, **more)
        except NotWritten as error:
            raise Problem(error.status, str(error)) from error
        return redirect(url_for("console.thread", thread_id=received.thread_id), 303)


def _change(blueprint: Blueprint, runtime: Runtime) -> None:
    @blueprint.post("/clock")
    def advance() -> Response:
        by = STEPS.get(request.form.get("by", ""))
        if by is None:
            raise Problem(400, f"Choose how far to move the clock: {', '.join(STEPS)}.")
        try:
            happened = runtime.advance(by)
        except (RuntimeError, TimeoutError) as error:
            raise Problem(409, f"The clock did not get there: {error}.") from error
        return _back(happened=happened)

    @blueprint.post("/dead-letters/replay")
    def replay() -> Response:
        try:
            dead_letters.replay(
                runtime.context, request.form.get("run", ""), from_start=request.form.get("from") == "start"
            )
        except dead_letters.NotReplayable as error:
            raise Problem(409, f"{error}.") from error
        return _back()

    @blueprint.post("/undo")
    def undo() -> Response:
        try:
            undo_run.undo(runtime.context, request.form.get("run", ""))
        except undo_run.NotUndoable as error:
            raise Problem(409, f"{error}.") from error
        runtime.tick()
        return _back()


def _back(**answer: int) -> Response:
    """Return to where the form was."""
    return redirect(back_path(**answer), 303)
