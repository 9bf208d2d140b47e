// Workflows: a person fills in the inputs of one of the app's steps, runs it, and sees its outputs or its error.

import { act } from "./api.js";
import { byId, el, fill, reconcile, refill } from "./dom.js";
import { on, state } from "./store.js";
import { clock } from "./when.js";

const PEOPLE = "slack#/types/user_id";
const GROUPS = "slack#/types/usergroup_id";
const CHANNELS = "slack#/types/channel_id";

export function startWorkflows() {
  on(["functions", "people", "groups", "channels"], draw);
}

export function workflowSection() {
  return el("section", { id: "workflows", "aria-labelledby": "workflows-title", hidden: true }, el("h3", { id: "workflows-title" }, "Workflows"),
    el("p", { class: "hint" }, "An admin allows steps in the rules: /dialnote settings."),
    el("label", null, el("span", null, "Step"), el("select", { id: "step-which", onchange: drawInputs })),
    el("form", { id: "step-form", onsubmit: run }), el("ol", { id: "executions", role: "log", "aria-label": "Steps that ran" }));
}

const steps = () => state.functions?.declared ?? [];
const chosen = () => steps().find((one) => one.callback_id === byId("step-which").value);

function draw() {
  byId("workflows").hidden = steps().length === 0;
  refill(byId("step-which"), JSON.stringify(steps().map((one) => one.callback_id)), () => steps().map((one) => el("option", { value: one.callback_id }, one.title)));
  drawInputs();
  const ended = [...(state.functions?.executions ?? [])].reverse();
  reconcile(byId("executions"), ended, (one) => one.id, (one) => JSON.stringify(one.end), execution);
}

function drawInputs() {
  const step = chosen();
  const lists = [state.people, state.groups, state.channels].map((all) => all.map((one) => one.id));
  refill(byId("step-form"), JSON.stringify([step?.callback_id, lists]), () => (step ? [step.inputs.map(input),
    el("div", { class: "row" }, el("button", { type: "submit", id: "run-step", "data-focus": "run-step" }, "Run step"))] : []));
}

function input(one) {
  const id = `step-${one.name}`;
  const choices = options(one.type);
  const common = { id, "data-focus": id, "data-input": one.name, required: one.is_required, "aria-describedby": `${id}-hint` };
  const control = choices ? el("select", common, el("option", { value: "" }, one.is_required ? "Choose" : "None"), choices) : el("input", { ...common, type: "text", autocomplete: "off" });
  return [el("label", null, el("span", null, one.title || one.name, one.is_required ? " *" : ""), control), el("p", { class: "hint", id: `${id}-hint` }, one.description)];
}

function options(type) {
  const option = (value, label) => el("option", { value }, label);
  if (type === PEOPLE) return state.people.filter((one) => !one.bot && !one.deleted).map((one) => option(one.id, one.called || one.name));
  if (type === GROUPS) return state.groups.map((one) => option(one.id, `@${one.handle}`));
  if (type === CHANNELS) return state.channels.filter((one) => one.kind !== "direct").map((one) => option(one.id, `#${one.name}`));
  return null;
}

function run(event) {
  event.preventDefault();
  const fields = [...byId("step-form").querySelectorAll("[data-input]")].filter((field) => field.value.trim());
  act("run_step", { callback_id: byId("step-which").value, inputs: Object.fromEntries(fields.map((field) => [field.dataset.input, field.value.trim()])) });
}

function execution(one) {
  const title = steps().find((step) => step.callback_id === one.callback_id)?.title ?? one.callback_id;
  const outputs = Object.entries(one.end?.success ?? {});
  const node = el("li", { class: "execution", "data-step": one.callback_id });
  return fill(node, el("p", null, el("strong", null, title), el("span", { class: "faint" }, ` · ${clock(new Date(one.at))} · ${word(one.end)}`)),
    one.end?.error ? el("p", { class: "error" }, one.end.error) : null,
    outputs.length ? el("dl", null, outputs.map(([name, value]) => [el("dt", null, name), el("dd", null, String(value))])) : null);
}

function word(end) {
  if (!end) return "running";
  return end.error ? "failed" : "done";
}
