// Modals: the one on top of the person's stack. They cover the messages only, so that faults can be switched beside
// them.

import { act } from "./api.js";
import { draw, stand } from "./blocks.js";
import { byId, el, fill, newId } from "./dom.js";
import { stateOf } from "./options.js";
import { on, state } from "./store.js";
import { words } from "./text.js";

// Input that was not sent yet: view → block → action → input.
const drafts = new Map();
let shown = null;
let opener = null;
let openerPlace = {}; // where the opener is found again after its card was redrawn

const draftOf = (view) => drafts.get(view.id) ?? {};

export function startViews() {
  on(["views", "whole"], () => drawModals());
  document.addEventListener("keydown", (event) => {
    const top = state.views.stack.at(-1);
    const elsewhere = document.activeElement !== document.body && !byId("middle").contains(document.activeElement);
    if (event.key !== "Escape" || event.defaultPrevented || !top || elsewhere) return;
    event.preventDefault();
    leave(top, false);
  });
}

const leave = (view, all) => act("close", { view_id: view.id, all });

// A stand for a view's blocks. It keeps input until it is submitted.
export function viewStand(view, redraw) {
  const place = { view_id: view.id };
  const keep = (block, part, value) => {
    const draft = drafts.get(view.id) ?? {};
    (draft[block.block_id] ??= {})[part.action_id] = value;
    drafts.set(view.id, draft);
  };
  const press = async (pressed) => {
    const modal = view.body.type === "modal";
    return act("click", { ...place, ...pressed, ...(modal ? { values: valid(view) } : {}) });
  };
  return stand({ place, press, saved: saved(view), keep, errors: view.errors, redraw });
}

// The input that still has a field: an update may have removed others.
function valid(view) {
  const draft = draftOf(view);
  const there = (block) => block.element?.action_id ?? block.accessory?.action_id;
  const blocks = view.body.blocks.filter((block) => draft[block.block_id]);
  const fields = (block) => Object.entries(draft[block.block_id]).filter(([id]) =>
    there(block) === id || block.elements?.some((part) => part.action_id === id));
  return Object.fromEntries(blocks.map((block) => [block.block_id, Object.fromEntries(fields(block))]));
}

// The input that Slack knows, and on top of it the input since.
function saved(view) {
  const all = structuredClone(view.typed ?? {});
  const draft = draftOf(view);
  for (const block of view.body.blocks) {
    for (const part of [block.element, block.accessory, ...(block.elements ?? [])]) {
      const given = part?.action_id && draft[block.block_id]?.[part.action_id];
      if (given !== undefined) (all[block.block_id] ??= {})[part.action_id] = stateOf(part, given);
    }
  }
  return all;
}

function drawModals(again) {
  const top = state.views.stack.at(-1);
  const known = new Set([...state.views.stack, state.views.home].filter(Boolean).map((view) => view.id));
  for (const id of drafts.keys()) if (!known.has(id)) drafts.delete(id);
  const look = top ? `${top.id}/${top.hash}/${JSON.stringify([top.errors, top.banner])}` : null;
  if (look === shown && again !== true) return;
  const before = shown;
  shown = look;
  byId("place").inert = Boolean(top);
  byId("thread").inert = Boolean(top);
  byId("object").inert = Boolean(top);
  if (!top) {
    byId("modals").replaceChildren();
    if (opener?.isConnected) opener.focus();
    else if (before) (openerAgain() ?? byId("composer-text"))?.focus();
    return;
  }
  if (!before) {
    opener = document.activeElement;
    openerPlace = { inPane: byId("object").contains(opener), ts: opener?.closest("[data-ts]")?.dataset.ts, ...opener?.dataset };
  }
  const box = modal(top);
  const fresh = !before?.startsWith(`${top.id}/`);
  const focused = document.activeElement?.dataset.focus;
  fill(byId("modals"), el("div", { class: "veil" }, box));
  focusIn(box, fresh ? null : focused);
}

function openerAgain() {
  const { inPane, ts, focus, action } = openerPlace;
  const find = (css) => (inPane ? byId("object").querySelector(css) : ts && document.querySelector(`#messages [data-ts="${ts}"] ${css}`));
  return find(`[data-focus="${CSS.escape(focus ?? "")}"]`) || find(`[data-action="${CSS.escape(action ?? "")}"]`) || null;
}

function modal(view) {
  const { title, submit, close, blocks } = view.body;
  const heading = newId("modal");
  const below = state.views.stack.length > 1;
  const content = el("div", { class: "content" },
    view.banner ? el("p", { class: "banner", role: "alert" }, view.banner) : null,
    draw(blocks, viewStand(view, () => drawModals(true))));
  // A window without controls is scrolled by keyboard, too.
  if (!content.querySelector("a, button, input, textarea, select")) Object.assign(content, { tabIndex: 0, role: "group" }).setAttribute("aria-labelledby", heading);
  const box = el("form", { class: "modal", role: "dialog", "aria-labelledby": heading, "data-view": view.id, novalidate: true },
    el("header", null,
      el("img", { class: "avatar", src: "/page/icon.svg", alt: "" }), el("h2", { id: heading }, words(title)),
      el("button", { type: "button", class: "quiet", "aria-label": "Close", onclick: () => leave(view, true) }, "×")),
    content,
    el("footer", { class: "row end" },
      el("button", { type: "button", onclick: () => leave(view, false) }, close ? words(close) : below ? "Back" : "Close"),
      submit ? el("button", { type: "submit", class: "primary" }, words(submit)) : null));
  box.addEventListener("keydown", (event) => trap(event, box));
  box.addEventListener("submit", (event) => {
    event.preventDefault();
    hand(view, box);
  });
  return box;
}

// Tab stays in the window.
function trap(event, box) {
  if (event.key !== "Tab") return;
  const all = [...box.querySelectorAll("a[href], button:not([disabled]), input, textarea, select, [tabindex='0']")].filter((one) => one.checkVisibility());
  const end = event.shiftKey ? all[0] : all.at(-1);
  if (document.activeElement !== end) return;
  event.preventDefault();
  (event.shiftKey ? all.at(-1) : all[0]).focus();
}

async function hand(view, box) {
  const button = box.querySelector("[type=submit]");
  if (!button || button.disabled) return;
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  await act("submit", { view_id: view.id, values: valid(view) });
  button.disabled = false;
  button.removeAttribute("aria-busy");
}

function focusIn(box, focused) {
  const wrong = box.querySelector(".wrong input, .wrong textarea");
  const wanted = focused && box.querySelector(`[data-focus="${CSS.escape(focused)}"]`);
  const first = box.querySelector(".content input, .content textarea, .content button, .content a");
  (wrong ?? wanted ?? first ?? box.querySelector("footer button")).focus();
}
