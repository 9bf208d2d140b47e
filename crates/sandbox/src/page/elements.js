// Block Kit's interactive elements. Each gives input to its stand, the message or view it is in, and the stand sends it
// to the app.

import { el } from "./dom.js";
import { menu } from "./menu.js";
import { chosenIn, finder } from "./options.js";
import { ask, popupMenu } from "./overlay.js";
import { ownConversation, words } from "./text.js";
import { fromWall, toWall } from "./when.js";

const LONGEST_INPUT = 3000;
const INPUTS = { plain_text_input: "text", number_input: "number", url_text_input: "url", email_text_input: "email" };

// The control API's field for the choice from an element of this type.
const FIELD = {
  static_select: "selected_option", external_select: "selected_option", overflow: "selected_option",
  radio_buttons: "selected_option", checkboxes: "selected_options", multi_static_select: "selected_options",
  multi_external_select: "selected_options", multi_channels_select: "selected_options",
  multi_conversations_select: "selected_options", users_select: "selected_user", multi_users_select: "selected_users",
  channels_select: "selected_channel", conversations_select: "selected_conversation", datepicker: "selected_date",
  timepicker: "selected_time", datetimepicker: "selected_date_time", plain_text_input: "value",
};

// Keeps the input, and sends it if the element acts at once.
async function give(element, block, stand, value) {
  const atOnce = block.type !== "input" || block.dispatch_action;
  if (atOnce && !(await agreed(element, stand))) return;
  stand.keep(block, element, value);
  if (atOnce) await send(element, block, stand, { [FIELD[element.type]]: value });
}

async function press(element, block, stand, fields) {
  if (await agreed(element, stand)) await send(element, block, stand, fields);
}

// After a no, the earlier choice is shown again.
async function agreed(element, stand) {
  if (!element.confirm || (await ask(element.confirm))) return true;
  stand.redraw();
  return false;
}

async function send(element, block, stand, fields) {
  await stand.press({ action_id: element.action_id, block_id: block.block_id, ...fields });
}

function button(element, block, stand) {
  const href = ownConversation(element.url) ?? element.url;
  const props = {
    class: element.style ?? "", "data-focus": name(element, block), "data-action": element.action_id,
    "aria-label": element.accessibility_label,
  };
  const pressed = async (event) => {
    const node = event.currentTarget;
    node.setAttribute("aria-busy", "true");
    await press(element, block, stand, element.value === undefined ? {} : { value: element.value });
    node.removeAttribute("aria-busy");
  };
  if (!element.url) return el("button", { ...props, type: "button", onclick: pressed }, words(element.text));
  const target = href.startsWith("#") ? null : "_blank";
  return el("a", { ...props, class: `button ${props.class}`, href, target, rel: "noopener noreferrer", onclick: pressed }, words(element.text));
}

function overflow(element, block, stand) {
  const entries = element.options.map((option) => ({
    label: option.text.text, note: option.description?.text, href: option.url && (ownConversation(option.url) ?? option.url), value: option.value,
    run: () => press(element, block, stand, { selected_option: option.value }),
  }));
  return el("button", {
    type: "button", class: "overflow", "aria-label": "More actions", title: "More actions", "aria-haspopup": "menu", "aria-expanded": "false",
    "data-focus": name(element, block), "data-action": element.action_id,
    onclick: (event) => popupMenu(event.currentTarget, entries),
  }, "⋯");
}

function select(element, block, stand) {
  const many = element.type.startsWith("multi_");
  return menu({
    ...stand.labels(block, element),
    label: stand.label(block) ?? element.placeholder?.text ?? "Choose",
    placeholder: element.placeholder?.text ?? (many ? "Choose" : "Choose one"),
    asChip: many || /^(users|external|conversations|channels)_select$/.test(element.type), action: element.action_id,
    many, most: element.max_selected_items,
    chosen: chosenIn(element, stand.saved(block, element)),
    find: finder(element, block, stand), patient: element.type.endsWith("external_select"),
    onchange: (chosen) => {
      const values = chosen.map((option) => option.value);
      give(element, block, stand, many ? values : values[0] ?? null);
    },
    name: name(element, block),
  });
}

