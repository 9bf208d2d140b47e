// The pane with one thread.

import { act } from "./api.js";
import { composer } from "./composer.js";
import { byId, el, fill, reconcile } from "./dom.js";
import { isDismissed, messageNode, version } from "./message.js";
import * as store from "./store.js";
import { state } from "./store.js";

let open = null;

export function startThread() {
  store.on(["messages", "removed", "whole", "place", "objects"], drawThread);
}

export function openThread(message) {
  if (state.pane) act("close_object", {});
  state.thread = { channel: message.channel, ts: message.ts };
  store.loadThread(message.channel, message.ts);
  drawThread();
  (byId("thread-text") ?? byId("thread").querySelector("button")).focus();
}

export function closeThread() {
  const ts = state.thread?.ts;
  state.thread = null;
  drawThread();
  const line = (name) => document.querySelector(`#messages [data-ts="${ts}"] [data-focus="${name}"]`);
  (line("thread") ?? line("reply"))?.focus();
}

function drawThread() {
  const pane = byId("thread");
  const here = state.thread && state.thread.channel === store.channelHere()?.id && store.message(state.thread.channel, state.thread.ts);
  pane.hidden = !here;
  byId("middle").classList.toggle("with-thread", Boolean(here));
  if (!here) {
    open = null;
    if (state.thread && state.connected) state.thread = null;
    return;
  }
  const key = `${state.me}/${here.channel}/${here.ts}`;
  if (key !== open) setUp(key, pane, here);
  const all = store.inThread(here.channel, here.ts).filter((message) => !isDismissed(message));
  const box = byId("thread-scroller");
  const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
  reconcile(byId("thread-messages"), all, (m) => m.ts, (m) => version(m), (m) => messageNode(m, { inThread: true }));
  if (atEnd) box.scrollTop = box.scrollHeight;
}

function setUp(key, pane, message) {
  open = key;
  const channel = state.place === "app" ? "dm" : state.place;
  fill(pane,
    el("header", null, el("h3", null, "Thread"), el("button", { type: "button", class: "quiet", "aria-label": "Close thread", onclick: closeThread }, "×")),
    el("div", { id: "thread-scroller", tabindex: "0", role: "region", "aria-label": "Messages of the thread" }, el("div", { id: "thread-messages" })),
    composer({ id: "thread-text", channel, thread: message.ts, label: "Reply" }));
  pane.onkeydown = (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) closeThread();
  };
}
