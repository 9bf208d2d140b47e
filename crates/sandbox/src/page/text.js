// Slack's markup as Slack draws it: mentions, links, dates, bold and the like. Made of text nodes only.

import { el } from "./dom.js";
import { emoji } from "./emoji.js";
import { groupName, nameOf } from "./people.js";
import { channelById, state } from "./store.js";
import { slackDate, ticking } from "./when.js";

const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
const decode = (text) => text.replaceAll(/&(?:lt|gt|amp);/g, (entity) => ENTITIES[entity]);

// A conversation of this page's own dialnote opens in its inbox; none for another address.
export function ownConversation(address) {
  if (!address?.startsWith(`${location.origin}/conversations/`)) return null;
  return `#conversation=${address.split("/").pop()}`;
}

// Only http and mail addresses become links.
export function link(address, ...label) {
  const plain = decode(address);
  if (!/^(https?:\/\/|mailto:)/i.test(plain)) return el("span", null, ...label);
  const own = ownConversation(plain);
  if (own) return el("a", { href: own }, ...label);
  return el("a", { href: plain, target: "_blank", rel: "noopener noreferrer" }, ...label);
}

function pill(text, mine) {
  return el("span", { class: mine ? "pill mine" : "pill" }, text);
}

export function userPill(id) {
  const me = state.people.find((person) => person.handle === state.me);
  return pill(`@${nameOf(id)}`, me?.id === id);
}

export const groupPill = (id, label) => pill(label ? decode(label) : `@${groupName(id)}`);
export const channelPill = (id, label) => pill(`#${channelById(id)?.name ?? (label ? decode(label) : "private channel")}`);
export const broadcastPill = (range) => pill(`@${range}`, true);

// The content of angle brackets.
function angle(inside) {
  const at = inside.indexOf("|");
  const [target, label] = at < 0 ? [inside, ""] : [inside.slice(0, at), inside.slice(at + 1)];
  if (target.startsWith("@")) return userPill(target.slice(1));
  if (target.startsWith("#")) return channelPill(target.slice(1), label);
  if (target.startsWith("!subteam^")) return groupPill(target.slice(9), label);
  if (target.startsWith("!date^")) return date(target.split("^"), label);
  if (target.startsWith("!")) return broadcastPill(target.slice(1).split("^")[0]);
  return link(target, label ? inline(label) : decode(target.replace(/^mailto:/, "")));
}

// A date is written again with the clock: "4 minutes ago" becomes "5 minutes ago".
function date([, seconds, format, address], fallback) {
  const known = /^-?\d+$/.test(seconds) && format;
  const words = () => (known ? slackDate(Number(seconds), decode(format)) : decode(fallback));
  const shown = ticking({ title: decode(fallback) }, words);
  return address ? link(address, shown) : shown;
}

const wrap = (tag) => (inside) => el(tag, null, inline(inside));

// In order of precedence, each with its drawing.
const MARKS = [
  [/<([^<>\n]+)>/, (inside) => angle(inside)],
  [/`([^`\n]+)`/, (inside) => el("code", null, decode(inside).replaceAll(/<[@#!]?([^<>|]+)(?:\|([^<>]*))?>/g, (_, a, b) => b || a))],
  [/(?<![\p{L}\p{N}*])\*(?=\S)([^*\n]*[^*\s])\*(?![\p{L}\p{N}*])/u, wrap("strong")],
  [/(?<![\p{L}\p{N}_])_(?=\S)([^_\n]*[^_\s])_(?![\p{L}\p{N}_])/u, wrap("em")],
  [/(?<![\p{L}\p{N}~])~(?=\S)([^~\n]*[^~\s])~(?![\p{L}\p{N}~])/u, wrap("s")],
  [/:([a-z0-9_+-]+):/, (name) => picture(name)],
];

function picture(name) {
  const drawn = emoji(name);
  return drawn ? el("span", { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " ") }, drawn) : `:${name}:`;
}

function inline(text) {
  const out = [];
  let rest = text;
  while (rest) {
    let first = null;
    for (const [pattern, draw] of MARKS) {
      const found = pattern.exec(rest);
      if (found && (!first || found.index < first.found.index)) first = { found, draw };
    }
    if (!first) break;
    const { found, draw } = first;
    if (found.index) out.push(decode(rest.slice(0, found.index)));
    out.push(draw(found[1]));
    rest = rest.slice(found.index + found[0].length);
  }
  if (rest) out.push(decode(rest));
  return out;
}

function lines(text) {
  const out = [];
  let quote = null;
  for (const [place, line] of text.split("\n").entries()) {
    const quoted = /^(?:&gt;|>)\s?(.*)$/.exec(line);
    if (quoted) {
      if (!quote) out.push((quote = el("blockquote")));
      else quote.append("\n");
      quote.append(...inline(quoted[1]));
      continue;
    }
    if (place && !quote) out.push("\n");
    quote = null;
    out.push(...inline(line));
  }
  return out;
}

// Nodes for a text in Slack's markup.
export function mrkdwn(text) {
  const out = [];
  for (const [place, part] of (text ?? "").split("```").entries()) {
    if (place % 2 === 0) out.push(...lines(part));
    else out.push(el("pre", null, decode(part.replace(/^\n/, ""))));
  }
  return out;
}

// Nodes for plain text: only emoji are drawn, and those only if `withEmoji` is set.
export function plain(text, withEmoji) {
  if (!withEmoji) return [text ?? ""];
  const parts = (text ?? "").split(/(:[a-z0-9_+-]+:)/);
  return parts.filter(Boolean).map((part) => (/^:.+:$/.test(part) ? picture(part.slice(1, -1)) : part));
}

// Nodes for a text object.
export function words(object) {
  if (!object) return [];
  return object.type === "mrkdwn" ? mrkdwn(object.text) : plain(object.text, object.emoji !== false);
}

export const emojiOrName = picture;
