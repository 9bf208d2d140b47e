// Parts that cover the page for a moment: lists below a field, menus, and questions before an action.

import { el, newId } from "./dom.js";
import { words } from "./text.js";

const GAP = 4;
const LEAST = 240;

// Shows `popup` under `anchor`, or above it where there is more room.
export function showPopup(popup, anchor) {
  if (!popup.matches(":popover-open")) popup.showPopover();
  popup.anchoredTo = anchor;
  place(popup, anchor);
}

// A popup stays at its anchor, also after scrolling or a change of the window.
function placeAll() {
  for (const popup of document.querySelectorAll(".popup:popover-open")) place(popup, popup.anchoredTo);
}

window.addEventListener("resize", placeAll);
document.addEventListener("scroll", placeAll, { capture: true, passive: true });

// Without its anchor it stays in its place.
function place(popup, anchor) {
  if (!anchor.isConnected) return;
  const at = anchor.getBoundingClientRect();
  const below = window.innerHeight - at.bottom;
  const upward = below < 240 && at.top > below;
  const width = Math.min(Math.max(at.width, LEAST), window.innerWidth - 2 * GAP);
  popup.style.width = `${width}px`;
  popup.style.left = `${Math.max(GAP, Math.min(at.left, window.innerWidth - width - GAP))}px`;
  popup.style.maxHeight = `${Math.max(96, (upward ? at.top : below) - 3 * GAP)}px`;
  popup.style.top = upward ? "auto" : `${at.bottom + GAP}px`;
  popup.style.bottom = upward ? `${window.innerHeight - at.top + GAP}px` : "auto";
}

export function hidePopup(popup) {
  if (popup.isConnected && popup.matches(":popover-open")) popup.hidePopover();
}

// A menu of actions below a button: arrow keys move, Enter acts, Escape closes. It stays when the message with the
// button is redrawn, and the focus returns to the button that is there then.
export function popupMenu(anchor, entries) {
  let left = false;
  const button = now(anchor);
  const leave = () => {
    // Taking it away takes its focus, which is a reason to take it away.
    if (left) return;
    left = true;
    list.remove();
    button()?.setAttribute("aria-expanded", "false");
  };
  const item = ({ label, note, run, href, face, value }) => {
    const inside = [face ?? null, el("span", { class: "grow" }, label, note ? el("span", { class: "faint note" }, note) : null)];
    const chosen = () => {
      leave();
      button()?.focus();
      run();
    };
    const props = { role: "menuitem", class: "menu-item", "data-value": value, onclick: chosen };
    const target = href?.startsWith("#") ? null : "_blank";
    return href ? el("a", { ...props, href, target, rel: "noopener noreferrer" }, inside)
      : el("button", { ...props, type: "button" }, inside);
  };
  const list = el("div", { class: "popup", role: "menu", popover: "manual", id: newId("menu") }, entries.map(item));
  const items = [...list.children];
  list.addEventListener("keydown", (event) => {
    const at = items.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      items[(next + items.length) % items.length].focus();
    }
    if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      event.stopPropagation();
      leave();
      button()?.focus();
    }
  });
  list.addEventListener("focusout", (event) => {
    if (!list.contains(event.relatedTarget)) leave();
  });
  anchor.setAttribute("aria-expanded", "true");
  document.body.append(list);
  showPopup(list, anchor);
  items[0]?.focus();
}

// Returns a search for an element of a list's item that also works after the item was redrawn.
function now(element) {
  const item = element.closest("[data-key]");
  const list = item?.parentElement;
  const heir = item && `[data-key="${CSS.escape(item.dataset.key)}"] [data-focus="${CSS.escape(element.dataset.focus)}"]`;
  return () => (element.isConnected ? element : list?.querySelector(heir));
}

// Asks, and returns whether the person agreed. `question` is a confirmation object of Block Kit.
export function ask(question) {
  return new Promise((answer) => {
    const title = newId("question");
    const done = (agreed) => {
      dialog.close();
      dialog.remove();
      answer(agreed);
    };
    const style = question.style === "danger" ? "danger" : "primary";
    const dialog = el("dialog", { class: "question", "aria-labelledby": title },
      el("h2", { id: title }, words(question.title)),
      el("p", { class: "text" }, words(question.text)),
      el("div", { class: "row end" },
        el("button", { type: "button", onclick: () => done(false) }, words(question.deny)),
        el("button", { type: "button", class: style, "data-confirm": true, onclick: () => done(true) }, words(question.confirm))));
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      done(false);
    });
    dialog.addEventListener("keydown", (event) => event.stopPropagation());
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector("[data-confirm]").focus();
  });
}
