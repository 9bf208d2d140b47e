// Asks the sandbox to do something, and says so if it cannot be done.

import { byId, el } from "./dom.js";
import { state } from "./store.js";

export async function post(verb, body) {
  let answer;
  try {
    const response = await fetch(`/_sandbox/${verb}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    answer = await response.json();
  } catch {
    answer = { error: "The sandbox does not answer. Is it still running?", status: null };
  }
  return answer;
}

// The same as the person at this window. Slack's complaint about the app is shown, and so is what
// cannot be done at all.
export async function act(verb, body) {
  const outcome = await post(verb, { as: state.me, ...body });
  if (outcome.error) toast(complaint(outcome));
  return outcome;
}

function complaint({ error, delivered }) {
  if (delivered && error === "operation_timeout") return "The app did not answer within three seconds (operation_timeout).";
  if (delivered && error === "dispatch_failed") return "The app could not be reached, or refused (dispatch_failed).";
  return delivered ? `Slack did not like the app’s answer: ${error}` : error;
}

const TOAST_MS = 8000;

export function toast(text) {
  const close = el("button", { type: "button", class: "quiet", "aria-label": "Dismiss", onclick: () => box.remove() }, "×");
  const box = el("div", { class: "toast" }, el("span", null, text), close);
  byId("toasts").append(box);
  setTimeout(() => box.remove(), TOAST_MS);
}

export function announce(text) {
  byId("announcer").textContent = text;
}
