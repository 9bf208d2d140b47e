// Requests to the sandbox, and the messages about what could not be done.

import { byId, el } from "./dom.js";
import { state } from "./store.js";

export async function post(verb, body) {
  try {
    const response = await fetch(`/_sandbox/${verb}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return await response.json();
  } catch {
    return { error: "The sandbox isn't responding. Start it again in its terminal.", status: null };
  }
}

export async function get(path) {
  try {
    const response = await fetch(`/_sandbox/${path}`);
    return response.ok ? await response.json() : {};
  } catch {
    return {};
  }
}

// The number of things done on this page since it was loaded or started over.
export const deeds = { count: 0, last: null };

// An action of the current person. Its message says why it failed, if it did.
export async function act(verb, body) {
  if (verb !== "options") {
    deeds.count += 1;
    deeds.last = performance.now();
    document.dispatchEvent(new CustomEvent("deed", { detail: { verb, ...body } }));
  }
  const outcome = await post(verb, { as: state.me, ...body });
  if (outcome.error) toast(complaint(outcome));
  return outcome;
}

// An event around Slack: a call, the clock, a fault.
export async function cause(verb, body) {
  deeds.count += 1;
  const outcome = await post(verb, body);
  if (outcome.error) toast(typeof outcome.error === "string" ? outcome.error : JSON.stringify(outcome.error));
  return outcome;
}

function complaint({ error, delivered }) {
  if (delivered && error === "operation_timeout") return "The app didn't answer within 3 s (operation_timeout).";
  if (delivered && error === "dispatch_failed") return "The app isn't running or refused the request (dispatch_failed).";
  return delivered ? `Slack refused the app’s answer: ${error}` : error;
}

const TOAST_MS = 8000;

export function toast(text, kind = "") {
  const close = el("button", { type: "button", class: "quiet", "aria-label": "Dismiss", onclick: () => box.remove() }, "×");
  const box = el("div", { class: `toast ${kind}` }, el("span", null, text), close);
  byId("toasts").append(box);
  setTimeout(() => box.remove(), TOAST_MS);
}

// Reads a text to screen readers. Texts within a moment are read together, so that none replaces another unread.
let unread = [];

export function announce(text) {
  unread.push(text);
  if (unread.length > 1) return;
  setTimeout(() => {
    byId("announcer").textContent = unread.join(". ");
    unread = [];
  }, 100);
}
