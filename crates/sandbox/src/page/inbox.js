// dialnote's inbox, live: the conversations as the phone system has them. One can change them here too, as a teammate
// who doesn't use Slack would.

import { cause } from "./api.js";
import { arrows, byId, el, fill, reconcile, refill } from "./dom.js";
import { avatar, contactName, pretty } from "./people.js";
import { now, on, state } from "./store.js";
import { ago, full, ticking } from "./when.js";

const SNOOZE_MS = 20 * 3600 * 1000;
export const KINDS = { call: "📞", voicemail: "🎙️", sms: "💬", note: "📝" };

let open = null; // the conversation whose details are shown

const pane = () => byId("pane-inbox");

export function startInbox() {
  on(["dialnote", "people"], drawInbox);
}

export function showConversation(id) {
  open = id;
  drawInbox();
  byId("conversation")?.scrollIntoView({ block: "nearest" });
  byId("conversation")?.querySelector("h3")?.focus();
}

function drawInbox() {
  const conversation = state.dialnote.conversations.find((one) => one.id === open);
  if (conversation) drawConversation(conversation);
  else drawList();
}

function drawList() {
  if (!byId("inbox-list")) {
    const list = el("ul", { id: "inbox-list" });
    const done = el("ul", { id: "inbox-done" });
    arrows(pane(), ".conversation");
    fill(pane(), el("h3", null, "dialnote inbox ", el("span", { class: "tag" }, "phone system · simulated")),
      el("p", { class: "hint" }, "The same conversations in the phone system, where calls arrive."), list,
      el("details", { id: "done-part" }, el("summary", { id: "done-count" }), done));
  }
  const all = state.dialnote.conversations;
  const [done, rest] = [all.filter(isDone), all.filter((one) => !isDone(one))];
  reconcile(byId("inbox-list"), rest, (c) => c.id, rowVersion, row);
  reconcile(byId("inbox-done"), done, (c) => c.id, rowVersion, row);
  byId("done-count").textContent = `Done (${done.length})`;
}

const isDone = ({ status }) => status === "done";
const rowVersion = (c) => JSON.stringify([c.contact, c.status, c.isRead, c.assignedTo, c.lastActivity, c.snoozedUntil]);

function row(conversation) {
  const { contact, lastActivity: last, phoneNumber, status, isRead } = conversation;
  return el("li", null, el("button", {
    type: "button", class: isRead ? "conversation" : "conversation unread", "data-conversation": conversation.id, "data-focus": `row-${conversation.id}`,
    onclick: () => showConversation(conversation.id),
  },
  el("span", { class: "cut" }, el("strong", null, contactName(contact)), isRead ? null : el("span", { class: "unseen" }, " (unread)")),
  last ? ticking({ title: full(new Date(last.at)) }, () => ago(new Date(last.at))) : el("span"),
  el("span", { class: "cut" }, last ? `${KINDS[last.type] ?? "•"} ${inWords(last)} · ` : "", phoneNumber?.name ?? ""),
  owner(conversation, status)));
}

function inWords(last) {
  if (last.type === "voicemail") return "Voicemail";
  if (last.type === "sms") return "Text message";
  return last.type === "note" ? "Note" : last.preview;
}

function owner({ assignedTo, snoozedUntil }, status) {
  const state = { snoozed: "💤 Snoozed", done: "✅ Done" }[status];
  const title = snoozedUntil ? `Until ${full(new Date(snoozedUntil))}` : null;
  if (!assignedTo) return el("span", { class: state ? "owner" : "owner unassigned", title }, state ?? "Unassigned");
  return el("span", { class: "owner", title }, state ? `${state} · ` : "", assignedTo.name);
}

const change = (conversation, fields) => cause("dialnote", { conversation: conversation.id, ...fields });

function drawConversation(conversation) {
  if (byId("conversation")?.dataset.id !== conversation.id) setUp(conversation);
  const { contact, phoneNumber, assignedTo, status, isRead, snoozedUntil } = conversation;
  const fact = (name, ...value) => [el("dt", null, name), el("dd", null, value)];
  const until = status === "snoozed" && snoozedUntil ? ` until ${full(new Date(snoozedUntil))}` : "";
  const member = assignedTo ? [avatar(assignedTo.name, "mini"), " ", assignedTo.name] : "Unassigned";
  refill(byId("facts"), JSON.stringify([contact, phoneNumber, assignedTo, status, isRead, snoozedUntil]), () => [
    fact("Number", pretty(contact.phoneNumber)), contact.company ? fact("Company", contact.company) : null,
    fact("Number", `${phoneNumber?.name ?? ""} ${pretty(phoneNumber?.number) ?? ""}`),
    fact("Owner", el("span", { class: "owner" }, member)),
    fact("Status", status, until, isRead ? "" : " · unread"),
    fact("Id", el("code", null, conversation.id)),
  ]);
  byId("set-owner").value = assignedTo?.id ?? "";
  byId("set-status").value = status;
  byId("set-read").textContent = isRead ? "Mark unread" : "Mark read";
  const entries = [...conversation.timeline].reverse();
  reconcile(byId("timeline"), entries, (entry) => entry.id, () => "", entryNode);
}

function entryNode(entry) {
  const at = new Date(entry.createdAt);
  const kind = { call: "Call", voicemail: "Voicemail", sms: "Text message", note: "Note" }[entry.type] ?? entry.type;
  return el("li", { class: `entry ${entry.type}` },
    el("span", { class: "line faint" }, el("span", { class: "grow" }, `${KINDS[entry.type] ?? "•"} ${kind} · ${entry.direction}`), ticking({ title: full(at) }, () => ago(at))),
    el("span", { class: "text" }, entry.content));
}

function setUp(conversation) {
  const { id } = conversation;
  const here = () => state.dialnote.conversations.find((one) => one.id === id);
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
  fill(pane(), el("section", { id: "conversation", "data-id": id, "aria-labelledby": "conversation-title" },
    el("button", { type: "button", class: "quiet back", onclick: () => back(id) }, "‹ dialnote inbox"),
    el("h3", { id: "conversation-title", tabindex: "-1" }, contactName(conversation.contact)),
    el("dl", { id: "facts" }),
    el("fieldset", null, el("legend", null, "Change it in dialnote, without Slack"),
      el("label", null, "Owner ", el("select", { id: "set-owner", onchange: (event) => change(here(), { assignedToId: event.target.value || null }) },
        option("", "Unassigned"), state.dialnote.members.map((member) => option(member.id, member.name)))),
      el("label", null, "Status ", el("select", { id: "set-status", onchange: setStatus }, ["open", "snoozed", "done"].map((status) => option(status, status)))),
      el("button", { type: "button", id: "set-read", onclick: () => change(here(), { isRead: !here().isRead }) }),
      el("div", { class: "row" }, note, el("button", { type: "button", id: "add-note", onclick: addNote }, "Add note"))),
    el("h4", null, "Timeline"), el("ol", { id: "timeline" })));
}

function back(id) {
  open = null;
  fill(pane());
  drawInbox();
  pane().querySelector(`[data-conversation="${id}"]`)?.focus();
}
