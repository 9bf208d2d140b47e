// The middle: a channel's messages, or what the app shows of itself. Long channels are drawn from
// their end; older messages are added as one scrolls up to them.

import { announce, post } from "./api.js";
import { byId, el, fill, reconcile } from "./dom.js";
import { composer } from "./composer.js";
import { drawHome } from "./home.js";
import { isDismissed, messageNode, version } from "./message.js";
import { nameOf } from "./people.js";
import * as store from "./store.js";
import { state } from "./store.js";
import { openThread } from "./thread.js";
import { dayName, dayOf, ofTs } from "./when.js";

const STEP = 100; // messages drawn at once
const NEAR_END = 80; // pixels from the end that count as being at it

let drawnFor = null;
let drawn = STEP;
let newest = null;
let loading = false;

const place = () => byId("place");
const list = () => byId("messages");
const scroller = () => byId("scroller");

export function startChannel() {
  store.on(["place", "tab", "channels", "installed", "whole", "messages", "removed", "views"], drawPlace);
}

function drawPlace() {
  const key = `${state.me}/${state.place}/${state.tab}/${store.channelHere()?.id}`;
  if (key !== drawnFor) setUp(key);
  drawHead();
  if (state.place === "app" && state.tab === "home") drawHome(byId("home"));
  else drawMessages();
}

function setUp(key) {
  drawnFor = key;
  drawn = STEP;
  newest = null;
  const home = state.place === "app" && state.tab === "home";
  fill(place(), el("header", { id: "place-head" }), home ? el("div", { id: "home", class: "home" }) : [
    el("div", { id: "scroller", tabindex: "0", role: "region", "aria-label": "Messages", onscroll: scrolled },
      el("p", { id: "beginning", class: "faint" }),
      el("ol", { id: "messages", role: "log", "aria-live": "off" })),
    foot(),
  ]);
}

function foot() {
  const features = state.installed.features ?? {};
  if (state.place === "app" && features.app_home?.messages_tab_read_only_enabled) {
    return el("p", { class: "closed faint" }, "This app only speaks; it does not read messages here.");
  }
  return composer({ id: "composer-text", channel: state.place === "app" ? "dm" : state.place, label: `Message ${title()}` });
}

const title = () => (state.place === "app" ? "dialnote" : `#${store.channelById(state.place)?.name ?? ""}`);

function drawHead() {
  const channel = store.channelHere();
  const about = state.place === "app" ? "The app’s own place" : aboutChannel(channel);
  const tab = (name, label) => el("button", {
    type: "button", role: "tab", class: "tab", "aria-selected": String(state.tab === name), "data-tab": name, "data-focus": `tab-${name}`,
    onclick: () => showTab(name),
  }, label);
  const tabs = state.place === "app" ? el("div", { role: "tablist", "aria-label": "The app", class: "tabs" }, tab("home", "Home"), tab("messages", "Messages")) : null;
  const head = byId("place-head");
  const look = JSON.stringify([title(), about, state.place === "app" && state.tab]);
  if (head.version === look) return;
  head.version = look;
  fill(head, el("h1", { id: "place-title" }, title()), el("span", { class: "faint" }, about), tabs);
}

function aboutChannel(channel) {
  if (!channel) return "";
  const bot = channel.bot ? "" : " · dialnote is not in this channel";
  return `${channel.members} members${channel.archived ? " · archived" : ""}${bot}`;
}

export function showTab(name) {
  state.tab = name;
  if (name === "home") opened();
  store.changed("tab");
  document.querySelector(`[data-tab="${name}"]`)?.focus();
}

// Slack tells the app that its home was opened, if the app wants to know.
export function opened() {
  const events = state.installed.settings?.event_subscriptions?.bot_events ?? [];
  if (events.includes("app_home_opened")) post("event", { type: "app_home_opened", user: state.me, tab: "home" });
}

function drawMessages() {
  const channel = store.channelHere();
  const all = channel ? store.inChannel(channel.id).filter((message) => !isDismissed(message)) : [];
  const box = scroller();
  const fresh = newest === null ? [] : all.filter((message) => message.ts > newest);
  const spoke = fresh.some((message) => message.from === store.me()?.id);
  const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END || newest === null || spoke;
  // Whoever reads further up keeps what is there; at the end a screenful or two is enough.
  drawn = atEnd ? STEP : drawn + fresh.length;
  const fromEnd = box.scrollHeight - box.scrollTop;
  const before = firstDrawn();
  reconcile(list(), withDays(all.slice(-drawn)), keyOf, versionOf, build);
  const beginning = all.length <= drawn && !(channel && store.hasOlder(channel.id));
  byId("beginning").textContent = beginning ? (all.length ? "The beginning." : "Nothing here yet.") : "Older messages…";
  if (atEnd) box.scrollTop = box.scrollHeight;
  else if (before !== firstDrawn()) box.scrollTop = box.scrollHeight - fromEnd;
  tellNew(all, channel);
}

const firstDrawn = () => list().querySelector(".message")?.dataset.key;

const keyOf = (item) => item.ts ?? item.day;
const versionOf = (item) => (item.ts ? version(item) : item.day);

function build(item) {
  if (item.ts) return messageNode(item, { openThread });
  return el("li", { class: "day" }, el("span", null, dayName(item.at)));
}

function withDays(messages) {
  const out = [];
  let day = null;
  for (const message of messages) {
    const at = ofTs(message.ts);
    if (dayOf(at) !== day) out.push({ day: (day = dayOf(at)), at });
    out.push(message);
  }
  return out;
}

// Whoever listens instead of looking hears what is new, and what was seen counts as read.
function tellNew(all, channel) {
  const last = all.at(-1);
  if (last && newest !== null && last.ts > newest && last.from !== store.me()?.id) announce(`${nameOf(last.from)}: ${last.text}`);
  newest = last?.ts ?? "";
  if (document.visibilityState === "visible" && channel?.unread) post("read", { as: state.me, channel: channel.id });
}

async function scrolled() {
  if (loading || scroller().scrollTop > 600) return;
  const channel = store.channelHere();
  if (!channel) return;
  const here = store.inChannel(channel.id).length;
  if (drawn >= here && !store.hasOlder(channel.id)) return;
  loading = true;
  drawn += STEP;
  if (drawn > here && store.hasOlder(channel.id)) await store.loadOlder(channel.id);
  else drawMessages();
  loading = false;
}
