// The top of the page: the name and purpose, the clock and its buttons, and the active faults.

import { deeds, post, toast } from "./api.js";
import { byId, el, fill, refill } from "./dom.js";
import { FAULTS, endAll, isOn, runApp, turn } from "./faults.js";
import { drawerButtons, isPhone } from "./layout.js";
import { ask } from "./overlay.js";
import { begin } from "./sidebar.js";
import { now, on, state } from "./store.js";
import { startTime, timeButtons } from "./time.js";
import { clock, dayOf, short, tick, weekday } from "./when.js";

const TICK_MS = 5000;
const ASKS_AFTER = 3; // the number of actions after which starting over asks first

let began = null;

export function startHeader() {
  fill(byId("top"),
    el("h1", null, el("span", { class: "wide-only" }, "dialnote for "), el("span", { class: "wide-only" }, "Slack · "), el("span", { class: "phone-only" }, "dialnote · "), "sandbox"),
    el("p", null, "Teams decide in Slack who owns each phone conversation. Everything here is simulated and local."),
    el("div", { class: "time", role: "group", "aria-label": "Time" }, el("time", { id: "clock" }), timeButtons("top")),
    drawerButtons(), startOverButton("top"));
  startTime();
  on(["weather", "connected"], drawAlerts);
  on(["now"], drawClock);
  setInterval(drawClock, TICK_MS);
}

// Everything that ends a fault is also here, in view of what it does.
function drawAlerts() {
  const faults = FAULTS.filter(isOn);
  const stopped = state.weather.app_runs === false;
  const lost = !state.connected;
  refill(byId("alerts"), JSON.stringify([faults.map(({ name }) => name), stopped, lost]), () => [
    lost ? el("span", { class: "alert", id: "connection" }, "Not connected to the sandbox") : null,
    stopped ? alert("app", "The app is stopped", () => runApp(true), "Start") : null,
    faults.map((fault) => alert(fault.name, fault.label, () => turn(fault, false), "End")),
    faults.length > 1 ? el("button", { type: "button", "data-focus": "end-all", onclick: endAll }, "End all faults") : null,
  ]);
}

function alert(name, label, undo, verb) {
  return el("span", { class: "alert", "data-fault": name }, `⚠️ ${label}`,
    el("button", { type: "button", "data-focus": `end-${name}`, "aria-label": `${verb}: ${label}`, onclick: undo }, verb));
}

function drawClock() {
  began ??= dayOf(now());
  const date = dayOf(now()) === began ? "" : `, ${short(now())}`;
  const words = `${weekday(now())}${date} ${clock(now())}`;
  if (byId("clock").textContent !== words) byId("clock").textContent = words;
  tick();
}

export function startOverButton(place) {
  return el("button", { type: "button", class: "start-over", id: place === "top" ? "start-over" : `start-over-${place}`, onclick: startOver }, "Start over");
}

const plain = (text) => ({ type: "plain_text", text });

async function startOver(event) {
  const button = event.currentTarget;
  const question = {
    title: plain("Start over?"), text: plain("Messages, conversations and the clock return to Monday morning."),
    confirm: plain("Start over"), deny: plain("Cancel"),
  };
  if (deeds.count > ASKS_AFTER && !(await ask(question))) return;
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  const outcome = await post("start_over", {});
  button.disabled = false;
  button.removeAttribute("aria-busy");
  if (outcome.error) return toast(outcome.error);
  deeds.count = 0;
  began = null;
  begin();
  document.dispatchEvent(new CustomEvent("started-over"));
  toast("Started over", "fine");
  if (isPhone()) document.body.dataset.view = "slack";
}