function picker(type, key, read = (text) => text, show = (held) => held) {
  return (element, block, stand) => {
    const saved = stand.saved(block, element);
    const held = saved ? saved[`selected_${key}`] : element[`initial_${key}`];
    return el("input", {
      ...attributes(stand, block, element), type, value: held === null || held === undefined ? "" : show(held),
      "aria-label": stand.label(block) ? null : element.placeholder?.text ?? "Choose",
      "data-focus": name(element, block), "data-action": element.action_id,
      onchange: (event) => give(element, block, stand, event.target.value ? read(event.target.value) : null),
    });
  };
}

function boxes(type) {
  return (element, block, stand) => {
    const many = type === "checkbox";
    const saved = stand.saved(block, element);
    const held = many ? saved?.selected_options ?? element.initial_options ?? [] : [saved ? saved.selected_option : element.initial_option];
    const chosen = new Set(held.filter(Boolean).map((option) => option.value));
    const group = `${stand.id}-${block.block_id}-${element.action_id}`;
    const box = (option, place) => el("label", { class: "option" },
      el("input", {
        type, name: group, value: option.value, checked: chosen.has(option.value), "data-focus": `${name(element, block)}-${place}`,
        onchange: (event) => {
          if (!many) chosen.clear();
          chosen[event.target.checked ? "add" : "delete"](option.value);
          give(element, block, stand, many ? [...chosen] : option.value);
        },
      }),
      el("span", null, words(option.text), option.description ? el("small", { class: "faint" }, words(option.description)) : null));
    return el("div", { class: "boxes", role: many ? "group" : "radiogroup", "aria-label": stand.label(block) ?? "Choose" }, element.options.map(box));
  };
}

function textInput(element, block, stand) {
  const most = element.max_length ?? LONGEST_INPUT;
  const saved = stand.saved(block, element);
  const left = el("span", { class: "left faint", "aria-live": "polite" });
  const count = () => {
    const rest = most - [...input.value].length;
    left.textContent = rest <= Math.max(20, most / 10) ? String(rest) : "";
    left.classList.toggle("over", rest < 0);
  };
  const input = el(element.multiline ? "textarea" : "input", {
    ...attributes(stand, block, element), type: element.multiline ? null : INPUTS[element.type], rows: element.multiline ? 4 : null,
    placeholder: element.placeholder?.text, value: (saved ? saved.value : element.initial_value) ?? "",
    "data-focus": name(element, block), "data-action": element.action_id,
    oninput: () => {
      count();
      stand.keep(block, element, input.value);
      if (dispatches("on_character_entered")) give(element, block, stand, input.value);
    },
    onkeydown: (event) => {
      if (event.key === "Enter" && !element.multiline && dispatches("on_enter_pressed")) {
        event.preventDefault();
        give(element, block, stand, input.value);
      }
    },
  });
  const when = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const dispatches = (what) => block.dispatch_action && when.includes(what);
  count();
  return el("span", { class: "text-input" }, input, left);
}

function attributes(stand, block, element) {
  const { id, describedby, invalid } = stand.labels(block, element);
  return { id, "aria-describedby": describedby, "aria-invalid": invalid };
}

const name = (element, block) => `${block.block_id}/${element.action_id}${element.type === "button" ? `/${element.value ?? ""}` : ""}`;

const DRAW = {
  button, overflow, plain_text_input: textInput, number_input: textInput, url_text_input: textInput, email_text_input: textInput,
  static_select: select, external_select: select, users_select: select, channels_select: select, conversations_select: select,
  multi_static_select: select, multi_external_select: select, multi_users_select: select, multi_channels_select: select,
  multi_conversations_select: select,
  datepicker: picker("date", "date"),
  timepicker: picker("time", "time"),
  datetimepicker: picker("datetime-local", "date_time", fromWall, toWall),
  checkboxes: boxes("checkbox"), radio_buttons: boxes("radio"),
};

export function element(part, block, stand) {
  const draw = DRAW[part.type];
  return draw ? draw(part, block, stand) : el("span", { class: "faint" }, `[${part.type}]`);
}
