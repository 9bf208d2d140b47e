// The side pane of a Work Object, where threads open too: its details, which can be edited, and its comments.

import { act } from "./api.js";
import { comments, editedComment, forgetComments } from "./comments.js";
import { byId, el, refill } from "./dom.js";
import { editing, editForm, forgetEdit, startEdit } from "./edit.js";
import { failure, signIn } from "./failures.js";
import { ordered } from "./fields.js";
import { counted, objectButtons, objectHead, openObject, titleOf } from "./objects.js";
import { isLate, isStale, untilLate } from "./patience.js";
import { changed, on, state } from "./store.js";
import { agoInWords, ticking } from "./when.js";

let shown = null; // the pane that is drawn
let tab = "details";
let serverTab = null;
let timer = null;

export function startPane() {
  on(["pane", "objects", "whole"], drawPane);
  byId("object").addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    close();
  });
}

const close = () => act("close_object", {});
const refresh = () => act("refresh_object", {});
const redraw = () => changed("pane");

function drawPane() {
  const { pane } = state;
  const box = byId("object");
  const before = shown;
  const wasInside = box.contains(document.activeElement);
  shown = pane;
  box.hidden = !pane;
  byId("middle").classList.toggle("with-object", Boolean(pane));
  clearTimeout(timer);
  if (!pane) return closed(before, wasInside);
  const isNew = before?.id !== pane.id;
  if (isNew || pane.tab !== serverTab) tab = pane.tab;
  serverTab = pane.tab;
  if (isNew) {
    forgetEdit();
    forgetComments();
  }
  timer = setTimeout(redraw, untilLate([pane.waiting_since, pane.saving_since, pane.comments.waiting_since, pane.comments.sending?.since]));
  const { asked_at: _, ...look } = pane;
  // After a change of the person the focus stays at the switch.
  const takesFocus = isNew && byId("middle").contains(document.activeElement);
  const scrolled = isNew ? 0 : byId("object-body")?.scrollTop ?? 0;
  refill(box, JSON.stringify([look, tab, editing(pane), editedComment(), isLate(pane.waiting_since), isLate(pane.saving_since), isLate(pane.comments.waiting_since), isLate(pane.comments.sending?.since)]), () => content(pane));
  byId("object-body").scrollTop = scrolled;
  if (takesFocus) box.querySelector("[data-focus=close-object]").focus();
}

// The focus returns to the object that was opened.
function closed(before, wasInside) {
  if (!before) return;
  byId("object").version = null;
  if (wasInside) (titleOf(before.subject) ?? byId("composer-text"))?.focus();
}

function content(pane) {
  const entity = pane.entity;
  const attributes = entity?.entity_payload.attributes;
  return [
    el("header", null,
      el("h3", { id: "object-title" }, attributes?.title.text ?? "Details"),
      button("refresh-object", "Refresh", refresh, "↻"), button("close-object", "Close object", close, "×")),
    entity?.entity_comments ? tabs(entity) : null,
    el("div", { id: "object-body", class: "object-body", tabindex: "0", ...panel(entity) },
      tab === "comments" && entity?.entity_comments ? comments(pane, redraw) : details(pane, attributes)),
  ];
}

const button = (name, label, onclick, sign) => el("button", { type: "button", class: "quiet", "aria-label": label, title: label, "data-focus": name, onclick }, sign);

const panel = (entity) => (entity?.entity_comments ? { role: "tabpanel", "aria-labelledby": `object-tab-${tab}` } : { role: "region", "aria-labelledby": "object-title" });

function tabs(entity) {
  const one = (name, label) => el("button", {
    type: "button", role: "tab", class: "tab", id: `object-tab-${name}`, "aria-selected": String(tab === name), "aria-controls": "object-body",
    "data-focus": `object-tab-${name}`, tabindex: tab === name ? null : "-1", onclick: () => choose(name),
  }, label);
  const other = (event) => {
    if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    choose(tab === "details" ? "comments" : "details");
    byId(`object-tab-${tab}`).focus();
  };
  const count = entity.entity_comments.count;
  return el("div", { role: "tablist", "aria-label": "Object", class: "tabs", onkeydown: other },
    one("details", "Details"), one("comments", count ? counted(count) : "Comments"));
}

function choose(name) {
  tab = name;
  redraw();
  if (name === "comments") act("object_comments", {});
  else if (isStale(state.pane.asked_at)) refresh();
}

function details(pane, attributes) {
  const late = pane.status === "timeout" || isLate(pane.waiting_since);
  if (late) return failure({ status: "timeout" }, pane, refresh);
  const waiting = pane.waiting_since ? el("p", { class: "faint spinner", role: "status" }, "Loading…") : null;
  if (pane.sign_in) return [waiting, signIn(pane.sign_in)];
  if (pane.error) return [waiting, failure(pane.error, pane, refresh)];
  if (!pane.entity) return waiting;
  if (editing(pane)) return editForm(pane, redraw);
  const press = (pressed) => act("object_button", { where: "pane", action_id: pressed.action_id });
  return [
    waiting, objectHead(attributes),
    el("dl", { class: "object-fields" }, ordered(pane.entity, (ref) => openObject({ url: ref.entity_url }))),
    pane.inputs.length ? el("button", { type: "button", "data-focus": "edit-object", onclick: () => startEdit(pane, redraw) }, "Edit") : null,
    objectButtons(pane.entity.entity_payload.actions, pane.spinning, press, "pane"),
    el("p", { class: "faint" }, "Updated ", ticking({}, () => agoInWords(new Date(pane.shown_at)))),
  ];
}
