// The fields of Work Objects, as Slack shows their types.

import { el } from "./dom.js";
import { avatar, face, fullName } from "./people.js";
import { channelPill, link } from "./text.js";
import { slackDate, ticking } from "./when.js";

const LABELS = {
  description: "Description", created_by: "Created by", date_created: "Created", date_updated: "Updated",
  assignee: "Assignee", status: "Status", due_date: "Due date", priority: "Priority",
};
const TYPES = { created_by: "slack#/types/user", assignee: "slack#/types/user", date_created: "slack#/types/timestamp", date_updated: "slack#/types/timestamp" };

// The fields as terms and descriptions, in the order that the app wishes. `openRef` opens another object.
export function ordered(entity, openRef) {
  const { fields = {}, custom_fields: custom = [], display_order: order = [] } = entity.entity_payload;
  const named = Object.entries(fields).map(([key, field]) => ({ key, label: LABELS[key], type: TYPES[key] ?? "string", ...field }));
  const all = [...named, ...custom];
  const place = ({ key }) => (order.includes(key) ? order.indexOf(key) : order.length);
  const sorted = all.map((field, at) => [field, at]).sort(([a, x], [b, y]) => place(a) - place(b) || x - y);
  return sorted.map(([field]) => [
    el("dt", null, field.label ?? field.key),
    el("dd", { "data-field": field.key, class: field.long ? "text" : null }, valueOf(field, openRef)),
  ]);
}

const SHOW = {
  string: (field) => tagged(field),
  integer: (field) => String(field.value),
  boolean: yesOrNo,
  array: (field, openRef) => el("ul", { class: "object-list" }, field.value.map((item) => el("li", null, valueOf({ type: field.item_type, ...item }, openRef)))),
  "slack#/types/user": ({ user }) => user && person(user),
  "slack#/types/channel_id": ({ value }) => value && channelPill(value),
  "slack#/types/timestamp": (field) => moment(field, (value) => slackDate(value, "{date_short_pretty} at {time}")),
  "slack#/types/date": (field) => moment(field, (value) => slackDate(Date.parse(`${value}T12:00Z`) / 1000, "{date_long}")),
  "slack#/types/image": ({ alt_text: words }) => el("span", { class: "picture wide", role: "img", "aria-label": words ?? "Picture" }, words),
  "slack#/types/entity_ref": ({ entity_ref: ref }, openRef) => reference(ref, openRef),
  "slack#/types/link": ({ value }) => value && link(value, value),
  "slack#/types/email": ({ value }) => value && link(`mailto:${value}`, value),
};

function valueOf(field, openRef) {
  const isEmpty = field.value === undefined && !field.user && !field.entity_ref && !field.alt_text;
  const shown = isEmpty || field.value === "" ? null : SHOW[field.type]?.(field, openRef) ?? String(field.value ?? "");
  return shown ?? el("span", { class: "faint" }, "None");
}

function tagged(field) {
  if (field.tag_color) return el("span", { class: `tag tag-${field.tag_color}` }, field.value);
  const words = field.link ? link(field.link, field.value) : field.value;
  return field.icon ? [iconOf(field.icon), " ", words] : words;
}

function person(user) {
  if (user.user_id) return el("span", { class: "line" }, face(user.user_id, "mini"), fullName(user.user_id));
  const name = user.url ? link(user.url, user.text) : user.text;
  return el("span", { class: "line" }, avatar(user.text, "mini"), name);
}

function moment(field, words) {
  if (field.value === undefined) return null;
  const shown = ticking({}, () => words(field.value));
  return field.link ? link(field.link, shown) : shown;
}

function yesOrNo({ value, boolean: words = {} }) {
  if (words.type === "checkbox") return `${value ? "☑" : "☐"} ${words.text}`;
  return value ? words.true_text ?? "Yes" : words.false_text ?? "No";
}

// Another object of the app: its pane opens in place of this one.
function reference(ref, openRef) {
  const label = [ref.title, ref.display_type].filter(Boolean).join(" · ");
  if (!openRef) return label;
  return el("button", { type: "button", class: "link quiet", "data-focus": `ref-${ref.entity_url}`, onclick: () => openRef(ref) }, label);
}

// Pictures are elsewhere and nothing is loaded from there: the first letter stands for an icon.
export function iconOf(icon) {
  if (!icon) return null;
  const drawn = avatar(icon.alt_text, "mini");
  drawn.removeAttribute("aria-hidden");
  drawn.setAttribute("role", "img");
  drawn.setAttribute("aria-label", icon.alt_text);
  return drawn;
}
