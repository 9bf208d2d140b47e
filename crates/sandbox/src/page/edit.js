// Editing the fields of a Work Object in its pane.

import { act, announce } from "./api.js";
import { draw, stand } from "./blocks.js";
import { el } from "./dom.js";
import { stateOf } from "./options.js";
import { isLate } from "./patience.js";

let open = null; // {id, values: field → input, saves: saved edits of the pane at the beginning}

// Whether the pane is being edited. It no longer is once what was saved has come back.
export function editing(pane) {
  if (open?.id !== pane.id) return false;
  if (open.saves === pane.saves) return true;
  open = null;
  announce("Saved");
  return false;
}

export const forgetEdit = () => {
  open = null;
};

export function startEdit(pane, redraw) {
  open = { id: pane.id, values: {}, saves: pane.saves };
  redraw();
  document.querySelector("#object form input, #object form textarea, #object form button")?.focus();
}

export function editForm(pane, redraw) {
  const keep = (block, part, value) => {
    open.values[block.block_id] = value;
  };
  const options = (part, block, value) => act("object_options", { field: block.block_id, value });
  const place = stand({ place: {}, press: () => {}, saved: saved(pane), keep, errors: pane.field_errors, redraw, options });
  const waiting = Boolean(pane.saving_since) && !isLate(pane.saving_since);
  const leave = () => {
    forgetEdit();
    act("cancel_object_edit", {});
    redraw();
    document.querySelector("[data-focus=edit-object]")?.focus();
  };
  const save = (event) => {
    event.preventDefault();
    act("edit_object", { values: open.values });
  };
  const form = el("form", { class: "object-edit", "aria-label": "Edit", novalidate: true, onsubmit: save },
    complaint(pane),
    draw(pane.inputs, place),
    el("div", { class: "row end" },
      el("button", { type: "button", "data-focus": "cancel-edit", onclick: leave }, "Cancel"),
      el("button", { type: "submit", class: "primary", "data-focus": "save-edit", disabled: waiting, "aria-busy": waiting ? "true" : null }, waiting ? "Saving…" : "Save")));
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    leave();
  });
  return form;
}

function complaint(pane) {
  const { save_error: error } = pane;
  const words = isLate(pane.saving_since) ? "The app didn’t answer within 30 s." : error && (error.custom_message ?? "The changes weren’t saved. Try again?");
  return words ? el("div", { class: "banner", role: "alert" }, error?.custom_title ? el("strong", null, error.custom_title, ": ") : null, words) : null;
}

// The input that Slack knows, and on top of it the input since.
function saved(pane) {
  const all = structuredClone(pane.typed);
  for (const { block_id: field, element } of pane.inputs) {
    if (field in open.values) all[field] = { [element.action_id]: stateOf(element, open.values[field]) };
  }
  return all;
}
