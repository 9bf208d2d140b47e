// Traffic: the requests between the two services and the app, for readers who want to know what happened.

import { get, deeds } from "./api.js";
import { byId, el, fill, keepFocus, reconcile } from "./dom.js";
import { pane } from "./layout.js";
import { on, state } from "./store.js";
import { clock } from "./when.js";

const FILTERS = ["All", "Slack", "dialnote", "Failed"];
const REFRESH_MS = 2000;

let wanted = "All";
const opened = new Set();
let asking = false;
let again = false;

export function startTraffic() {
  const filters = el("div", { class: "filters", role: "group", "aria-label": "Show" });
  const drawFilters = () => fill(filters, FILTERS.map((name) => el("button", {
    type: "button", class: "filter", "aria-pressed": String(wanted === name),
    onclick: () => {
      wanted = name;
      drawFilters();
      filters.querySelector("[aria-pressed=true]").focus();
      refresh();
    },
  }, name)));
  drawFilters();
  fill(byId("pane-traffic"), el("h3", { class: "unseen" }, "Traffic"), filters,
    el("p", { class: "hint" }, "Newest first. Secrets are shortened."), el("ol", { id: "requests" }), differences());
  document.addEventListener("pane", refresh);
  document.addEventListener("deed", refresh);
  on(["now"], refresh);
  setInterval(refresh, REFRESH_MS);
}

function differences() {
  return el("footer", { class: "hint" }, "Differs from real Slack: spacing, wrapping and colours of blocks, other clients, notifications, and images, of which only the description is shown. Both services run on this machine.");
}

const fits = (line) => wanted === "All" || line.service === wanted || (wanted === "Failed" && isBad(line));
const isBad = (line) => Boolean(line.error) || line.status >= 400;

async function refresh() {
  if (pane() !== "traffic") return;
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  const { lines = [] } = await get("traffic");
  const latest = deeds.last ? lines.find((line) => line.way === "delivery" && line.who === state.me) : null;
  const mark = (line) => line === latest;
  reconcile(byId("requests"), lines.filter(fits), nameOf, (line) => JSON.stringify([line, opened.has(nameOf(line)), mark(line)]), (line) => node(line, mark(line)));
  asking = false;
  if (again) {
    again = false;
    refresh();
  }
}

const nameOf = (line) => `${line.way}/${line.seq}`;
const direction = (line) => (line.way === "call" ? `app → ${line.service}` : `${line.service} → app`);

function node(line, isCaused) {
  const isOpen = opened.has(nameOf(line));
  const details = el("div", { class: "details" });
  if (isOpen) load(line, details);
  const toggle = () => {
    if (!opened.delete(nameOf(line))) opened.add(nameOf(line));
    const old = head.closest("li");
    const fresh = node(line, isCaused);
    fresh.dataset.key = old.dataset.key;
    keepFocus(old, fresh);
  };
  const head = el("button", { type: "button", class: "request", "aria-expanded": String(isOpen), "data-focus": nameOf(line), onclick: toggle },
    el("span", { class: `way ${line.service}` }, direction(line)),
    el("span", { class: isBad(line) ? "status bad" : "status" }, String(line.status ?? (line.error ? "failed" : "…"))),
    el("span", { class: "faint" }, line.status ? `${line.ms} ms` : ""),
    el("span", { class: "code cut" }, line.what, line.who ? el("span", { class: "faint" }, ` ${line.who}`) : null),
    el("span", { class: "faint" }, clock(new Date(line.at))));
  return el("li", { class: isCaused ? "caused" : null }, isCaused ? el("p", { class: "hint" }, "Your last action") : null, head,
    line.error ? el("p", { class: "error" }, line.error) : null,
    line.unshown && !line.error ? el("p", { class: "error" }, "Accepted, but not shown") : null, isOpen ? details : null);
}

async function load(line, box) {
  const whole = await get(`traffic/${nameOf(line)}`);
  const pretty = (value) => (typeof value === "string" ? value : JSON.stringify(value, null, 2));
  const part = (title, value) => (value === null || value === undefined || value === "" ? null
    : el("section", null, el("h4", null, title), el("pre", { tabindex: "0" }, pretty(value))));
  const headers = Object.entries(whole.headers ?? {}).filter(([, value]) => value).map(([name, value]) => `${name}: ${value}`).join("\n");
  const answer = line.way === "delivery" ? part(`Acknowledged in ${line.ms} ms with`, answerOf(line, whole)) : null;
  fill(box, whole.error ? el("p", { class: "error" }, whole.error) : null,
    el("p", { class: "faint code" }, whole.address ?? "", ` · ${new Date(line.at).toISOString()}`),
    whole.unshown?.length ? part("Accepted, but not shown", whole.unshown.join("\n")) : null,
    answer, part("Headers", headers), part("Body", whole.body));
}

function answerOf(line, whole) {
  const body = whole.response === "" ? "(empty)" : whole.response;
  return line.status ? `${line.status} ${typeof body === "string" ? body : JSON.stringify(body, null, 2)}` : line.error ?? "not yet";
}
