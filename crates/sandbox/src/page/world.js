// The world around the app: people who call and write, time that passes, and what goes wrong.

import { post, toast } from "./api.js";
import { el, fill, reconcile } from "./dom.js";
import { FAULTS, allWell, isOn, runApp, turn } from "./faults.js";
import { contactName, pretty } from "./people.js";
import { on, state } from "./store.js";

const HOUR = 3600;

const INCOMING = [
  { name: "missed", label: "Missed call", kind: "call" },
  { name: "call", label: "Call, answered", kind: "call", text: "Call, 3 min" },
  { name: "voicemail", label: "Voicemail", kind: "voicemail", typed: "Hello, could you call me back about my appointment?" },
  { name: "sms", label: "Text message", kind: "sms", typed: "Can I come an hour earlier tomorrow?" },
];

export function startWorld(pane) {
  const from = el("select", { id: "incoming-from" });
  const to = el("select", { id: "incoming-to" });
  const words = el("input", { id: "incoming-text", type: "text", placeholder: "Or something usual", autocomplete: "off" });
  const switches = el("ul", { class: "switches" });
  const app = el("div", { class: "row" });
  fill(pane,
    el("section", null, el("h2", null, "Somebody gets in touch"),
      el("label", null, "Who ", from), el("label", null, "On ", to), el("label", null, "What they say ", words),
      el("div", { class: "row wrap" }, INCOMING.map((what) => el("button", { type: "button", id: `incoming-${what.name}`, onclick: () => getInTouch(what, from, to, words) }, what.label)))),
    el("section", null, el("h2", null, "Time passes"),
      el("div", { class: "row wrap" }, [["An hour", HOUR, "hour"], ["A day", 24 * HOUR, "day"]].map(([label, seconds, name]) =>
        el("button", { type: "button", id: `pass-${name}`, onclick: () => pass(seconds) }, label))),
      el("p", { class: "hint" }, "Both services and the app go by the same clock, at the top of the page.")),
    el("section", null, el("h2", null, "What goes wrong"), switches,
      el("button", { type: "button", id: "all-well", onclick: allWell }, "All is well again")),
    el("section", null, el("h2", null, "The app"), app));
  on(["dialnote"], () => people(from, to));
  on(["weather"], () => {
    reconcile(switches, FAULTS, (fault) => fault.name, (fault) => isOn(fault), switchNode);
    theApp(app);
  });
}

function people(from, to) {
  const chosen = from.value;
  const known = [...state.dialnote.conversations].sort((a, b) => (a.id < b.id ? -1 : 1));
  fill(from, el("option", { value: "+14155550999" }, "Somebody new, +1 415 555 0999"),
    known.map(({ contact }) => el("option", { value: contact.phoneNumber }, `${contactName(contact)}, ${pretty(contact.phoneNumber)}`)));
  if (chosen) from.value = chosen;
  if (!to.options.length) fill(to, state.dialnote.numbers.map(({ number, name }) => el("option", { value: number }, name)));
}

async function getInTouch({ kind, text, typed }, from, to, words) {
  const said = words.value.trim() || (text ?? typed);
  const outcome = await post("incoming", { kind, from: from.value, to: to.value, ...(said && kind !== "call" ? { text: said } : {}), ...(text ? { text } : {}) });
  if (outcome.error) toast(outcome.error);
  else words.value = "";
}

async function pass(seconds) {
  const outcome = await post("clock", { seconds });
  if (outcome.error) toast(outcome.error);
}

function switchNode(fault) {
  const on = isOn(fault);
  return el("li", null,
    el("button", {
      type: "button", role: "switch", class: "switch", "aria-checked": String(on), id: `fault-${fault.name}`, "data-focus": fault.name,
      "aria-describedby": `about-${fault.name}`, onclick: () => turn(fault, !on),
    }, el("span", { class: "knob", "aria-hidden": "true" }), fault.label),
    el("p", { class: "hint", id: `about-${fault.name}` }, fault.effect));
}

function theApp(box) {
  const runs = state.weather.app_runs;
  const button = (id, label, running, disabled) => el("button", { type: "button", id, disabled, onclick: () => runApp(running) }, label);
  const words = { true: "The app is running.", false: "The app was killed. What was acknowledged waits in its database." }[runs] ?? "The app was started by somebody else, who can stop and start it.";
  fill(box, el("p", { class: "hint grow" }, words),
    runs === null || runs === undefined ? null : button("kill-app", "Kill it", false, !runs),
    runs === null || runs === undefined ? null : button("start-app", "Start it", true, runs));
}
