// The right: dialnote's inbox, the world around it, and the requests that went both ways.

import { byId, el, fill } from "./dom.js";
import { startInbox } from "./inbox.js";
import { startInspector } from "./inspector.js";
import { startWorld } from "./world.js";

const TABS = [["inbox", "Inbox", startInbox], ["world", "World", startWorld], ["inspector", "Requests", startInspector]];

export function startRight() {
  const tab = ([name, label]) => el("button", {
    type: "button", role: "tab", class: "tab", id: `tab-${name}`, "aria-controls": `pane-${name}`, "data-pane": name, onclick: () => showPane(name),
  }, label);
  const tabs = el("div", { role: "tablist", class: "tabs", "aria-label": "dialnote and the world" }, TABS.map(tab));
  tabs.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = TABS.findIndex(([name]) => document.activeElement.dataset.pane === name);
    showPane(TABS[(at + step + TABS.length) % TABS.length][0]);
    tabs.querySelector("[aria-selected=true]").focus();
  });
  const panes = TABS.map(([name]) => el("div", { role: "tabpanel", id: `pane-${name}`, class: "pane", "aria-labelledby": `tab-${name}` }));
  fill(byId("right"), tabs, panes);
  for (const [place, [, , start]] of TABS.entries()) start(panes[place]);
  showPane("inbox");
}

export function showPane(wanted) {
  for (const [name] of TABS) {
    byId(`pane-${name}`).hidden = name !== wanted;
    byId(`tab-${name}`).setAttribute("aria-selected", String(name === wanted));
    byId(`tab-${name}`).tabIndex = name === wanted ? 0 : -1;
  }
  document.dispatchEvent(new CustomEvent("pane", { detail: wanted }));
}
