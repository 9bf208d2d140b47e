// The comments of a Work Object in its pane.

import { act } from "./api.js";
import { draw } from "./blocks.js";
import { el } from "./dom.js";
import { signIn } from "./failures.js";
import { isLate } from "./patience.js";
import { avatar, face, fullName } from "./people.js";
import { clock, full } from "./when.js";

let typed = ""; // the words that were not sent yet
let edited = null; // the comment that they replace
let sent = null; // the number of comments that the app had taken when the words were sent

export function forgetComments() {
  [typed, edited, sent] = ["", null, null];
}

// The comment that is edited: the pane looks different with one.
export const editedComment = () => edited;

export function comments(pane, redraw) {
  const { comments: all } = pane;
  if (all.sign_in) return signIn(all.sign_in);
  settle(all);
  const late = isLate(all.waiting_since) || all.status === "timeout";
  return [
    late ? el("p", { class: "error", role: "alert" }, "The app didn’t answer within 30 s.") : null,
    all.waiting_since && !late ? el("p", { class: "faint spinner", role: "status" }, "Loading…") : null,
    all.status === "shown" && !all.list.length ? el("p", { class: "faint" }, "No comments yet") : null,
    el("div", { class: "object-comments" }, all.list.map((one) => comment(one, redraw))),
    all.more ? el("button", { type: "button", "data-focus": "more-comments", onclick: () => act("object_comments", { more: true }) }, "Show more") : null,
    all.can_post || edited ? field(all, redraw) : null,
  ];
}

// What was sent is cleared from the field once the app has taken it.
function settle(all) {
  if (sent !== null && all.taken > sent) forgetComments();
}

function comment(one, redraw) {
  const { user_id: user, text } = one.sender;
  const name = user ? fullName(user) : text;
  const at = new Date(one.timestamp * 1000);
  const rich = one.comment.blocks;
  const edit = () => {
    [typed, edited] = [wordsOf(one), one.id];
    redraw();
    document.getElementById("object-comment").focus();
  };
  return el("article", { class: "object-comment", "data-comment": one.id, "aria-label": `${name}, ${clock(at)}` },
    user ? face(user, "small") : avatar(name, "small"),
    el("div", { class: "grow" },
      el("p", { class: "head" }, el("strong", null, name), el("time", { datetime: at.toISOString(), title: full(at) }, clock(at)),
        one.last_edit_ts ? el("span", { class: "edited" }, "(edited)") : null),
      rich ? draw(rich, null) : el("p", { class: "text" }, one.comment.value),
      one.reply_count ? el("p", { class: "faint" }, `${one.reply_count} ${one.reply_count === 1 ? "reply" : "replies"}`) : null,
      el("p", { class: "row" },
        one.can_edit ? el("button", { type: "button", class: "quiet link", "data-focus": `edit-${one.id}`, onclick: edit }, "Edit") : null,
        one.can_delete ? el("button", { type: "button", class: "quiet link", "data-focus": `delete-${one.id}`, onclick: () => act("object_comment", { comment: one.id, delete: true }) }, "Delete") : null)));
}

const wordsOf = (one) => one.comment.value ?? one.comment.blocks.flatMap((block) => block.elements).flatMap((part) => part.elements ?? [])
  .map((leaf) => leaf.text ?? leaf.url ?? "").join("");

function field(all, redraw) {
  const waiting = Boolean(all.sending) && !isLate(all.sending.since);
  const send = (event) => {
    event.preventDefault();
    if (!typed.trim() || waiting) return;
    sent = all.taken;
    act("object_comment", { text: typed, ...(edited ? { comment: edited } : {}) });
  };
  const late = Boolean(all.sending) && !waiting;
  const error = late ? "The app didn’t answer within 30 s." : all.error;
  const leave = () => {
    forgetComments();
    redraw();
  };
  return el("form", { class: "object-write", "aria-label": edited ? "Edit comment" : "New comment", onsubmit: send },
    el("label", { for: "object-comment", class: "caption" }, edited ? "Edit comment" : "Comment"),
    el("textarea", {
      id: "object-comment", rows: 3, value: typed, "data-focus": "comment", "aria-describedby": error ? "comment-error" : null,
      oninput: (event) => {
        typed = event.target.value;
      },
      onkeydown: (event) => {
        if (event.key === "Enter" && !event.shiftKey) send(event);
      },
    }),
    error ? el("p", { class: "error", id: "comment-error", role: "alert" }, error) : null,
    el("div", { class: "row end" },
      edited ? el("button", { type: "button", "data-focus": "cancel-comment", onclick: leave }, "Cancel") : null,
      el("button", { type: "submit", class: "primary", "data-focus": "send-comment", disabled: waiting, "aria-busy": waiting ? "true" : null }, waiting ? "Sending…" : "Send")));
}
