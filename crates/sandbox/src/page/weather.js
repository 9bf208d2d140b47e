// The line at the top: what is wrong at the moment, each with its way back, and what time it is.

import { byId, el, fill } from "./dom.js";
import { FAULTS, isOn, runApp, turn } from "./faults.js";
import { now, on, state } from "./store.js";
import { clock, dayName } from "./when.js";

const TICK_MS = 5000;

export function startWeather() {
  on(["weather"], drawWeather);
  on(["connected"], () => {
    byId("connection").hidden = state.connected;
  });
  on(["now"], drawClock);
  setInterval(drawClock, TICK_MS);
}

function drawWeather() {
  const chip = (label, undo, name) => el("span", { class: "chip warn", "data-chip": name }, label,
    el("button", { type: "button", class: "quiet", "aria-label": `End: ${label}`, onclick: undo }, "×"));
  const dead = state.weather.app_runs === false ? [chip("The app was killed", () => runApp(true), "app")] : [];
  fill(byId("weather"), dead, FAULTS.filter(isOn).map((fault) => chip(fault.label, () => turn(fault, false), fault.name)));
}

function drawClock() {
  const shown = byId("clock");
  const text = `${dayName(now())} ${clock(now())}`;
  const ahead = Math.round(state.ahead / 3_600_000);
  const apart = ahead ? ` (${ahead} h ahead)` : "";
  if (shown.textContent !== text + apart) shown.textContent = text + apart;
}
