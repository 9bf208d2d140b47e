// Block Kit's blocks. A stand is where they stand: in a message or in a view.

import { el, newId } from "./dom.js";
import { element } from "./elements.js";
import { richText } from "./rich.js";
import { words } from "./text.js";

const DRAW = {
  header: (block) => el("h3", { class: "block-header" }, words(block.text)),
  section: (block, stand) => el("div", { class: "block-section" },
    el("div", { class: "grow" },
      block.text ? el("div", { class: "text" }, words(block.text)) : null,
      block.fields ? el("div", { class: "fields" }, block.fields.map((field) => el("div", { class: "text" }, words(field)))) : null),
    block.accessory ? el("div", { class: "accessory" }, part(block.accessory, block, stand)) : null),
  context: (block, stand) => el("div", { class: "block-context" }, block.elements.map((one) =>
    one.type === "image" ? picture(one, "tiny") : el("span", { class: "text" }, words(one)))),
  actions: (block, stand) => el("div", { class: "block-actions" }, block.elements.map((one) => part(one, block, stand))),
  divider: () => el("hr"),
  image: (block) => el("figure", null, block.title ? el("figcaption", null, words(block.title)) : null, picture(block, "wide")),
  rich_text: richText,
  input: field,
};

const part = (one, block, stand) => (one.type === "image" ? picture(one, "small") : element(one, block, stand));

// Pictures live elsewhere, and nothing here leaves this machine: their description stands for them.
function picture(image, size) {
  return el("span", { class: `picture ${size}`, role: "img", "aria-label": image.alt_text, title: image.image_url }, image.alt_text);
}

function field(block, stand) {
  const error = stand.error(block);
  const labels = stand.labels(block, block.element);
  const own = ["checkboxes", "radio_buttons"].includes(block.element.type);
  const caption = [words(block.label), block.optional ? el("span", { class: "faint" }, " (optional)") : null];
  return el("div", { class: error ? "block-input wrong" : "block-input", "data-block": block.block_id },
    own ? el("div", { class: "caption" }, caption) : el("label", { class: "caption", for: labels.id }, caption),
    element(block.element, block, stand),
    error ? el("p", { class: "error", id: labels.describe, role: "alert" }, error) : null,
    block.hint ? el("p", { class: "hint" }, words(block.hint)) : null);
}

export function draw(blocks, stand) {
  return (blocks ?? []).map((block) => DRAW[block.type]?.(block, stand) ?? el("p", { class: "faint" }, `[${block.type}]`));
}

// What messages and views have in common as a place for blocks.
export function stand({ place, press, saved, keep, errors, redraw }) {
  const ids = new Map();
  const idOf = (block, part) => {
    const key = `${block.block_id}/${part?.action_id}`;
    if (!ids.has(key)) ids.set(key, newId("field"));
    return ids.get(key);
  };
  return {
    id: newId("stand"), place, press, redraw,
    saved: (block, part) => saved?.[block.block_id]?.[part.action_id],
    keep: keep ?? (() => {}),
    error: (block) => errors?.[block.block_id],
    label: (block) => (block.type === "input" ? block.label.text : null),
    labels: (block, part) => {
      const id = idOf(block, part);
      const describe = `${id}-error`;
      const wrong = Boolean(errors?.[block.block_id]);
      return { id, describe, describedby: wrong ? describe : null, invalid: wrong ? "true" : null };
    },
  };
}
