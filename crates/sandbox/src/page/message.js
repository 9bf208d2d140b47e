// One message: its author and time, its blocks or text, and its actions.

import { act } from "./api.js";
import { draw, hasNewer, stand } from "./blocks.js";
import { el } from "./dom.js";
import { attachmentsIn, objectCard, objectsIn, objectsVersion } from "./objects.js";
import { popupMenu } from "./overlay.js";
import { face, nameOf } from "./people.js";
import { reactButton, reactionsBelow } from "./reactions.js";
import { changed, person, state } from "./store.js";
import { mrkdwn } from "./text.js";
import { agoInWords, clock, full, ofTs, ticking } from "./when.js";

const TOGETHER_S = 300;

// A dismissed private message is gone, as in Slack.
const dismissed = new Set();
const nameIn = (message) => `${state.me}/${message.channel}/${message.ts}`;
export const isDismissed = (message) => dismissed.has(nameIn(message));

// Whether a message shares the head of the one before it.
export function follows(message, before) {
  const plain = (one) => one && !one.only && !one.broadcast;
  const seconds = Number(message.ts.split(".")[0]) - Number(before?.ts.split(".")[0]);
  return Boolean(plain(message) && plain(before) && message.from === before.from && seconds < TOGETHER_S);
}

// A changed message is another object.
const versions = new WeakMap();
let last = 0;

export function version(message, follow) {
  if (!versions.has(message)) versions.set(message, (last += 1));
  return `${versions.get(message)}/${Boolean(follow)}${isTextOnly(message)}${objectsVersion(message)}`;
}

export function messageNode(message, { inThread, openThread, follow }) {
  const at = ofTs(message.ts);
  const name = nameOf(message.from);
  const redraw = () => {
    node.version = null;
    changed("messages");
  };
  const classes = ["message", message.only ? "only" : "", follow ? "follows" : ""].filter(Boolean).join(" ");
  const node = el("article", { class: classes, "data-ts": message.ts, "aria-label": `${name}, ${clock(at)}` },
    message.only ? el("p", { class: "mark" }, "👁 Only visible to you", tools(message)) : null,
    message.broadcast ? el("p", { class: "mark" }, inThread ? "Also sent to the channel" : "Replied to a thread") : null,
    el("div", { class: "beside" }, follow ? el("time", { class: "small-time", "aria-hidden": "true" }, clock(at).replace(/ [AP]M$/, "")) : face(message.from)),
    el("div", { class: "body" },
      follow ? null : head(message, name, at),
      content(message, redraw),
      message.edited && !message.blocks.length ? el("span", { class: "edited", title: full(ofTs(message.edited)) }, "(edited)") : null,
      attachmentsIn(message).map((unfurl) => attachment(message, unfurl, redraw)),
      objectsIn(message).map((entity) => objectCard(message, entity)),
      reactionsBelow(message),
      inThread || !message.answers ? null : threadLine(message, openThread)),
    message.only ? null : tools(message, inThread, openThread));
  return node;
}

function head(message, name, at) {
  const bot = person(message.from)?.bot || message.from === "USLACKBOT";
  return el("div", { class: "head" },
    el("strong", null, name),
    bot ? el("span", { class: "app" }, "APP") : null,
    el("time", { datetime: at.toISOString(), title: full(at) }, clock(at)));
}

// Whether the client shows the text only: the message has no blocks, or one that an old client doesn't know.
const isTextOnly = (message) => !message.blocks.length || (state.objects.old && hasNewer(message.blocks));

function content(message, redraw) {
  if (isTextOnly(message)) return el("div", { class: "text" }, message.literal ? message.text : mrkdwn(message.text));
  return el("div", { class: "blocks" }, draw(message.blocks, standOf(message, redraw)));
}

function standOf(message, redraw) {
  const place = { channel: message.channel, message_ts: message.ts };
  return stand({ place, saved: message.chosen, press: (pressed) => act("click", { ...place, ...pressed }), redraw });
}

function attachment(message, unfurl, redraw) {
  return el("div", { class: "attachment blocks", "aria-label": unfurl.url, role: "group" }, draw(unfurl.blocks, standOf(message, redraw)));
}

function threadLine(message, openThread) {
  const { count, people, latest } = message.answers;
  return el("button", { type: "button", class: "thread-line", "data-focus": "thread", onclick: () => openThread(message) },
    people.slice(0, 3).map((id) => face(id, "mini")),
    el("strong", null, `${count} ${count === 1 ? "reply" : "replies"}`),
    ticking({ class: "faint" }, () => `Last reply ${agoInWords(ofTs(latest))}`));
}

function tools(message, inThread, openThread) {
  if (message.only) {
    const dismiss = () => {
      dismissed.add(nameIn(message));
      changed("messages");
    };
    return el("button", { type: "button", class: "quiet link", "data-focus": "dismiss", onclick: dismiss }, "Dismiss");
  }
  const shortcuts = (state.installed.features?.shortcuts ?? []).filter((shortcut) => shortcut.type === "message");
  const entries = shortcuts.map((shortcut) => ({
    label: shortcut.name, note: shortcut.description, value: shortcut.callback_id,
    run: () => act("shortcut", { callback_id: shortcut.callback_id, channel: message.channel, message_ts: message.ts }),
  }));
  return el("span", { class: "tools" },
    reactButton(message),
    inThread ? null : el("button", {
      type: "button", "aria-label": "Reply in thread", title: "Reply in thread", "data-focus": "reply", onclick: () => openThread(message),
    }, "💬"),
    entries.length ? el("button", {
      type: "button", "aria-label": "Message shortcuts", title: "Message shortcuts", "data-focus": "shortcuts", "aria-haspopup": "menu",
      "aria-expanded": "false", onclick: (event) => popupMenu(event.currentTarget, entries),
    }, "⋮") : null);
}
