// The tour's panel and, on phones, its strip above the bar. Steps tick themselves in any order.

import { announce, post } from "./api.js";
import { byId, el, refill } from "./dom.js";
import { aimAt, run, show, until } from "./guide.js";
import { showPane, showSlack } from "./layout.js";
import { on, state } from "./store.js";
import { MORE, STEPS } from "./steps.js";
import { startOverButton } from "./header.js";

const LOOK_MS = 3000;

let open = null; // the name of an opened step; by default the first that isn't done
let running = null;
let told = null; // the steps whose ticks were announced
let hidden = localStorage.getItem("tour") === "hidden";

const isDone = (name) => state.tour.done.includes(name);

export const currentStep = () => STEPS.find(({ name }) => !isDone(name));
const opened = () => STEPS.find(({ name }) => name === open) ?? currentStep();

export function startTour() {
  on(["tour", "dialnote", "messages", "place", "weather", "people", "whole"], drawTour);
  document.addEventListener("pane", drawTour);
  document.addEventListener("started-over", () => {
    [open, told] = [null, null];
    showPane("tour");
    startLooking();
  });
  startLooking();
  drawTour();
}

// The first step is to look: three seconds, or until the first click.
function startLooking() {
  const looked = () => {
    removeEventListener("click", looked);
    if (state.connected && !isDone("look")) post("tour", { step: "look" });
  };
  addEventListener("click", looked);
  setTimeout(looked, LOOK_MS);
}

function drawTour() {
  tellTicks();
  const step = opened();
  const words = step?.words().map((part) => part.textContent ?? part).join("");
  const look = JSON.stringify([state.tour.done, step?.name, words, hidden, running]);
  refill(byId("pane-tour"), look, panel);
  refill(byId("coach"), look, coach);
  if (!running) aimAt(() => (hidden ? null : opened()?.where() ?? null));
}

function tellTicks() {
  const before = told;
  told = [...state.tour.done];
  if (!before) return;
  for (const step of STEPS.filter(({ name }) => isDone(name) && !before.includes(name))) {
    announce(`Tour: “${step.title}” is done`);
    if (open === step.name) open = null;
  }
}

function panel() {
  const done = STEPS.filter(({ name }) => isDone(name)).length;
  if (hidden) return el("div", { class: "row" }, el("h3", { class: "grow" }, `Tour · ${done} of ${STEPS.length}`), el("button", { type: "button", "data-focus": "tour-hide", onclick: hide }, "Show the tour"));
  return [
    el("h3", null, "Tour ", el("span", { class: "faint" }, `${done} of ${STEPS.length}${done < 2 ? " · about 5 min" : ""}`)),
    el("div", { class: "progress", role: "progressbar", "aria-label": "Tour progress", "aria-valuemin": "0", "aria-valuemax": String(STEPS.length), "aria-valuenow": String(done) },
      el("span", { class: `part-${done}` })),
    el("ol", { id: "steps" }, STEPS.map(item)),
    done === STEPS.length ? end() : null,
    el("div", { class: "row tour-foot" }, el("button", { type: "button", class: "quiet link", "data-focus": "tour-hide", onclick: hide }, "Hide the tour"), startOverButton("tour")),
  ];
}

function item(step, place) {
  const isOpen = opened() === step;
  const done = isDone(step.name);
  const state = done ? "done" : isOpen ? "now" : "";
  return el("li", { class: state, "data-step": step.name },
    el("span", { class: "tick", "aria-hidden": "true" }, done ? "✓" : String(place + 1)),
    el("div", { class: "grow" },
      el("button", { type: "button", class: "step", "aria-expanded": String(isOpen), "data-focus": `step-${step.name}`, onclick: () => toggle(step) },
        step.title, done ? el("span", { class: "unseen" }, " (done)") : null),
      isOpen ? detail(step) : null));
}

function toggle(step) {
  open = opened() === step ? null : step.name;
  drawTour();
}

function detail(step) {
  return el("div", { class: "detail" },
    el("p", null, step.words()),
    step.parts ? el("ul", { class: "parts" }, step.parts.map(([name, words]) => el("li", { class: isDone(name) ? "done" : "" }, el("span", { "aria-hidden": "true" }, isDone(name) ? "✓ " : "○ "), words))) : null,
    step.justLook ? null : el("div", { class: "row wrap" },
      el("button", { type: "button", class: "primary", "data-focus": `show-${step.name}`, "data-show": step.name, disabled: Boolean(running), onclick: () => showMe(step) }, "Show me where"),
      el("button", { type: "button", "data-focus": `do-${step.name}`, "data-do": step.name, disabled: Boolean(running), "aria-busy": running === step.name ? "true" : null, onclick: () => doIt(step) }, "Do it for me")));
}

function end() {
  return el("section", { class: "tour-end", "aria-label": "End of the tour" }, el("h4", null, "That’s the product."),
    el("p", null, el("button", { type: "button", class: "quiet link", onclick: () => showPane("traffic", true) }, "What every request looked like")),
    el("p", null, "To connect a real workspace, read README.md."),
    el("details", null, el("summary", null, "More to try"), el("dl", null, MORE.map(([title, how]) => [el("dt", null, title), el("dd", null, how)]))));
}

function coach() {
  const step = currentStep();
  if (!step || hidden) return [];
  const place = STEPS.indexOf(step) + 1;
  return [el("p", null, el("b", null, `Tour ${place} of ${STEPS.length}. `), step.words()),
    step.justLook ? null : el("button", { type: "button", class: "primary", "data-focus": "coach-show", onclick: () => showMe(step) }, "Show me")];
}

function hide() {
  hidden = !hidden;
  localStorage.setItem("tour", hidden ? "hidden" : "shown");
  drawTour();
}

// Goes where the step happens, and rings its control.
async function showMe(step) {
  if (step.go) await run(step.go);
  else showSlack();
  const node = await until(step.where, 3000);
  if (node) show(node);
  if (node?.matches("textarea")) node.focus();
  aimAt(() => step.where());
}

async function doIt(step) {
  running = step.name;
  open = step.name;
  drawTour();
  const went = await run(step.run);
  if (went) await until(() => isDone(step.name), 15_000);
  running = null;
  open = null;
  drawTour();
}
