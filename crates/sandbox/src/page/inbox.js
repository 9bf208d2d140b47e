// dialnote's own inbox, live: what a conversation looks like there, whoever changed it. One can
// change things here too, as somebody would who does not use Slack.

import { toast, post } from "./api.js";
import { arrows, byId, el, fill, reconcile } from "./dom.js";
import { avatar, contactName, pretty } from "./people.js";
import { now, on, state } from "./store.js";
import { ago, full } from "./when.js";

const SNOOZE_MS = 20 * 3600 * 1000;
const KINDS = { call: "📞", voicemail: "🎙️", sms: "💬", note: "📝" };

const FILTERS = {
  All: () => true,
  Unassigned: (c) => !c.assignedTo && c.status === "open",
  Mine: (c) => c.assignedTo && c.assignedTo.id === myMember()?.id && c.status !== "done",
  Unread: (c) => !c.isRead,
  Snoozed: (c) => c.status === "snoozed",
  Done: (c) => c.status === "done",
};

let pane = null;
let filter = "All";
let open = null; // the conversation that is looked at

const myMember = () => state.dialnote.members.find((member) => member.name === state.people.find((one) => one.handle === state.me)?.name);

export function startInbox(box) {
  pane = box;
  on(["dialnote", "people"], drawInbox);
}

export function showConversation(id) {
  open = id;
  drawInbox();
  byId("conversation")?.querySelector("h2")?.focus();
}

function drawInbox() {
  const conversation = state.dialnote.conversations.find((one) => one.id === open);
  if (conversation) drawConversation(conversation);
  else drawList();
}

function drawList() {
  if (!byId("inbox-list")) {
    const list = el("ul", { id: "inbox-list" });
    arrows(list, "button");
    fill(pane, el("div", { id: "inbox-filters", class: "filters", role: "group", "aria-label": "Show" }), list);
  }
  const all = state.dialnote.conversations;
  const button = (name) => el("button", {
    type: "button", class: "filter", "aria-pressed": String(filter === name), "data-focus": `filter-${name}`,
    onclick: () => {
      filter = name;
      drawList();
    },
  }, name, el("span", { class: "faint" }, ` ${all.filter(FILTERS[name]).length}`));
  const focused = document.activeElement?.dataset.focus;
  fill(byId("inbox-filters"), Object.keys(FILTERS).map(button));
  if (focused?.startsWith("filter-")) byId("inbox-filters").querySelector(`[data-focus="${focused}"]`)?.focus();
  reconcile(byId("inbox-list"), all.filter(FILTERS[filter]), (c) => c.id, rowVersion, row);
}

const rowVersion = (c) => JSON.stringify([c.contact, c.status, c.isRead, c.assignedTo, c.lastActivity, c.snoozedUntil]);

function row(conversation) {
  const { contact, lastActivity: last, phoneNumber, assignedTo, status, isRead } = conversation;
  const name = contactName(contact);
  return el("li", null, el("button", {
    type: "button", class: isRead ? "conversation" : "conversation unread", "data-conversation": conversation.id, "data-focus": `row-${conversation.id}`,
    onclick: () => showConversation(conversation.id),
  },
  el("span", { class: "line" }, el("strong", { class: "grow cut" }, name), isRead ? null : el("span", { class: "dot", role: "img", "aria-label": "unread" }),
    el("time", { class: "faint", title: full(new Date(last?.at)) }, last ? ago(new Date(last.at)) : "")),
  el("span", { class: "line faint" }, el("span", { class: "grow cut" }, last ? `${KINDS[last.type] ?? "•"} ${last.preview}` : "")),
  el("span", { class: "line" },
    el("span", { class: "tag" }, phoneNumber?.name ?? ""), status === "open" ? null : el("span", { class: `tag ${status}` }, status),
    el("span", { class: "grow" }), owner(assignedTo))));
}

