"use strict";
// Draws the state of the sandbox. Every text from outside goes through textContent: some of the
// contacts have names that are markup.

const REFRESH_MS = 2000;

function el(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function table(head, rows) {
  const cells = (tag, row) => el("tr", "", ...row.map((cell) => {
    const node = el(tag, "");
    node.textContent = cell ?? "";
    if (tag === "th") node.scope = "col";
    return node;
  }));
  const body = el("tbody", "", ...rows.map((row) => cells("td", row)));
  return el("div", "scroll", el("table", "", el("thead", "", cells("th", head)), body));
}

// The labels of what can be pressed, so that one sees what a message offers.
function buttons(blocks) {
  const parts = blocks.flatMap((b) => [...(b.type === "actions" ? b.elements : []), b.accessory, b.element]);
  return parts.filter((p) => p && p.action_id)
    .map((p) => `[${p.text?.text ?? p.placeholder?.text ?? p.type}: ${p.action_id}]`).join(" ");
}

function texts(blocks) {
  return blocks.flatMap((b) => [b.text?.text, b.label?.text, ...(b.fields ?? []).map((f) => f.text),
    ...(b.type === "context" ? b.elements.map((e) => e.text ?? e.alt_text) : [])])
    .filter((text) => text).join("\n");
}

function message(m, isReply) {
  const only = m.to ? el("span", "only", ` only ${m.to} sees this`) : null;
  const head = el("div", "", el("span", "who", m.from), el("span", "faint", ` ${m.ts}`), only);
  const node = el("div", isReply ? "message reply" : "message", head);
  node.append(el("div", "", m.blocks.length ? texts(m.blocks) : m.text));
  if (m.blocks.length) node.append(el("div", "faint", buttons(m.blocks)));
  node.append(...(m.replies ?? []).map((reply) => message(reply, true)));
  return node;
}

function channel(c) {
  const title = c.with ? `dialnote and ${c.with}` : `#${c.name}`;
  const about = `${c.id} · ${c.members.join(", ")}${c.archived ? " · archived" : ""}`;
  const all = [...c.messages, ...c.ephemerals].sort((a, b) => (a.ts < b.ts ? -1 : 1));
  const messages = all.length ? all.map((m) => message(m, false)) : [el("p", "faint", "Nothing here yet.")];
  return el("section", "panel", el("h3", "", title), el("p", "faint", about), ...messages);
}

function view(v) {
  const title = `${v.title ?? "Home"} (${v.as}, ${v.id})`;
  const trouble = [v.banner, ...Object.values(v.errors)].filter((t) => t).join("\n");
  return el("section", "panel", el("h3", "", title), el("div", "message", texts(v.blocks)),
    el("div", "faint", buttons(v.blocks)), trouble ? el("p", "only", trouble) : null);
}

function conversation(c) {
  const name = [c.contact.firstName, c.contact.lastName].filter((part) => part).join(" ");
  const state = c.status + (c.isRead ? "" : ", unread");
  const last = c.lastActivity ? `${c.lastActivity.type}: ${c.lastActivity.preview}` : "";
  return [c.id, name || c.contact.phoneNumber, c.phoneNumber?.name, state, c.assignedTo?.name ?? "nobody", last,
    c.notes.join("\n")];
}

function draw(s) {
  const people = s.people.map((p) => [p.handle, p.real_name, p.id, p.email, p.admin ? "admin" : ""]);
  const calls = s.calls.slice(-30).reverse()
    .map((c) => [c.seq, c.service, `${c.method} ${c.path}`, c.status ?? "waits", c.error]);
  document.getElementById("world").replaceChildren(
    el("h2", "", "Channels"), ...s.channels.map(channel),
    el("h2", "", "Direct messages"), ...s.dms.map(channel),
    el("h2", "", "Open modals"), ...s.views.map(view),
    el("h2", "", "Home tabs"), ...s.homes.map(view),
    el("h2", "", "dialnote"),
    table(["id", "contact", "number", "status", "owner", "last", "notes"], s.dialnote.conversations.map(conversation)),
    el("h2", "", "People"), table(["handle", "name", "id", "e-mail", ""], people),
    el("h2", "", "Latest calls of the app"), table(["#", "service", "call", "status", "error"], calls),
  );
}

let drawn = "";

async function refresh() {
  const status = document.getElementById("status");
  try {
    const state = await (await fetch("/_sandbox/state")).json();
    status.textContent = state.app.url ? `The app is at ${state.app.url}.` : "No app is connected yet.";
    // Drawing anew only what changed keeps the reader's selection and place.
    const { now, ...rest } = state;
    const text = JSON.stringify(rest);
    if (text !== drawn) draw(state);
    drawn = text;
  } catch {
    status.textContent = "The sandbox does not answer.";
  }
  setTimeout(refresh, REFRESH_MS);
}

refresh();
