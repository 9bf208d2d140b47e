// One message: who said it, when, its blocks or its text, and what can be done with it.

import { act } from "./api.js";
import { draw, stand } from "./blocks.js";
import { el } from "./dom.js";
import { popupMenu } from "./overlay.js";
import { face, nameOf } from "./people.js";
import { changed, person, state } from "./store.js";
import { mrkdwn } from "./text.js";
import { ago, clock, full, ofTs } from "./when.js";

// What only I see is gone once I dismiss it, as it is in Slack.
const dismissed = new Set();
const nameIn = (message) => `${state.me}/${message.channel}/${message.ts}`;
export const isDismissed = (message) => dismissed.has(nameIn(message));

// A message that changed is another object.
export const version = (message) => message;

export function messageNode(message, { inThread, openThread }) {
  const at = ofTs(message.ts);
  const name = nameOf(message.from);
  const bot = person(message.from)?.bot || message.from === "USLACKBOT";
  const redraw = () => {
    node.version = null;
    changed("messages");
  };
  const node = el("li", { class: message.only ? "message only" : "message", "data-ts": message.ts },
    message.only ? el("p", { class: "only-mark" }, "Only visible to you") : null,
    message.broadcast ? el("p", { class: "only-mark" }, inThread ? "Also sent to the channel" : "Replied to a thread") : null,
    el("article", { "aria-label": `${name}, ${clock(at)}` },
      face(message.from),
      el("div", { class: "body" },
        el("div", { class: "head" },
          el("strong", null, name),
          bot ? el("span", { class: "tag" }, "APP") : null,
          el("time", { datetime: at.toISOString(), title: full(at) }, clock(at)),
          tools(message, inThread, openThread)),
        content(message, redraw),
        message.edited ? el("span", { class: "edited", title: full(ofTs(message.edited)) }, "(edited)") : null,
        (message.files ?? []).map(picture),
        (message.unfurls ?? []).map((unfurl) => attachment(message, unfurl, redraw)),
        inThread || !message.answers ? null : threadLine(message, openThread))));
  return node;
}

function content(message, redraw) {
  if (!message.blocks.length) return el("div", { class: "text" }, message.literal ? message.text : mrkdwn(message.text));
  return el("div", { class: "blocks" }, draw(message.blocks, standOf(message, redraw)));
}

function standOf(message, redraw) {
  const place = { channel: message.channel, message_ts: message.ts };
  return stand({ place, saved: message.chosen, press: (pressed) => act("click", { ...place, ...pressed }), redraw });
}

function picture(file) {
  return el("figure", { class: "picture" },
    el("figcaption", null, file.title),
    el("img", { src: file.url, alt: file.alt_txt }));
}

function attachment(message, unfurl, redraw) {
  return el("div", { class: "attachment", "aria-label": unfurl.url, role: "group" }, draw(unfurl.blocks, standOf(message, redraw)));
}

function threadLine(message, openThread) {
  const { count, people, latest } = message.answers;
  return el("button", { type: "button", class: "thread-line", "data-focus": "thread", onclick: () => openThread(message) },
    people.slice(0, 3).map((id) => face(id, "mini")),
    el("strong", null, `${count} ${count === 1 ? "reply" : "replies"}`),
    el("span", { class: "faint" }, ` Last reply ${ago(ofTs(latest)).replace("now", "just now")}`));
}

function tools(message, inThread, openThread) {
  if (message.only) {
    const dismiss = () => {
      dismissed.add(nameIn(message));
      changed("messages");
    };
    return el("span", { class: "tools" }, el("button", { type: "button", class: "quiet", onclick: dismiss }, "Dismiss"));
  }
  const shortcuts = (state.installed.features?.shortcuts ?? []).filter((shortcut) => shortcut.type === "message");
  const entries = shortcuts.map((shortcut) => ({
    label: shortcut.name, note: shortcut.description,
    run: () => act("shortcut", { callback_id: shortcut.callback_id, channel: message.channel, message_ts: message.ts }),
  }));
  return el("span", { class: "tools" },
    inThread ? null : el("button", { type: "button", class: "quiet", "data-focus": "reply", onclick: () => openThread(message) }, "Reply in thread"),
    entries.length ? el("button", {
      type: "button", class: "quiet", "aria-label": "Message shortcuts", "data-focus": "shortcuts", "aria-haspopup": "menu", "aria-expanded": "false",
      onclick: (event) => popupMenu(event.currentTarget, entries),
    }, "⋮") : null);
}