function owner(member) {
  if (!member) return el("span", { class: "owner nobody" }, "Nobody");
  return el("span", { class: "owner" }, avatar(member.name, "mini"), member.name);
}

const change = async (conversation, fields) => {
  const outcome = await post("dialnote", { conversation: conversation.id, ...fields });
  if (outcome.error) toast(outcome.error);
};

function drawConversation(conversation) {
  if (byId("conversation")?.dataset.id !== conversation.id) setUp(conversation);
  const { contact, phoneNumber, assignedTo, status, isRead, snoozedUntil } = conversation;
  const fact = (name, ...value) => [el("dt", null, name), el("dd", null, value)];
  const snoozed = status === "snoozed" && snoozedUntil ? ` until ${full(new Date(snoozedUntil))}` : "";
  fill(byId("facts"),
    fact("Number", pretty(contact.phoneNumber)), contact.company ? fact("Company", contact.company) : null,
    fact("On", `${phoneNumber?.name ?? ""} ${pretty(phoneNumber?.number) ?? ""}`),
    fact("Owner", owner(assignedTo)),
    fact("Status", el("span", { class: `tag ${status}` }, status), snoozed, " ", isRead ? "" : el("span", { class: "tag unread" }, "unread")),
    fact("Id", el("code", null, conversation.id)));
  byId("set-owner").value = assignedTo?.id ?? "";
  byId("set-status").value = status;
  byId("set-read").textContent = isRead ? "Mark unread" : "Mark read";
  const entries = [...conversation.timeline].reverse();
  reconcile(byId("timeline"), entries, (entry) => entry.id, () => "", entryNode);
}

function entryNode(entry) {
  const at = new Date(entry.createdAt);
  return el("li", { class: `entry ${entry.type}` },
    el("span", { class: "line faint" }, el("span", { class: "grow" }, `${KINDS[entry.type] ?? "•"} ${entry.type}, ${entry.direction}`), el("time", { title: full(at) }, ago(at))),
    el("span", { class: "text" }, entry.content));
}

function setUp(conversation) {
  const { id } = conversation;
  const here = () => state.dialnote.conversations.find((one) => one.id === id);
  const back = () => {
    open = null;
    fill(pane);
    drawInbox();
    pane.querySelector(`[data-conversation="${id}"]`)?.focus();
  };
  const option = (value, label) => el("option", { value }, label);
  const note = el("textarea", { id: "new-note", rows: 2, placeholder: "A note for the team", "aria-label": "Note" });
  const addNote = async () => {
    if (!note.value.trim()) return;
    await change(here(), { note: note.value });
    note.value = "";
  };
  const setStatus = (event) => {
    const until = new Date(now().getTime() + SNOOZE_MS).toISOString();
    change(here(), event.target.value === "snoozed" ? { status: "snoozed", snoozedUntil: until } : { status: event.target.value });
  };
  fill(pane, el("section", { id: "conversation", "data-id": id, "aria-labelledby": "conversation-title" },
    el("button", { type: "button", class: "quiet back", onclick: back }, "‹ Inbox"),
    el("h2", { id: "conversation-title", tabindex: "-1" }, contactName(conversation.contact)),
    el("dl", { id: "facts" }),
    el("fieldset", null, el("legend", null, "Change it in dialnote, behind the app’s back"),
      el("label", null, "Owner ", el("select", { id: "set-owner", onchange: (event) => change(here(), { assignedToId: event.target.value || null }) },
        option("", "Nobody"), state.dialnote.members.map((member) => option(member.id, member.name)))),
      el("label", null, "Status ", el("select", { id: "set-status", onchange: setStatus }, ["open", "snoozed", "done"].map((status) => option(status, status)))),
      el("button", { type: "button", id: "set-read", onclick: () => change(here(), { isRead: !here().isRead }) }),
      el("div", { class: "row" }, note, el("button", { type: "button", id: "add-note", onclick: addNote }, "Add note"))),
    el("h3", null, "Timeline"), el("ol", { id: "timeline" })));
}
