// The left: the workspace, who I am, channels, and the app. Switching the person changes all that
// is visible, so it is a switch and not a menu.

import { arrows, byId, el, fill } from "./dom.js";
import { opened } from "./channel.js";
import { avatar } from "./people.js";
import * as store from "./store.js";
import { state } from "./store.js";

export function startSidebar() {
  store.on(["people", "channels", "workspace", "place", "connected"], drawSidebar);
  arrows(byId("side"), ".person");
  arrows(byId("side"), ".place");
}

let look = null;

function drawSidebar() {
  const fresh = JSON.stringify([state.people, state.channels, state.place, state.me]);
  if (fresh === look || !state.people.length) return;
  look = fresh;
  const focused = document.activeElement?.dataset.focus;
  const people = el("div", { class: "people", role: "radiogroup", "aria-label": "Who am I" }, state.people.filter((one) => !one.bot).map(someone));
  const channels = el("ul", { class: "places" }, state.channels.filter((one) => one.kind !== "direct").map((one) => el("li", null, placeButton(one.id, hash(one), one.unread))));
  const app = el("ul", { class: "places" }, el("li", null, placeButton("app", [el("img", { class: "avatar mini", src: "/page/icon.svg", alt: "" }), "dialnote"], store.direct()?.unread ?? 0)));
  fill(byId("side"),
    el("p", { class: "workspace" }, state.workspace.name),
    el("h2", null, "I am"), people,
    el("h2", null, "Channels"), channels,
    el("h2", null, "Direct messages"), app);
  if (focused) byId("side").querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
}

const hash = (channel) => `${channel.kind === "private" ? "🔒" : "#"} ${channel.name}`;

function someone(person) {
  const mine = person.handle === state.me;
  const others = !mine && person.unread;
  return el("button", {
    type: "button", class: "person", role: "radio", "aria-checked": String(mine), "data-person": person.handle, "data-focus": `person-${person.handle}`,
    title: `${person.name}${person.admin ? ", admin" : ""}`, onclick: () => become(person.handle),
  }, avatar(person.name, "small"), el("span", { class: "label" }, person.handle),
  others ? el("span", { class: "badge", "aria-label": `${others} unread` }, String(others)) : null);
}

function placeButton(id, label, unread) {
  return el("button", {
    type: "button", class: unread ? "place unread" : "place", "aria-current": state.place === id ? "page" : null, "data-place": id,
    "data-focus": `place-${id}`, onclick: () => go(id),
  }, el("span", { class: "label" }, label), unread ? el("span", { class: "badge", "aria-label": `${unread} unread` }, String(unread)) : null);
}

export function become(handle) {
  if (handle === state.me) return;
  state.me = handle;
  state.thread = null;
  store.connect();
  remember();
  if (state.place === "app" && state.tab === "home") opened();
}

export function go(place) {
  state.place = place;
  // As in Slack: what was not read yet comes before the app's home.
  const home = place === "app" && state.installed.features?.app_home?.home_tab_enabled && !store.direct()?.unread;
  state.tab = home ? "home" : "messages";
  state.thread = null;
  store.changed("place");
  remember();
  document.body.classList.remove("side-open");
  if (state.tab === "home") opened();
}

// The address says who and where, so that two windows can be two people.
function remember() {
  history.replaceState(null, "", `/#as=${state.me}&in=${state.place}`);
}

export function recall() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  state.me = wanted.get("as") ?? state.me;
  state.place = wanted.get("in") ?? state.place;
}
