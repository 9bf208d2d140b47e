// The card of a conversation, and the place of a verb on it. The app's labels and the places of its controls may change,
// its action ids don't.

import { inChannel, on, state } from "./store.js";

const RECENT = 300; // messages of a channel that are looked through

const idsIn = new WeakMap(); // message → the conversations that it mentions
const cards = new Map(); // channel → conversation → its cards, newest first

on(["messages", "removed", "whole", "dialnote"], () => cards.clear());

function ids(message) {
  if (!idsIn.has(message)) {
    const blocks = JSON.stringify(message.blocks);
    const mentioned = state.dialnote.conversations.filter(({ id }) => new RegExp(`${id}\\b`).test(blocks));
    idsIn.set(message, mentioned.map(({ id }) => id));
  }
  return idsIn.get(message);
}

// A card is about one conversation; a list is about several.
function cardsIn(channel) {
  if (cards.has(channel)) return cards.get(channel);
  const found = new Map();
  for (const message of inChannel(channel).slice(-RECENT).reverse()) {
    const [id, other] = message.only ? [] : ids(message);
    if (id && !other) found.set(id, [...(found.get(id) ?? []), message]);
  }
  cards.set(channel, found);
  return found;
}

const parts = (message) => message.blocks.flatMap((block) => [...(block.elements ?? []), block.accessory].filter(Boolean).map((part) => ({ part, block })));

const LABELS = { hand_off: /^Hand off/, snooze: /^Snooze/, unassign: /^Unassign/, done: /^Done/, take: /^Take it/ };

// Where a message has a verb: a button of its own, or an option of its overflow menu.
export function verbIn(message, verb) {
  for (const { part, block } of parts(message)) {
    if (part.action_id === verb && part.type === "button") return { part, block, option: null };
    const option = part.type === "overflow" && part.options.find(({ value, text }) => value.startsWith(`${verb}:`) || LABELS[verb]?.test(text.text));
    if (option) return { part, block, option };
  }
  return null;
}

// The card of a conversation in a channel, if it offers the verb.
export function cardWith(conversation, verb, channel) {
  return cardsIn(channel).get(conversation.id)?.find((message) => verbIn(message, verb)) ?? null;
}

export function controlOf(message, verb) {
  const { part, block } = verbIn(message, verb) ?? {};
  const card = document.querySelector(`#messages [data-ts="${message.ts}"]`);
  return part ? [...(card?.querySelectorAll(`[data-action="${CSS.escape(part.action_id)}"]`) ?? [])].find((node) => node.dataset.focus?.startsWith(`${block.block_id}/`)) ?? null : null;
}
