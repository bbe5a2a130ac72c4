// Keeps an open page up to date: asks once a second (or as `data-seconds` says) whether anything is new, and swaps only what differs.
"use strict";

const root = document.documentElement;
let asking = false;

async function refresh() {
  if (document.hidden || asking) return;
  asking = true;
  try {
    const answer = await fetch(location.href, {
      cache: "no-store",
      headers: { "If-None-Match": `"${root.dataset.version}"` },
    });
    // the login has ended: ask for it, but never throw away what somebody has written
    if (answer.status === 401 && !isWritten(document)) return location.reload();
    if (answer.ok) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      document.querySelectorAll("[data-live]").forEach((old) => swap(old, fresh.getElementById(old.id)));
      root.dataset.version = fresh.documentElement.dataset.version;
    }
    root.classList.toggle("gone", !answer.ok && answer.status !== 304);
  } catch {
    root.classList.add("gone"); // the process stopped; the next answer takes the mark off
  } finally {
    asking = false;
  }
}

// What somebody has written is never taken from under them: its part of the page stays as it is.
const isWritten = (part) =>
  [...part.querySelectorAll("textarea, input")].some((field) => field.value !== field.defaultValue);

function swap(old, fresh) {
  if (!fresh) return;
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  old.querySelectorAll("details[id]").forEach((was) => {
    const now = fresh.querySelector(`#${CSS.escape(was.id)}`);
    if (now) now.open = was.open;
  });
  // Equal children stay where they are: a frame that is moved loads again.
  let next = old.firstElementChild;
  for (const child of [...fresh.children]) {
    const was = child.id ? old.querySelector(`:scope > #${CSS.escape(child.id)}`) : next;
    const same = was && (was.isEqualNode(child) || isWritten(was));
    if (was && was === next) next = next.nextElementSibling;
    if (same) {
      if (was.nextElementSibling !== next) old.insertBefore(was, next);
    } else {
      if (was) was.remove();
      old.insertBefore(document.importNode(child, true), next);
    }
  }
  while (next) {
    const gone = next;
    next = next.nextElementSibling;
    if (!isWritten(gone)) gone.remove();
  }
  if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus();
}

document.addEventListener("submit", (event) => {
  // The button's own value must travel, so it is disabled only after the form has been read.
  setTimeout(() => event.target.querySelectorAll("button").forEach((button) => (button.disabled = true)));
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("button:disabled").forEach((button) => (button.disabled = false));
});
document.addEventListener("visibilitychange", refresh);
setInterval(refresh, 1000 * (root.dataset.seconds || 1));
