// Make things happen: calls and messages, changes in dialnote, faults, and the app itself.

import { cause, toast } from "./api.js";
import { attendanceSection, startAttendance } from "./attendance.js";
import { byId, el, fill, reconcile, refill } from "./dom.js";
import { FAULTS, endAll, isOn, runApp, turn } from "./faults.js";
import { startOverButton } from "./header.js";
import { contactName, pretty } from "./people.js";
import { on, state } from "./store.js";
import { timeButtons } from "./time.js";
import { startWorkflows, workflowSection } from "./workflows.js";

const NEW_CALLER = "+14155550999";
const OFFLINE_S = 25 * 60;

const INCOMING = [
  { name: "missed", label: "Missed call", kind: "call" },
  { name: "call", label: "Answered call", kind: "call", fixed: "Call, 3 min" },
  { name: "voicemail", label: "Voicemail", kind: "voicemail", usual: "Hello, could you call me back about my appointment?" },
  { name: "sms", label: "Text message", kind: "sms", usual: "Can I come an hour earlier tomorrow?" },
];

const CHANGES = [
  { name: "assign", label: "Assign", fields: ({ member }) => ({ assignedToId: member }) },
  { name: "done", label: "Mark done", fields: () => ({ status: "done" }) },
  { name: "note", label: "Add note", fields: () => ({ note: "Asked for a call after 4 PM." }) },
];

export function startEvents() {
  fill(byId("pane-events"),
    el("section", { class: "narrow-part" }, el("h3", null, "Time"), timeButtons("pane"), startOverButton("pane")),
    callSection(), changeSection(), attendanceSection(), workflowSection(), faultSection(),
    el("section", null, el("h3", null, "The app"), el("div", { id: "the-app" })));
  startAttendance();
  startWorkflows();
  on(["dialnote"], drawLists);
  on(["weather"], () => {
    reconcile(byId("switches"), FAULTS, (fault) => fault.name, (fault) => isOn(fault), switchNode);
    drawApp();
  });
}

const field = (label, control) => el("label", null, el("span", null, label), control);

function callSection() {
  const words = el("input", { id: "incoming-text", type: "text", placeholder: "Left empty: a typical sentence", autocomplete: "off" });
  return el("section", { "aria-labelledby": "calls-title" }, el("h3", { id: "calls-title" }, "Someone calls"),
    field("Contact", el("select", { id: "incoming-from" })), field("To the number", el("select", { id: "incoming-to" })), field("They say", words),
    el("div", { class: "row wrap" }, INCOMING.map((what) => el("button", { type: "button", id: `incoming-${what.name}`, onclick: () => getInTouch(what) }, what.label))));
}

function changeSection() {
  return el("section", { "aria-labelledby": "changes-title" }, el("h3", { id: "changes-title" }, "Someone works in dialnote"),
    field("Conversation", el("select", { id: "change-which" })), field("Member", el("select", { id: "change-who" })),
    el("div", { class: "row wrap" },
      CHANGES.map((what) => el("button", { type: "button", id: `change-${what.name}`, onclick: () => changeIt(what) }, what.label)),
      el("button", { type: "button", id: "change-call", onclick: callBack }, "Call back")));
}

function faultSection() {
  return el("section", { "aria-labelledby": "faults-title" }, el("h3", { id: "faults-title" }, "Faults"), el("ul", { id: "switches", class: "switches" }),
    el("button", { type: "button", id: "end-all", onclick: endAll }, "End all faults"));
}

function drawLists() {
  const { conversations, numbers, members } = state.dialnote;
  const known = [...conversations].sort((a, b) => (a.id < b.id ? -1 : 1));
  const option = (value, label) => el("option", { value }, label);
  const list = (id, look, build) => {
    const chosen = byId(id).value;
    refill(byId(id), JSON.stringify(look), build);
    if (chosen) byId(id).value = chosen;
  };
  const names = known.map(({ id, contact }) => [id, contact]);
  list("incoming-from", names, () => [option(NEW_CALLER, "A new caller, +1 415 555 0999"),
    known.map(({ contact }) => option(contact.phoneNumber, `${contactName(contact)}, ${pretty(contact.phoneNumber)}`))]);
  list("incoming-to", numbers, () => numbers.map(({ number, name }) => option(number, name)));
  list("change-which", names, () => known.map(({ id, contact }) => option(id, contactName(contact))));
  list("change-who", members, () => members.map(({ id, name }) => option(id, name)));
}

async function getInTouch({ kind, fixed, usual }) {
  const typed = byId("incoming-text").value.trim();
  const text = kind === "call" ? fixed : typed || usual;
  const outcome = await cause("incoming", { kind, from: byId("incoming-from").value, to: byId("incoming-to").value, ...(text ? { text } : {}) });
  if (!outcome.error) byId("incoming-text").value = "";
}

const changeIt = ({ fields }) => cause("dialnote", { conversation: byId("change-which").value, ...fields({ member: byId("change-who").value }) });

function callBack() {
  const { contact, phoneNumber } = state.dialnote.conversations.find(({ id }) => id === byId("change-which").value);
  const member = state.dialnote.members.find(({ id }) => id === byId("change-who").value);
  const who = state.people.find(({ name }) => name === member.name)?.handle;
  return cause("incoming", { kind: "call", from: phoneNumber.number, to: contact.phoneNumber, as: who });
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

function drawApp() {
  const runs = state.weather.app_runs;
  const isHere = runs !== null && runs !== undefined;
  const words = { true: "The app is running.", false: "The app is stopped. What it acknowledged is in its database." }[runs] ?? "The app runs elsewhere. Stop and start it there.";
  const button = (id, label, disabled, run) => el("button", { type: "button", id, "data-focus": id, disabled, onclick: run }, label);
  refill(byId("the-app"), String(runs), () => [el("p", { class: "hint" }, words), isHere ? el("div", { class: "row wrap" },
    button("stop-app", "Stop", !runs, () => runApp(false)), button("start-app", "Start", runs, () => runApp(true)),
    button("offline", "Stop the app for 25 minutes", !runs, beOffline)) : null]);
}

// An absence, of which the app tells people afterwards.
async function beOffline() {
  await runApp(false);
  await cause("clock", { seconds: OFFLINE_S });
  await runApp(true);
  toast("The app was offline for 25 minutes", "fine");
}
