// The field for messages and commands: Enter sends, Shift+Enter begins a new line, and a list completes words.

import { act, toast } from "./api.js";
import { hint, offers } from "./complete.js";
import { el, fill, newId } from "./dom.js";
import { hidePopup, popupMenu, showPopup } from "./overlay.js";
import { face } from "./people.js";
import { state } from "./store.js";

export function composer({ id, channel, thread, label }) {
  let options = [];
  let from = 0;
  let active = 0;

  const list = el("ul", { id: newId("words"), class: "popup completions", role: "listbox", popover: "manual", "aria-label": "Suggestions" });
  const usage = el("p", { class: "usage", id: newId("usage"), "aria-live": "polite" });
  const area = el("textarea", {
    id, rows: 1, "aria-label": label, placeholder: thread ? "Reply…" : `${label}, or type / for commands`, role: "combobox",
    "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list", "aria-describedby": usage.id, autocomplete: "off",
  });
  const box = el("div", { class: "composer" }, usage, area,
    el("div", { class: "row" }, thread ? null : shortcuts(), el("span", { class: "grow" }),
      el("button", { type: "button", class: "primary send", onclick: send }, "Send")), list);

  function suggest() {
    const found = offers(area.value, area.selectionStart);
    ({ options, from } = found);
    usage.textContent = hint(area.value);
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, 240)}px`;
    if (!options.length) return close();
    fill(list, options.map(row));
    showPopup(list, box);
    area.setAttribute("aria-expanded", "true");
    highlight(0);
  }

  function row(option, place) {
    return el("li", {
      role: "option", id: `${list.id}-${place}`, "data-value": option.label, onmousedown: (event) => event.preventDefault(),
      onclick: () => take(option), onmousemove: () => highlight(place),
    }, option.face ? face(option.face, "mini") : null,
    el("span", null, el("strong", null, option.label), option.hint ? el("span", { class: "code" }, ` ${option.hint}`) : null),
    option.note ? el("span", { class: "faint" }, option.note) : null);
  }

  function highlight(place) {
    active = place;
    for (const [at, one] of [...list.children].entries()) {
      one.setAttribute("aria-selected", String(at === place));
      if (at === place) one.scrollIntoView({ block: "nearest" });
    }
    area.setAttribute("aria-activedescendant", `${list.id}-${place}`);
  }

  function close() {
    options = [];
    hidePopup(list);
    area.setAttribute("aria-expanded", "false");
    area.removeAttribute("aria-activedescendant");
  }

  function take(option) {
    const after = area.value.slice(area.selectionStart);
    const before = area.value.slice(0, from) + option.insert;
    area.value = before + after.replace(/^\s/, "");
    area.setSelectionRange(before.length, before.length);
    area.focus();
    suggest();
  }

  async function send() {
    const text = area.value.trim();
    if (!text) return;
    if (thread && text.startsWith("/")) return toast("Slack has no slash commands in threads. Type it in the channel.");
    area.value = "";
    suggest();
    const verb = text.startsWith("/") ? "slash" : "say";
    const outcome = await act(verb, thread ? { channel, text, thread_ts: thread } : { channel, text });
    const lost = outcome.error && !outcome.delivered && !area.value;
    if (lost) area.value = text;
  }

  area.fillIn = (text) => {
    area.value = text;
    area.focus();
    area.setSelectionRange(text.length, text.length);
    suggest();
    close();
  };
  area.addEventListener("input", suggest);
  area.addEventListener("blur", close);
  area.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (options.length && step) {
      event.preventDefault();
      highlight((active + step + options.length) % options.length);
    } else if (options.length && (event.key === "Tab" || event.key === "Enter") && !event.shiftKey) {
      event.preventDefault();
      take(options[active]);
    } else if (options.length && event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      send();
    }
  });
  return box;
}

// Global shortcuts of the app.
function shortcuts() {
  const known = (state.installed.features?.shortcuts ?? []).filter((shortcut) => shortcut.type === "global");
  const entries = known.map((shortcut) => ({
    label: shortcut.name, note: shortcut.description, value: shortcut.callback_id, run: () => act("shortcut", { callback_id: shortcut.callback_id }),
  }));
  if (!entries.length) return null;
  return el("button", {
    type: "button", class: "quiet", "aria-haspopup": "menu", "aria-expanded": "false",
    onclick: (event) => popupMenu(event.currentTarget, entries),
  }, "⚡ Shortcuts");
}
