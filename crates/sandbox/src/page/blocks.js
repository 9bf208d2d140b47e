// Block Kit's blocks. A stand is the place of blocks: a message or a view.

import { chart } from "./chart.js";
import { el, newId } from "./dom.js";
import { element } from "./elements.js";
import { avatar } from "./people.js";
import { richText, richParts } from "./rich.js";
import { state } from "./store.js";
import { words } from "./text.js";

// The blocks of 2025 and 2026. An old client shows the text of a message with one of them.
const NEWER = ["alert", "card", "carousel", "container", "context_actions", "data_table", "data_visualization", "markdown", "plan", "table", "task_card"];
export const hasNewer = (blocks) => blocks.some((block) => NEWER.includes(block.type));

const ALERTS = { default: "ℹ️", info: "ℹ️", warning: "⚠️", error: "⛔", success: "✅" };

const DRAW = {
  header: (block) => el("h3", { class: "block-header" }, words(block.text)),
  section: (block, stand) => el("div", { class: "block-section" },
    el("div", { class: "grow" },
      block.text ? el("div", { class: "text" }, words(block.text)) : null,
      block.fields ? el("div", { class: "fields" }, block.fields.map((field) => el("div", { class: "text" }, words(field)))) : null),
    block.accessory ? el("div", { class: "accessory" }, part(block.accessory, block, stand)) : null),
  context: (block) => el("div", { class: "block-context" }, block.elements.map((one, place) =>
    one.type === "image" ? photo(one, block.elements[place + 1]) : el("span", { class: "text" }, words(one)))),
  actions: (block, stand) => el("div", { class: "block-actions" }, block.elements.map((one) => part(one, block, stand))),
  divider: () => el("hr"),
  image: (block) => el("figure", null, block.title ? el("figcaption", null, words(block.title)) : null, picture(block, "wide")),
  rich_text: richText,
  input: field,
  alert: (block) => el("div", { class: `block-alert ${block.level ?? "default"}`, role: "note" },
    el("span", { "aria-hidden": "true" }, ALERTS[block.level] ?? ALERTS.default), el("div", { class: "text" }, words(block.text))),
  table,
  data_visualization: chart,
};

const part = (one, block, stand) => (one.type === "image" ? picture(one, "small") : element(one, block, stand));

// Pictures are elsewhere and nothing is loaded from there: their description stands for them.
function picture(image, size) {
  return el("span", { class: `picture ${size}`, role: "img", "aria-label": image.alt_text, title: image.image_url }, image.alt_text);
}

// A photo in a line of text. The initials in its place are those of the person whose picture it is, or else of the name
// that follows.
function photo(image, next) {
  const file = image.image_url?.split("/").pop().split(/[.-]/)[0];
  const person = state.people.find(({ handle }) => handle === file);
  const name = person?.name ?? /\*([^*]+)\*/.exec(next?.text ?? "")?.[1] ?? image.alt_text;
  const drawn = avatar(name, "mini");
  drawn.removeAttribute("aria-hidden");
  drawn.setAttribute("role", "img");
  drawn.setAttribute("aria-label", image.alt_text);
  return drawn;
}

function table(block) {
  const [head, ...rows] = block.rows;
  const settings = block.column_settings ?? [];
  const cell = (tag) => (one, place) => el(tag, { class: `align-${settings[place]?.align ?? "left"}`, scope: tag === "th" ? "col" : null }, cellWords(one));
  return el("div", { class: "block-table", tabindex: "0", role: "group", "aria-label": "Table" },
    el("table", null, el("thead", null, el("tr", null, head.map(cell("th")))),
      el("tbody", null, rows.map((row) => el("tr", null, row.map(cell("td")))))));
}

const cellWords = (cell) => (cell.type === "rich_text" ? richParts(cell) : cell.text ?? String(cell.value ?? ""));

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

// The common part of messages and views as places for blocks.
export function stand({ place, press, saved, keep, errors, redraw, options }) {
  const ids = new Map();
  const idOf = (block, part) => {
    const key = `${block.block_id}/${part?.action_id}`;
    if (!ids.has(key)) ids.set(key, newId("field"));
    return ids.get(key);
  };
  return {
    id: newId("stand"), place, press, redraw, options,
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
