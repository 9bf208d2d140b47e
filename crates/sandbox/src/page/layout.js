// The right column with its tabs. On narrow windows it is a drawer, and on phones a bar at the bottom changes between
// views.

import { byId, el, fill } from "./dom.js";

const PANES = [["tour", "Tour"], ["events", "Make things happen"], ["traffic", "Traffic"], ["inbox", "Inbox"]];
const VIEWS = [["slack", "💬", "Slack"], ["tour", "✓", "Tour"], ["inbox", "☎", "dialnote"], ["events", "⚡", "Events"]];

const phone = matchMedia("(max-width: 760px)");
const narrow = matchMedia("(max-width: 1199px)");
export const isPhone = () => phone.matches;
export const isNarrow = () => narrow.matches;

let opener = null;

export function startLayout() {
  const panes = PANES.map(([name, label]) => {
    const role = name === "inbox" ? { "aria-label": "dialnote inbox" } : { role: "tabpanel", "aria-labelledby": `tab-${name}` };
    return el("section", { id: `pane-${name}`, class: "pane", "data-label": label, ...role });
  });
  fill(byId("right"), el("div", { class: "panel-head" }, tablist(),
    el("button", { type: "button", class: "quiet close", "aria-label": "Close", onclick: closePanel }, "×")), el("div", { class: "panes" }, panes));
  fill(byId("bar"), VIEWS.map(([name, icon, label]) => el("button", { type: "button", "data-view": name, onclick: () => showView(name) },
    el("span", { class: "icon", "aria-hidden": "true" }, icon), label)));
  byId("right").addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) closePanel();
  });
  for (const query of [phone, narrow]) query.addEventListener("change", mark);
  mark();
}

function tablist() {
  const tab = ([name, label]) => el("button", {
    type: "button", role: "tab", class: "tab", id: `tab-${name}`, "aria-controls": `pane-${name}`, "data-tab-of": name, onclick: () => showPane(name),
  }, label);
  const tabs = el("div", { role: "tablist", class: "tabs", "aria-label": "Sandbox" }, PANES.map(tab));
  tabs.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const all = [...tabs.children].filter((one) => one.checkVisibility());
    const next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
    next.click();
    next.focus();
  });
  return tabs;
}

// The buttons in the header that open the drawer.
export function drawerButtons() {
  return el("div", { class: "drawer-buttons", role: "group", "aria-label": "Panels" }, PANES.map(([name, label]) => el("button", {
    type: "button", "data-drawer": name, "aria-expanded": "false", "aria-controls": "right",
    onclick: () => (document.body.dataset.open && document.body.dataset.pane === name ? closePanel() : showPane(name, true)),
  }, label.split(" ")[0] === "Make" ? "Events" : label)));
}

export const pane = () => document.body.dataset.pane;

// Shows a pane; `reveal` also opens the drawer, or changes the view of a phone.
export function showPane(name, reveal = false) {
  document.body.dataset.pane = name;
  if (reveal && isPhone()) document.body.dataset.view = name === "traffic" ? "events" : name;
  if (reveal && isNarrow() && !isPhone() && !document.body.dataset.open) {
    opener = document.activeElement;
    document.body.dataset.open = "yes";
    byId("right").querySelector(".close").focus();
  }
  mark();
  document.dispatchEvent(new CustomEvent("pane", { detail: name }));
  if (reveal && !isNarrow()) byId(`pane-${name}`).scrollIntoView({ block: "nearest" });
}

export function closePanel() {
  delete document.body.dataset.open;
  if (isPhone()) document.body.dataset.view = "slack";
  mark();
  if (opener?.isConnected && !isPhone()) opener.focus();
  opener = null;
}

// The view of a phone. Elsewhere Slack is always in view.
export function showView(name) {
  document.body.dataset.view = name;
  if (name === "slack") mark();
  else showPane(name);
}

export function showSlack() {
  if (isPhone()) showView("slack");
  else if (isNarrow()) closePanel();
}

function mark() {
  const { pane: current, view, open } = document.body.dataset;
  for (const [name] of PANES) {
    const on = name === current || (!isNarrow() && name === "tour" && current === "inbox");
    byId(`tab-${name}`).setAttribute("aria-selected", String(on));
    byId(`tab-${name}`).tabIndex = on ? 0 : -1;
    document.querySelector(`[data-drawer="${name}"]`)?.setAttribute("aria-expanded", String(Boolean(open) && on));
  }
  for (const button of byId("bar").children) {
    if (button.dataset.view === view) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
  }
}
