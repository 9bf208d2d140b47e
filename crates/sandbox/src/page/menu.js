// A menu with a search: for one or several options, which are fixed or asked for.

import { el, fill, newId } from "./dom.js";
import { hidePopup, showPopup } from "./overlay.js";

const TYPING_MS = 120;

// Texts without regard to letter case and accents.
const folded = (text) => text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();

export function fitting(options, query) {
  const wanted = folded(query.trim());
  return options.filter(({ label, also }) => folded(`${label} ${also ?? ""}`).includes(wanted));
}

// spec: label, placeholder, many, most, asChip: whether the choice is a chip with ×, chosen: [option],
// find: async (query) → {options, hint}, onchange: (chosen) → void, name, action, patient: whether finding costs
// something. An option is {value, label, note?, group?, also?}.
export function menu(spec) {
  let chosen = [...spec.chosen];
  let shown = [];
  let active = -1;
  let asked = 0;
  let timer = null; // runs while a query waits for the end of typing

  const list = el("ul", { id: newId("options"), class: "popup", role: "listbox", popover: "manual", "aria-label": spec.label });
  const input = el("input", {
    type: "text", role: "combobox", "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list",
    "aria-label": spec.label, placeholder: spec.placeholder, autocomplete: "off", spellcheck: "false",
    "data-focus": spec.name, "data-action": spec.action, id: spec.id, "aria-describedby": spec.describedby, "aria-invalid": spec.invalid,
  });
  const chips = el("span", { class: "chips" });
  const box = el("span", { class: spec.asChip ? "combo chipped" : "combo" }, chips, input, el("span", { class: "caret", "aria-hidden": "true" }, "▾"), list);

  const isOpen = () => list.matches(":popover-open");

  function rest() {
    input.value = spec.asChip ? "" : chosen[0]?.label ?? "";
  }

  function drawChips() {
    if (!spec.asChip) return;
    fill(chips, chosen.map(chip));
    input.placeholder = chosen.length ? "" : spec.placeholder;
    box.classList.toggle("full", !spec.many && chosen.length > 0);
  }

  function chip(option) {
    const drop = () => {
      choose(chosen.filter((other) => other.value !== option.value));
      input.focus();
    };
    return el("span", { class: "chip", "data-chosen": option.value }, option.label,
      el("button", { type: "button", class: "quiet", "aria-label": `Remove ${option.label}`, onclick: drop }, "×"));
  }

  function forget() {
    clearTimeout(timer);
    timer = null;
  }

  function close() {
    forget();
    asked += 1;
    hidePopup(list);
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    rest();
  }

  async function open(query) {
    forget();
    const question = (asked += 1);
    const { options, hint } = await spec.find(query);
    if (question !== asked || document.activeElement !== input) return;
    shown = options.filter((option) => !spec.many || !chosen.some((other) => other.value === option.value));
    draw(hint);
    showPopup(list, box);
    input.setAttribute("aria-expanded", "true");
    highlight(query && shown.length ? 0 : shown.findIndex((option) => option.value === chosen[0]?.value));
  }

  function draw(hint) {
    const rows = [];
    let group = null;
    for (const [place, option] of shown.entries()) {
      if (option.group && option.group !== group) rows.push(el("li", { class: "group", role: "presentation" }, option.group));
      group = option.group;
      rows.push(el("li", {
        role: "option", id: `${list.id}-${place}`, "data-value": option.value, "aria-selected": "false",
        onmousedown: (event) => event.preventDefault(), onclick: () => pick(option), onmousemove: () => highlight(place),
      }, el("span", null, option.label), option.note ? el("span", { class: "faint" }, option.note) : null));
    }
    if (!shown.length) rows.push(el("li", { class: "faint", role: "presentation" }, hint ?? "No matches"));
    fill(list, rows);
  }

  function highlight(place) {
    active = place;
    for (const row of list.querySelectorAll("[role=option]")) {
      const on = row.id === `${list.id}-${place}`;
      row.setAttribute("aria-selected", String(on));
      if (on) row.scrollIntoView({ block: "nearest" });
    }
    if (place >= 0) input.setAttribute("aria-activedescendant", `${list.id}-${place}`);
    else input.removeAttribute("aria-activedescendant");
  }

  function pick(option) {
    const room = !spec.most || chosen.length < spec.most;
    if (spec.many && !room) return;
    choose(spec.many ? [...chosen, option] : [option]);
  }

  function choose(next) {
    chosen = next;
    drawChips();
    close();
    spec.onchange(chosen);
  }

  function typed() {
    forget();
    if (spec.patient) timer = setTimeout(() => open(input.value), TYPING_MS);
    else open(input.value);
  }

  async function pressed(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (!isOpen()) open("");
      else if (shown.length) highlight((active + step + shown.length) % shown.length);
    } else if (event.key === "Enter" && (isOpen() || timer)) {
      event.preventDefault();
      event.stopPropagation();
      if (timer) await open(input.value);
      if (shown[active]) pick(shown[active]);
    } else if (event.key === "Escape" && isOpen()) {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === "Backspace" && !input.value && chosen.length) {
      choose(chosen.slice(0, -1));
    }
  }

  input.addEventListener("focus", () => input.select());
  input.addEventListener("click", () => {
    input.select();
    if (!isOpen()) open("");
  });
  input.addEventListener("input", typed);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", pressed);
  drawChips();
  rest();
  return box;
}
