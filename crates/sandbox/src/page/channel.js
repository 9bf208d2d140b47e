// The middle of the page: a channel, or the app with its Home and its direct messages.

import { act, post } from "./api.js";
import { composer } from "./composer.js";
import { byId, el, fill, refill } from "./dom.js";
import { startExamples } from "./examples.js";
import { drawHome } from "./home.js";
import { drawMessages, setUpLog } from "./log.js";
import { showPane } from "./layout.js";
import { drawSlackbot, setUpSlackbot } from "./slackbot.js";
import * as store from "./store.js";
import { state } from "./store.js";

let drawnFor = null;

const place = () => byId("place");

export function startChannel() {
  store.on(["place", "tab", "channels", "installed", "whole", "messages", "removed", "views", "dialnote", "objects", "slackbot"], drawPlace);
}

function drawPlace() {
  const key = `${state.me}/${state.place}/${state.tab}/${store.channelHere()?.id}/${isInstalled()}/${state.tour?.era}`;
  if (key !== drawnFor) setUp(key);
  drawHead();
  if (isSlackbot()) drawSlackbot();
  else if (isHome()) drawHome(byId("home"));
  else drawMessages(empty);
}

const isHome = () => state.place === "app" && state.tab === "home";
const isSlackbot = () => state.place === "slackbot";
const isInstalled = () => state.workspace.is_installed !== false;

function setUp(key) {
  drawnFor = key;
  fill(place(), el("header", { id: "place-head" }),
    isInstalled() ? null : installBanner(),
    isSlackbot() ? setUpSlackbot() : isHome() ? el("div", { id: "home", class: "home", tabindex: "0", role: "region", "aria-label": "Home" })
      : [setUpLog(el("div", { id: "beginning" })), foot()]);
}

function installBanner() {
  return el("div", { id: "install", role: "status" }, el("span", null, "The app isn’t installed in this workspace."),
    el("a", { class: "button primary", href: `${state.weather.app_url}/slack/install`, target: "_blank", rel: "noopener noreferrer" }, "Install it"));
}

function foot() {
  if (!isInstalled()) return null;
  const features = state.installed.features ?? {};
  if (state.place === "app" && features.app_home?.messages_tab_read_only_enabled) {
    return el("p", { class: "closed faint" }, "Sending messages to this app has been turned off.");
  }
  const box = composer({ id: "composer-text", channel: state.place === "app" ? "dm" : state.place, label: `Message ${title()}` });
  return [state.place === "app" ? prompts(features.agent_view) : startExamples(), box];
}

// The prompts that the app suggests in its direct message. A chosen one is sent like any other message.
function prompts(agent) {
  const suggested = agent?.suggested_prompts ?? [];
  if (!suggested.length) return null;
  return el("div", { class: "examples prompts", role: "group", "aria-label": "Suggested prompts" },
    suggested.map(({ title, message }) => el("button", { type: "button", onclick: () => act("say", { channel: "dm", text: message }) }, title)));
}

const NAMES = { app: "dialnote", slackbot: "Slackbot" };
const title = () => NAMES[state.place] ?? `#${store.channelById(state.place)?.name ?? ""}`;

// The shared number of a channel with the same name: "front-desk" and "Front desk".
const folded = (name) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
const numberOf = (channel) => state.dialnote.numbers.find(({ name }) => folded(name) === folded(channel?.name ?? ""));

function drawHead() {
  const head = byId("place-head");
  const about = isSlackbot() ? ["Slack’s assistant, which calls dialnote for you"] : state.place === "app" ? [] : aboutChannel(store.channelHere());
  refill(head, JSON.stringify([title(), about, state.tab, state.me]), () => [
    el("h2", { id: "place-title" }, state.place in NAMES ? title() : [el("span", { "aria-hidden": "true" }, "# "), title().slice(1)]),
    el("p", { class: "faint cut" }, about.map((fact, at) => [at ? " · " : "", typeof fact === "string" ? fact : [fact.before, el("b", null, fact.name)]])),
    state.place === "app" ? tabs() : null,
  ]);
}

function tabs() {
  const tab = (name, label) => el("button", {
    type: "button", role: "tab", class: "tab", "aria-selected": String(state.tab === name), "data-tab": name, "data-focus": `tab-${name}`,
    tabindex: state.tab === name ? null : "-1", onclick: () => showTab(name),
  }, label);
  const other = () => showTab(state.tab === "home" ? "messages" : "home");
  return el("div", {
    role: "tablist", "aria-label": "The app", class: "tabs", onkeydown: (event) => ["ArrowLeft", "ArrowRight"].includes(event.key) && other(),
  }, tab("home", "Home"), tab("messages", "Messages"));
}

function aboutChannel(channel) {
  if (!channel) return [];
  const number = numberOf(channel);
  const has = (one) => one.phoneNumber?.name === number?.name && one.status === "open" && !one.assignedTo;
  const unassigned = number ? state.dialnote.conversations.filter(has).length : 0;
  return [
    `${channel.members} member${channel.members === 1 ? "" : "s"}`,
    channel.archived ? "archived" : null,
    isInstalled() && !channel.bot ? "dialnote isn’t in this channel" : null,
    number && channel.bot ? { before: "Cards for the shared number ", name: number.name } : null,
    number ? `${unassigned} unassigned` : null,
  ].filter(Boolean);
}

function empty() {
  if (state.place === "app") {
    return [el("p", null, "No messages yet. The app writes when someone assigns you a conversation, and answers what you write.")];
  }
  const number = numberOf(store.channelHere());
  const words = number ? `No cards in ${title()} yet. Cards appear when a call to ${number.name} comes in.` : `No messages in ${title()} yet.`;
  return [el("p", null, words), el("p", { class: "row wrap" },
    el("button", { type: "button", onclick: () => showPane("events", true) }, "Make a call come in"),
    el("button", { type: "button", onclick: () => showPane("tour", true) }, "Show the tour"))];
}

export function showTab(name) {
  state.tab = name;
  if (name === "home") opened();
  store.changed("tab");
  document.querySelector(`[data-tab="${name}"]`)?.focus();
}

// Slack reports an opened Home if the app subscribes to it.
export function opened() {
  const events = state.installed.settings?.event_subscriptions?.bot_events ?? [];
  if (events.includes("app_home_opened")) post("event", { type: "app_home_opened", user: state.me, tab: "home" });
}
