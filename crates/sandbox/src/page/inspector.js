// The requests that went both ways, for who develops the app: what Slack and dialnote see of it.

import { el, fill, keepFocus, reconcile } from "./dom.js";
import { on } from "./store.js";

let pane = null;
let seen = false; // whether one looks at it
let wanted = "All";
const opened = new Set();
let asking = false;
let again = false;

export function startInspector(box) {
  pane = box;
  const services = ["All", "Slack", "dialnote"];
  const filters = el("div", { class: "filters", role: "group", "aria-label": "Show" });
  const drawFilters = () => fill(filters, services.map((name) => el("button", {
    type: "button", class: "filter", "aria-pressed": String(wanted === name),
    onclick: () => {
      wanted = name;
      drawFilters();
      filters.querySelector("[aria-pressed=true]").focus();
      refresh();
    },
  }, name)));
  drawFilters();
  fill(pane, filters, el("p", { class: "hint" }, "→ from Slack or dialnote to the app, ← from the app. Newest first; secrets are shortened."), el("ol", { id: "requests" }));
  document.addEventListener("pane", (event) => {
    seen = event.detail === "inspector";
    if (seen) refresh();
  });
  on(["now"], () => seen && refresh());
  setInterval(() => seen && refresh(), 2000);
}

async function refresh() {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  try {
    const response = await fetch("/_sandbox/traffic");
    const { lines } = await response.json();
    const shown = lines.filter((line) => wanted === "All" || line.service === wanted);
    reconcile(pane.querySelector("#requests"), shown, nameOf, (line) => JSON.stringify([line, opened.has(nameOf(line))]), node);
  } catch {
    // The line at the top says that the sandbox does not answer.
  }
  asking = false;
  if (again) {
    again = false;
    refresh();
  }
}

const nameOf = (line) => `${line.way}/${line.seq}`;

function node(line) {
  const bad = line.error || (line.status && line.status >= 400);
  const status = line.status ?? (line.error ? "–" : "…");
  const isOpen = opened.has(nameOf(line));
  const details = el("div", { class: "details" });
  if (isOpen) load(line, details);
  const toggle = () => {
    if (!opened.delete(nameOf(line))) opened.add(nameOf(line));
    const old = head.closest("li");
    const fresh = node(line);
    fresh.dataset.key = old.dataset.key;
    keepFocus(old, fresh);
  };
  const head = el("button", { type: "button", class: "request", "aria-expanded": String(isOpen), "data-focus": nameOf(line), onclick: toggle },
    el("span", { class: line.way, "aria-label": line.way === "call" ? "from the app" : "to the app" }, line.way === "call" ? "←" : "→"),
    el("span", { class: `tag service-${line.service}` }, line.service),
    el("span", { class: "grow cut code" }, line.what, line.who ? el("span", { class: "faint" }, ` ${line.who}`) : null),
    el("span", { class: bad ? "status bad" : "status" }, String(status)),
    el("span", { class: "faint ms" }, line.status ? `${line.ms} ms` : ""));
  return el("li", null, head, line.error ? el("p", { class: "error" }, line.error) : null, isOpen ? details : null);
}

async function load(line, box) {
  const response = await fetch(`/_sandbox/traffic/${nameOf(line)}`);
  const whole = await response.json();
  const pretty = (value) => (typeof value === "string" ? value : JSON.stringify(value, null, 2));
  const part = (title, value) => (value === null || value === undefined || value === "" ? null
    : el("section", null, el("h4", null, title), el("pre", { tabindex: "0" }, pretty(value))));
  const headers = Object.entries(whole.headers ?? {}).filter(([, value]) => value).map(([name, value]) => `${name}: ${value}`).join("\n");
  fill(box, whole.error ? el("p", { class: "error" }, whole.error) : null,
    el("p", { class: "faint code" }, whole.address ?? "", ` · ${new Date(line.at).toISOString()}`),
    part(line.way === "delivery" ? `Acknowledged in ${line.ms} ms with` : "Headers", line.way === "delivery" ? answerOf(line, whole) : headers),
    line.way === "delivery" ? part("Headers", headers) : null,
    part("Body", whole.body));
}

function answerOf(line, whole) {
  const body = whole.response === "" ? "(empty)" : whole.response;
  return line.status ? `${line.status} ${typeof body === "string" ? body : JSON.stringify(body, null, 2)}` : line.error ?? "not yet";
}
