// The options of Block Kit's menus: from the menu itself, the app, or the people and channels of the workspace.

import { act } from "./api.js";
import { fitting } from "./menu.js";
import { person, state } from "./store.js";

const LEAST_TYPED = 3;

const fromBlockKit = (option, group) => ({
  value: option.value, label: option.text.text, note: option.description?.text, group, raw: option,
});

// The options that the app offered, by the menu's name.
const offered = new Map();

const people = () => state.people.filter((someone) => !someone.deleted).map((someone) => ({
  value: someone.id, label: someone.called || someone.name, note: someone.name, also: someone.handle,
}));

const channels = (kinds) => state.channels.filter((channel) => kinds.includes(channel.kind)).map((channel) => ({
  value: channel.id, label: channel.kind === "direct" ? "dialnote" : `#${channel.name}`,
}));

function conversations(element) {
  const wanted = element.filter?.include ?? ["public", "private", "im"];
  return channels([wanted.includes("public") && "public", wanted.includes("private") && "private", wanted.includes("im") && "direct"]);
}

const KNOWN = {
  static_select: fixed,
  users_select: people,
  channels_select: () => channels(["public"]),
  conversations_select: conversations,
};

function fixed(element) {
  const groups = element.option_groups ?? [{ options: element.options ?? [] }];
  return groups.flatMap((group) => group.options.map((option) => fromBlockKit(option, group.label?.text)));
}

const single = (type) => type.replace(/^multi_/, "");

// Returns the search of a menu.
export function finder(element, block, stand) {
  if (single(element.type) !== "external_select") {
    const known = KNOWN[single(element.type)];
    return async (query) => ({ options: fitting(known(element), query) });
  }
  return async (query) => {
    const least = element.min_query_length ?? LEAST_TYPED;
    if ([...query].length < least) return { options: [], hint: `Type at least ${least} character${least === 1 ? "" : "s"}` };
    const outcome = await (stand.options ?? ask)(element, block, query, stand);
    const groups = outcome.option_groups?.length ? outcome.option_groups : [{ options: outcome.options ?? [] }];
    const options = groups.flatMap((group) => group.options.map((option) => fromBlockKit(option, group.label?.text)));
    offered.set(element.action_id, [...(offered.get(element.action_id) ?? []), ...options]);
    return { options, hint: outcome.error ? "The app didn't answer" : undefined };
  };
}

const ask = (element, block, value, stand) => act("options", { ...stand.place, action_id: element.action_id, block_id: block.block_id, value });

// The choice in a menu when it is drawn: an earlier one, or else the initial one.
export function chosenIn(element, saved) {
  const key = single(element.type).replace("external_select", "static_select");
  const word = { static_select: "option", users_select: "user", channels_select: "channel", conversations_select: "conversation" }[key];
  const many = element.type.startsWith("multi_");
  const name = many ? `${word}s` : word;
  const held = saved ? saved[`selected_${name}`] : element[`initial_${name}`];
  return (many ? held ?? [] : [held].filter(Boolean)).map((one) => asOption(word, one));
}

function asOption(word, held) {
  if (word === "option") return fromBlockKit(held);
  if (word === "user") return { value: held, label: person(held)?.called || held };
  const channel = state.channels.find((known) => known.id === held);
  return { value: held, label: channel ? `#${channel.name}` : held };
}

// The state of an element after the input `value`.
export function stateOf(element, value) {
  const options = [...fixed(element), ...(offered.get(element.action_id) ?? [])];
  const find = (wanted) => options.find((option) => option.value === wanted)?.raw;
  const word = { radio_buttons: "option", checkboxes: "options", datepicker: "date", timepicker: "time", datetimepicker: "date_time" }[element.type];
  if (element.type.endsWith("_input")) return { value };
  if (["datepicker", "timepicker", "datetimepicker"].includes(element.type)) return { [`selected_${word}`]: value };
  if (word || /(static|external)_select$/.test(element.type)) {
    return Array.isArray(value) ? { selected_options: value.map(find).filter(Boolean) } : { selected_option: find(value) ?? null };
  }
  const kind = /(user|channel|conversation)s_select$/.exec(element.type)?.[1];
  return { [`selected_${kind}${Array.isArray(value) ? "s" : ""}`]: value };
}
