// Work Objects below messages: title, fields and buttons; a click on the title opens the pane.

import { act } from "./api.js";
import { el } from "./dom.js";
import { iconOf, ordered } from "./fields.js";
import { popupMenu } from "./overlay.js";
import { state } from "./store.js";

// Whether this person's client shows objects.
export const seesObjects = () => Boolean(state.objects?.seen);

// The objects of a message, and the attachments that none of them replaces.
export const objectsIn = (message) => (seesObjects() ? message.entities ?? [] : []);
export const attachmentsIn = (message) => (message.unfurls ?? []).filter((unfurl) => !objectsIn(message).some((one) => one.app_unfurl_url === unfurl.url));

// Changes with everything that objects in messages depend on besides their message.
export const objectsVersion = (message) => (message.entities?.length ? JSON.stringify(state.objects) : "");

const nameOf = (entity) => `object-${entity.app_unfurl_url ?? entity.url}`;

export async function openObject(place) {
  await act("open_object", place);
}

// Where the object's title is on the page, to give it the focus again.
export const titleOf = ({ message_ts: ts, app_unfurl_url: link, entity_url: url }) =>
  document.querySelector(`#messages [data-ts="${ts}"] [data-focus="${CSS.escape(`object-${link ?? url}`)}"]`);

export function objectCard(message, entity) {
  const { attributes, actions } = entity.entity_payload;
  const place = { channel: message.channel, message_ts: message.ts, url: entity.app_unfurl_url ?? entity.url };
  const spinning = (state.objects.spinning ?? []).filter((one) => one.entity_url === entity.url);
  const press = (button) => act("object_button", { where: "unfurl", ...place, action_id: button.action_id });
  return el("div", { class: "object", role: "group", "aria-label": `${attributes.product_name ?? "Object"}: ${attributes.title.text}` },
    objectHead(attributes),
    el("button", { type: "button", class: "object-title link", "data-focus": nameOf(entity), onclick: () => openObject(place) }, attributes.title.text),
    el("dl", { class: "object-fields" }, ordered(entity)),
    objectButtons(actions, spinning, press, nameOf(entity)),
    entity.entity_comments?.count ? el("p", { class: "faint" }, counted(entity.entity_comments.count)) : null);
}

export const counted = (count) => `${count} comment${count === 1 ? "" : "s"}`;

export function objectHead(attributes) {
  const about = [attributes.product_name, attributes.display_type, attributes.display_id].filter(Boolean).join(" · ");
  return el("p", { class: "object-head faint" }, iconOf(attributes.product_icon), el("span", { class: "cut" }, about));
}

// The buttons: two, and the others in a menu. One that spins says so until the app has answered.
export function objectButtons(actions, spinning, press, name) {
  const { primary_actions: first = [], overflow_actions: more = [] } = actions ?? {};
  if (!first.length && !more.length) return null;
  const waits = (button) => spinning.find((one) => one.action_id === button.action_id);
  const entries = more.map((button) => ({ label: button.text, value: button.action_id, href: button.url, run: () => press(button) }));
  const inMenu = more.map(waits).find(Boolean);
  return el("div", { class: "block-actions" },
    first.map((button) => objectButton(button, waits(button), press, name)),
    entries.length ? el("button", {
      type: "button", class: "overflow", "aria-label": "More actions", title: "More actions", "aria-haspopup": "menu", "aria-expanded": "false",
      "data-focus": `${name}/more`, onclick: (event) => popupMenu(event.currentTarget, entries),
    }, "⋯") : null,
    inMenu ? el("span", { class: "faint", role: "status" }, inMenu.text ?? "Working on it") : null);
}

export function objectButton(button, waiting, press, name) {
  const props = {
    class: button.style ?? "", "data-action": button.action_id, "data-focus": `${name}/${button.action_id}`,
    "aria-label": button.accessibility_label, "aria-busy": waiting ? "true" : null, onclick: () => press(button),
  };
  const label = waiting?.text ?? button.text;
  if (!button.url) return el("button", { ...props, type: "button", disabled: Boolean(waiting) }, label);
  return el("a", { ...props, class: `button ${props.class}`, href: button.url, target: "_blank", rel: "noopener noreferrer" }, label);
}
