// The emoji below a message, and the choice of one to add. One's own is removed by pressing it again.

import { act } from "./api.js";
import { el } from "./dom.js";
import { emoji } from "./emoji.js";
import { popupMenu } from "./overlay.js";
import { nameOf } from "./people.js";
import { me } from "./store.js";

// Slack's picker has them all; these are enough here.
const OFFERED = ["eyes", "white_check_mark", "zzz", "thumbsup"];

const SKIN_TONE = /::.*$/;
const words = (name) => name.replace(SKIN_TONE, "").replaceAll("_", " ");
const drawn = (name) => emoji(name.replace(SKIN_TONE, "")) ?? `:${name}:`;
const isMine = ({ users }) => users.includes(me()?.id);

function toggle(message, name) {
  const known = message.reactions.find((reaction) => reaction.name === name);
  const remove = Boolean(known && isMine(known));
  return act("react", { channel: message.channel, message_ts: message.ts, name, remove });
}

export function reactionsBelow(message) {
  if (!message.reactions?.length) return null;
  return el("div", { class: "reactions", role: "group", "aria-label": "Reactions" }, message.reactions.map((reaction) => chip(message, reaction)));
}

function chip(message, reaction) {
  const { name, users } = reaction;
  const people = users.map((id) => (id === me()?.id ? "you" : nameOf(id))).join(", ");
  const pressed = (event) => {
    // The last of an emoji takes its button away.
    if (users.length === 1 && isMine(reaction)) event.currentTarget.closest(".message").querySelector("[data-focus=react]")?.focus();
    toggle(message, name);
  };
  return el("button", {
    type: "button", class: "reaction", "data-focus": `reaction-${name}`, "aria-pressed": String(isMine(reaction)),
    title: `${people} reacted with :${name}:`, onclick: pressed,
  }, el("span", { role: "img", "aria-label": words(name) }, drawn(name)), el("span", null, String(users.length)), el("span", { class: "unseen" }, ` by ${people}`));
}

export function reactButton(message) {
  const entries = OFFERED.map((name) => ({ label: `${drawn(name)} ${words(name)}`, value: name, run: () => toggle(message, name) }));
  return el("button", {
    type: "button", "aria-label": "Add reaction", title: "Add reaction", "data-focus": "react", "aria-haspopup": "menu",
    "aria-expanded": "false", onclick: (event) => popupMenu(event.currentTarget, entries),
  }, "🙂");
}
