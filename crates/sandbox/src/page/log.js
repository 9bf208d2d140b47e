// The messages of a channel. Long channels are drawn from their end, and older messages are added while one scrolls up.
// The end stays in view until the reader scrolls up, and the result of one's own action always comes into view.

import { announce, post } from "./api.js";
import { byId, el, reconcile } from "./dom.js";
import { follows, isDismissed, messageNode, version } from "./message.js";
import { nameOf } from "./people.js";
import * as store from "./store.js";
import { openThread } from "./thread.js";
import { dayName, dayOf, ofTs, ticking } from "./when.js";

const STEP = 100; // messages drawn at once
const NEAR_END = 40; // pixels from the end that count as the end
const RESULT_MS = 15_000; // the time within which a change counts as the result of an action

let drawn = STEP;
let newest = null; // the last message that was drawn
let told = new Map(); // message → the text that was announced
let loading = false;
let pinned = true;
let lastTop = 0;
let below = 0; // new messages below the reader's place
let result = null; // the message that an action is about: {ts, until}

const list = () => byId("messages");
const scroller = () => byId("scroller");

export function setUpLog(beginning) {
  drawn = STEP;
  newest = null;
  told = new Map();
  pinned = true;
  result = null;
  below = 0;
  const box = el("div", { id: "scroller", tabindex: "0", role: "region", "aria-label": "Messages", class: "pinned", onscroll: scrolled },
    beginning, el("div", { id: "messages", role: "log", "aria-live": "off", "aria-label": "Messages" }));
  for (const kind of ["wheel", "touchmove", "keydown"]) box.addEventListener(kind, forgetResult, { passive: true });
  const sizes = new ResizeObserver(settle);
  sizes.observe(box);
  sizes.observe(box.lastElementChild);
  return [box, el("button", { type: "button", id: "pill", hidden: true, onclick: toEnd })];
}

const forgetResult = () => {
  result = null;
};

// An action of this person: its card stays in view; for a command, the first card that changes is its card.
document.addEventListener("deed", ({ detail }) => {
  if (!["slash", "say", "click", "submit", "shortcut", "react"].includes(detail.verb)) return;
  result = { ts: detail.message_ts ?? null, until: performance.now() + RESULT_MS };
  if ((detail.verb === "slash" || detail.verb === "say") && !detail.thread_ts) toEnd();
});

export function toEnd() {
  pinned = true;
  settle();
}

// Puts the view where it belongs after messages or sizes changed.
function settle() {
  const box = scroller();
  if (!box) return;
  if (pinned) box.scrollTop = box.scrollHeight;
  if (result?.ts && performance.now() < result.until) show(list().querySelector(`[data-ts="${result.ts}"]`), box);
  box.classList.toggle("pinned", pinned);
  drawPill();
}

function show(node, box) {
  if (!node) return;
  const [at, frame] = [node.getBoundingClientRect(), box.getBoundingClientRect()];
  if (at.top < frame.top) box.scrollTop -= frame.top - at.top + 8;
  else if (at.bottom > frame.bottom) box.scrollTop += Math.min(at.bottom - frame.bottom, at.top - frame.top);
}

function drawPill() {
  const pill = byId("pill");
  if (pinned) below = 0;
  pill.hidden = pinned || !below;
  pill.textContent = below === 1 ? "1 new message ↓" : `${below} new messages ↓`;
}

export function drawMessages(empty) {
  const channel = store.channelHere();
  const all = channel ? store.inChannel(channel.id).filter((message) => !isDismissed(message)) : [];
  const fresh = newest === null ? [] : all.filter((message) => message.ts > newest);
  const box = scroller();
  drawn = pinned ? STEP : drawn + fresh.length;
  const [fromEnd, before] = [box.scrollHeight - box.scrollTop, firstDrawn()];
  noteResult(all);
  reconcile(list(), withDays(all.slice(-drawn)), keyOf, versionOf, build);
  const isWhole = all.length <= drawn && !(channel && store.hasOlder(channel.id));
  drawBeginning(isWhole, all.length, empty);
  if (!pinned && before !== firstDrawn()) box.scrollTop = box.scrollHeight - fromEnd;
  if (!pinned) below += fresh.filter((message) => message.from !== store.me()?.id).length;
  tell(all, channel);
  settle();
}

// The card of a command is the first message that changes after it and is not private.
function noteResult(all) {
  if (!result || result.ts || performance.now() > result.until) return;
  const card = all.find((m) => !m.only && m.blocks.length && told.size && told.get(m.ts) !== m.text);
  if (card) result.ts = card.ts;
}

function drawBeginning(isWhole, count, empty) {
  const box = byId("beginning");
  const look = `${isWhole}/${count === 0}`;
  if (box.version === look) return;
  box.version = look;
  box.replaceChildren();
  if (!isWhole) box.append("Older messages…");
  else if (!count) box.append(...empty());
}

const firstDrawn = () => list().querySelector(".message")?.dataset.key;

const keyOf = (item) => item.ts ?? item.day;
const versionOf = (item) => (item.day ? item.day : version(item.message, item.follow));

function build(item) {
  if (item.day) return el("div", { class: "day", role: "separator" }, ticking({}, () => dayName(item.at)));
  return messageNode(item.message, { openThread, follow: item.follow });
}

function withDays(messages) {
  const out = [];
  let day = null;
  let before = null;
  for (const message of messages) {
    const at = ofTs(message.ts);
    if (dayOf(at) !== day) {
      out.push({ day: (day = dayOf(at)), at });
      before = null;
    }
    out.push({ ts: message.ts, message, follow: follows(message, before) });
    before = message;
  }
  return out;
}

// Announces new messages and changed cards once, in the words of their text, and marks what was seen as read.
function tell(all, channel) {
  for (const message of all.slice(-STEP)) {
    const known = told.get(message.ts);
    const isNew = newest !== null && message.ts > newest && message.from !== store.me()?.id;
    if (isNew) announce(`${nameOf(message.from)}: ${message.text}`);
    else if (known !== undefined && known !== message.text) announce(message.text);
    told.set(message.ts, message.text);
  }
  newest = all.at(-1)?.ts ?? "";
  if (document.visibilityState === "visible" && channel?.unread) post("read", { as: store.state.me, channel: channel.id });
}

async function scrolled() {
  const box = scroller();
  const { scrollTop, scrollHeight, clientHeight } = box;
  if (scrollHeight - scrollTop - clientHeight < NEAR_END) pinned = true;
  else if (scrollTop < lastTop - 1) pinned = false;
  lastTop = scrollTop;
  box.classList.toggle("pinned", pinned);
  drawPill();
  if (!loading && scrollTop < 600) await addOlder();
}

async function addOlder() {
  const channel = store.channelHere();
  if (!channel) return;
  const here = store.inChannel(channel.id).length;
  if (drawn >= here && !store.hasOlder(channel.id)) return;
  loading = true;
  pinned = false;
  drawn += STEP;
  if (drawn > here && store.hasOlder(channel.id)) await store.loadOlder(channel.id);
  else drawMessages(() => []);
  loading = false;
}
