// Who is there: people's statuses, and the people of user groups.

import { cause } from "./api.js";
import { byId, el, refill } from "./dom.js";
import { on, state } from "./store.js";

const HOUR_S = 3600;

const STATUSES = [
  { value: "", label: "None" },
  { value: "palm_tree", label: "Vacationing 🌴", text: "Vacationing" },
  { value: "face_with_thermometer", label: "Out sick 🤒", text: "Out sick" },
  { value: "spiral_calendar_pad", label: "In a meeting, 1 h 🗓️", text: "In a meeting", seconds: HOUR_S },
  { value: "house_with_garden", label: "Working remotely 🏡", text: "Working remotely" },
];

export function startAttendance() {
  on(["people", "groups"], draw);
}

const field = (label, control) => el("label", null, el("span", null, label), control);

export function attendanceSection() {
  const status = el("select", { id: "status-which" }, STATUSES.map(({ value, label }) => el("option", { value }, label)));
  return el("section", { "aria-labelledby": "attendance-title" }, el("h3", { id: "attendance-title" }, "Someone is away or back"),
    field("Person", el("select", { id: "status-who", onchange: draw })), field("Status in Slack", status),
    el("div", { class: "row wrap" }, el("button", { type: "button", id: "set-slack-status", onclick: setStatus }, "Set status")),
    field("User group", el("select", { id: "group-which", onchange: draw })), el("p", { class: "hint", id: "group-people" }),
    el("div", { class: "row wrap" }, el("button", { type: "button", id: "group-change", onclick: changeGroup }, "Add")));
}

const people = () => state.people.filter((one) => !one.bot && !one.deleted);
const person = () => people().find(({ handle }) => handle === byId("status-who").value);
const group = () => state.groups.find(({ handle }) => handle === byId("group-which").value);
const called = (one) => one.called || one.name;

function draw() {
  list("status-who", people().map((one) => [one.handle, one.status ? `${called(one)} · ${one.status.text || one.status.emoji}` : called(one)]));
  list("group-which", state.groups.map(({ handle }) => [handle, `@${handle}`]));
  const [who, which] = [person(), group()];
  if (!who || !which) return;
  const named = people().filter(({ id }) => which.users.includes(id)).map(called);
  byId("group-people").textContent = named.length ? named.join(", ") : "No one";
  byId("group-change").textContent = which.users.includes(who.id) ? `Remove ${called(who)}` : `Add ${called(who)}`;
}

function list(id, options) {
  const chosen = byId(id).value;
  refill(byId(id), JSON.stringify(options), () => options.map(([value, label]) => el("option", { value }, label)));
  if (chosen) byId(id).value = chosen;
}

function setStatus() {
  const { value, text, seconds } = STATUSES.find((one) => one.value === byId("status-which").value);
  return cause("status", { as: byId("status-who").value, emoji: value, ...(value ? { text } : {}), ...(seconds ? { seconds } : {}) });
}

function changeGroup() {
  const [who, which] = [person(), group()];
  const rest = which.users.filter((id) => id !== who.id);
  return cause("group", { group: which.handle, people: rest.length < which.users.length ? rest : [...rest, who.id] });
}
