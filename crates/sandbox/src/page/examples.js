// Three commands above the composer, chosen for the channel, the person and the step of the tour. A click fills the
// composer and sends nothing.

import { byId, el, refill } from "./dom.js";
import { typedName } from "./people.js";
import { me, on, state } from "./store.js";
import { exampleOf } from "./steps.js";
import { currentStep } from "./tour.js";

export function startExamples() {
  const box = el("div", { id: "examples", class: "examples", role: "group", "aria-label": "Examples. A click fills the message field." });
  setTimeout(drawExamples);
  return box;
}

on(["dialnote", "tour", "place", "people"], drawExamples);

function drawExamples() {
  const box = byId("examples");
  if (!box) return;
  const lines = examples();
  refill(box, JSON.stringify(lines), () => [el("span", { "aria-hidden": "true" }, "Try"), lines.map((line) => el("button", {
    type: "button", "data-focus": `example-${line}`, "data-example": line, onclick: () => byId("composer-text").fillIn(line),
  }, line))]);
}

function examples() {
  const open = state.dialnote.conversations.filter(({ status }) => status === "open");
  const mine = open.find(({ assignedTo }) => assignedTo?.name === me()?.name);
  const free = open.find(({ assignedTo, contact }) => !assignedTo && contact.firstName && contact.lastName);
  const other = state.me === "zoe" ? "leo" : "zoe";
  const wanted = [
    exampleOf(currentStep()),
    mine ? `/done ${typedName(mine.contact)}` : null,
    free ? `/assign @${other} ${typedName(free.contact)}` : null,
    "/inbox unassigned", "/dialnote help", "/inbox",
  ];
  return [...new Set(wanted.filter(Boolean))].slice(0, 3);
}
