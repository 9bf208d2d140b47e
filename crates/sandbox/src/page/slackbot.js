// Slackbot, Slack's assistant, which calls the app's tools for a person. Real Slackbot chooses the tool and its
// arguments from words; here the person chooses them.

import { act, post } from "./api.js";
import { draw, stand } from "./blocks.js";
import { byId, el, fill, newId, reconcile } from "./dom.js";
import { ask } from "./overlay.js";
import { avatar } from "./people.js";
import { state } from "./store.js";

const LONG = 1000; // characters from which an argument gets several lines

let tools = []; // the app's tools, as the current person's Slackbot lists them
let chosen = null; // the name of the tool in the form

// The place's content. The answers are drawn by `drawSlackbot`, the form only when the tool changes.
export function setUpSlackbot() {
  tools = [];
  list();
  return [
    el("div", { id: "slackbot-scroller", tabindex: "0", role: "region", "aria-label": "Answers of Slackbot" },
      el("div", { id: "slackbot-log", role: "log", "aria-label": "Slackbot" })),
    el("form", { id: "slackbot-form", class: "slackbot-form", "aria-label": "Ask Slackbot", onsubmit: submitted }),
  ];
}

export function drawSlackbot() {
  const log = byId("slackbot-log");
  if (!log) return;
  const exchanges = state.slackbot.exchanges;
  reconcile(log, exchanges, (one) => one.id, (one) => JSON.stringify(one), exchangeNode);
  if (!exchanges.length) fill(log, el("p", { class: "faint" }, "Choose one of dialnote’s tools below. Real Slackbot chooses it from what you write."));
  const box = byId("slackbot-scroller");
  box.scrollTop = box.scrollHeight;
}

async function list() {
  const answer = await post("slackbot_tools", { as: state.me });
  tools = answer.tools ?? [];
  if (answer.error) return byId("slackbot-form")?.replaceChildren(el("p", { class: "error", role: "alert" }, answer.error));
  if (!tools.some((tool) => tool.name === chosen)) chosen = tools[0]?.name;
  drawForm();
}

function drawForm() {
  const form = byId("slackbot-form");
  const tool = tools.find(({ name }) => name === chosen);
  if (!form || !tool) return;
  const id = newId("tool");
  const option = ({ name, title }) => el("option", { value: name, selected: name === chosen }, title);
  const choose = (event) => {
    chosen = event.target.value;
    drawForm();
    byId("slackbot-form").querySelector("select").focus();
  };
  fill(form,
    el("label", { for: id }, "Tool"), el("select", { id, name: "tool", onchange: choose }, tools.map(option)),
    Object.entries(tool.inputSchema.properties).map(([name, schema]) => field(name, schema, tool.inputSchema.required.includes(name))),
    el("div", { class: "row end" }, el("button", { type: "submit", class: "primary" }, "Ask Slackbot")));
}

function field(name, schema, required) {
  const id = newId("argument");
  const props = { id, name, required, "data-argument": name, "aria-describedby": `${id}-about` };
  return [
    el("label", { for: id }, name, required ? null : el("span", { class: "faint" }, " (optional)")),
    el("div", null, input(schema, props), el("p", { class: "hint", id: `${id}-about` }, schema.description)),
  ];
}

function input(schema, props) {
  if (schema.enum) return el("select", props, el("option", { value: "" }, "–"), schema.enum.map((name) => el("option", { value: name }, name)));
  if (schema.type === "integer") return el("input", { ...props, type: "number", min: schema.minimum });
  if (schema.maxLength > LONG) return el("textarea", { ...props, rows: 2, maxlength: schema.maxLength });
  return el("input", { ...props, type: "text", maxlength: schema.maxLength, autocomplete: "off" });
}

async function submitted(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const tool = tools.find(({ name }) => name === chosen);
  const args = {};
  for (const node of form.querySelectorAll("[data-argument]")) {
    if (node.value.trim()) args[node.name] = node.type === "number" ? Number(node.value) : node.value;
  }
  const button = form.querySelector("[type=submit]");
  button.setAttribute("aria-busy", "true");
  const outcome = await act("slackbot", { tool: chosen, arguments: args });
  if (outcome.asks && (await ask(consent(tool, args)))) await act("slackbot", { tool: chosen, arguments: args, allowed: true });
  button.removeAttribute("aria-busy");
}

const plain = (text) => ({ type: "plain_text", text });

function consent(tool, args) {
  return {
    title: plain(`Let Slackbot use “${tool.title}”?`), text: plain(`dialnote · ${called(tool.name, args)}`),
    confirm: plain("Allow once"), deny: plain("Deny"),
  };
}

const called = (tool, args) => [tool, ...Object.entries(args).map(([name, value]) => `${name}: ${value}`)].join(" · ");

function exchangeNode(exchange) {
  return el("article", { class: "message", "data-exchange": exchange.id, "aria-label": `Slackbot, ${exchange.tool || "dialnote"}` },
    el("div", { class: "beside" }, avatar("Slackbot")),
    el("div", { class: "body" },
      el("div", { class: "head" }, el("strong", null, "Slackbot"), el("span", { class: "app" }, "APP")),
      el("p", { class: "faint" }, called(exchange.tool, exchange.arguments)),
      exchange.error ? el("p", { class: "error", role: "alert" }, `The app’s answer is of no use: ${exchange.error}`) : null,
      exchange.violations.length ? el("p", { class: "error" }, `Slackbot dropped the blocks: ${exchange.violations.join(" · ")}`) : null,
      exchange.blocks.length ? el("div", { class: "blocks" }, draw(exchange.blocks, standOf(exchange))) : el("pre", { class: "text" }, exchange.text)));
}

// A press calls the tool, and its answer replaces the earlier one.
function standOf(exchange) {
  const press = (click) => (click.action_id.startsWith("tool:")
    ? act("slackbot_click", { exchange: exchange.id, action_id: click.action_id, value: click.value })
    : Promise.resolve());
  return stand({ place: { exchange: exchange.id }, press, redraw: drawSlackbot });
}
