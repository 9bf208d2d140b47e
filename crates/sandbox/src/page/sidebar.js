// The left: the workspace, the person one is, channels, and the app.

import { opened } from "./channel.js";
import { arrows, byId, el, refill } from "./dom.js";
import { isPhone, showSlack } from "./layout.js";
import { popupMenu } from "./overlay.js";
import { avatar } from "./people.js";
import * as store from "./store.js";
import { state } from "./store.js";

const BEGINS = { me: state.me, place: state.place };

export function startSidebar() {
  store.on(["people", "channels", "workspace", "place", "connected", "dialnote", "slackbot"], drawSidebar);
  matchMedia("(max-width: 760px)").addEventListener("change", drawSidebar);
  arrows(byId("side"), ".person");
  arrows(byId("side"), ".place");
}

function drawSidebar() {
  if (!state.people.length) return;
  const channels = state.channels.filter((one) => one.kind !== "direct");
  const unread = store.direct()?.unread ?? 0;
  const linked = state.people.map(store.isLinked);
  refill(byId("side"), JSON.stringify([state.people, channels, unread, linked, state.place, state.me, isPhone(), state.slackbot.knows_the_app]), () => [
    el("h2", null, state.workspace.name, " ", el("span", { class: "tag" }, "Slack · simulated")),
    isPhone() ? whoMenu() : el("div", { class: "me" }, el("h3", { id: "you-are" }, "You are ", el("span", { class: "tag" }, "sandbox")),
      el("div", { role: "radiogroup", "aria-labelledby": "you-are" }, people().map(someone))),
    // On a phone the row scrolls sideways, and the person's messages must be in view.
    isPhone() ? [theApp(unread), theChannels(channels), slackbot()] : [theChannels(channels), slackbot(), theApp(unread)],
  ]);
}

const theChannels = (channels) => [
  el("h3", null, "Channels"),
  channels.map((one) => placeButton(one.id, [el("span", { "aria-hidden": "true" }, one.kind === "private" ? "🔒" : "#"), el("span", { class: "name" }, one.name)], one.unread)),
];

const theApp = (unread) => [
  el("h3", null, "Apps"),
  placeButton("app", [el("img", { class: "avatar small", src: "/page/icon.svg", alt: "" }), el("span", { class: "name" }, "dialnote")], unread, "the app"),
];

// Slackbot is in every workspace, and here only if it can call the app.
const slackbot = () => (state.slackbot.knows_the_app
  ? [el("h3", null, "Direct messages"), placeButton("slackbot", [avatar("Slackbot", "small"), el("span", { class: "name" }, "Slackbot")], 0)]
  : []);

const people = () => state.people.filter((one) => !one.bot && !one.deleted);
const about = (person) => (!store.isLinked(person) ? "not linked" : person.admin ? "admin" : null);

function someone(person) {
  const mine = person.handle === state.me;
  const unread = mine ? 0 : person.unread;
  return el("button", {
    type: "button", class: "item person", role: "radio", "aria-checked": String(mine), "data-person": person.handle,
    "data-focus": `person-${person.handle}`, tabindex: mine ? null : "-1", onclick: () => become(person.handle),
  }, avatar(person.name, "small"), el("span", { class: "name" }, person.called || person.name), note(about(person)), badge(unread, "unread direct message"));
}

// On a phone the current person is a button with a list of all.
function whoMenu() {
  const current = store.me();
  const entry = (person) => ({
    label: person.called || person.name, face: avatar(person.name, "small"), value: person.handle, run: () => become(person.handle),
    note: [about(person), person.unread && person.handle !== state.me ? `${person.unread} unread` : null].filter(Boolean).join(" · "),
  });
  return el("button", {
    type: "button", class: "item who", "aria-haspopup": "menu", "aria-expanded": "false", "data-focus": "who",
    "data-me": state.me, onclick: (event) => popupMenu(event.currentTarget, people().map(entry)),
  }, avatar(current?.name ?? state.me, "small"), el("span", { class: "unseen" }, "You are "), el("span", { class: "name" }, current?.called ?? state.me), el("span", { "aria-hidden": "true" }, "▾"));
}

const note = (words) => (words ? el("small", null, words) : null);
const badge = (count, what) => (count ? el("span", { class: "badge", "aria-label": `${count} ${what}${count === 1 ? "" : "s"}` }, String(count)) : null);

function placeButton(id, label, unread, about) {
  return el("button", {
    type: "button", class: unread ? "item place unread" : "item place", "aria-current": state.place === id ? "page" : null, "data-place": id,
    "data-focus": `place-${id}`, onclick: () => go(id),
  }, label, note(about), badge(unread, "unread message"));
}

export function become(handle) {
  if (handle === state.me) return;
  state.me = handle;
  state.thread = null;
  store.connect();
  remember();
  store.changed("place");
  if (state.place === "app" && state.tab === "home") opened();
}

// Becomes the person, in the place, where the page begins.
export function begin() {
  become(BEGINS.me);
  go(BEGINS.place);
}

export function go(place, tab) {
  state.place = place;
  // As in Slack, unread messages come before Home.
  const home = place === "app" && state.installed.features?.app_home?.home_tab_enabled && !store.direct()?.unread;
  state.tab = tab ?? (home ? "home" : "messages");
  state.thread = null;
  store.changed("place");
  remember();
  showSlack();
  if (state.tab === "home") opened();
}

// The address names person and place, so that two windows can be two people.
function remember() {
  history.replaceState(null, "", `/#as=${state.me}&in=${state.place}`);
}

export function recall() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  state.me = wanted.get("as") ?? state.me;
  state.place = wanted.get("in") ?? state.place;
}
