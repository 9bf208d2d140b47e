// The composer's suggestions: commands from the manifest with their hints, people, groups and channels.

import { state } from "./store.js";

const commands = () => state.installed.features?.slash_commands ?? [];
const fits = (text, typed) => text.toLowerCase().startsWith(typed.toLowerCase());

const MOST = 8;

// The beginning of the word at the caret, and its completions.
export function offers(text, caret) {
  const before = text.slice(0, caret);
  const command = /^\/\S*$/.exec(before);
  if (command) {
    const known = commands().filter((one) => fits(one.command, before));
    return { from: 0, options: known.slice(0, MOST).map((one) => ({ insert: `${one.command} `, label: one.command, hint: one.usage_hint, note: one.description })) };
  }
  const word = /(^|[\s("])([@#])([\p{L}\p{N}._-]*)$/u.exec(before);
  if (!word) return { from: caret, options: [] };
  const [, , sign, typed] = word;
  return { from: caret - typed.length - 1, options: (sign === "@" ? people(typed) : channels(typed)).slice(0, MOST) };
}

function people(typed) {
  const someone = ({ handle, name, called, bot, deleted }) => !bot && !deleted && [handle, name, called].some((one) => fits(one, typed));
  const persons = state.people.filter(someone).map(({ id, handle, name }) => ({ insert: `@${handle} `, label: `@${handle}`, note: name, face: id }));
  const groups = state.groups.filter(({ handle, name }) => fits(handle, typed) || fits(name, typed));
  return [...persons, ...groups.map(({ handle, name }) => ({ insert: `@${handle} `, label: `@${handle}`, note: `${name} (group)` })), ...app(typed)];
}

// The app itself, which people mention as its bot user.
function app(typed) {
  const name = state.installed.features?.bot_user?.display_name;
  return name && fits(name, typed) ? [{ insert: `@${name} `, label: `@${name}`, note: "App" }] : [];
}

function channels(typed) {
  const known = state.channels.filter(({ name, kind }) => kind !== "direct" && fits(name, typed));
  return known.map(({ name }) => ({ insert: `#${name} `, label: `#${name}` }));
}

// The usage of a command whose name is typed already.
export function hint(text) {
  const [name] = text.split(/\s/, 1);
  const command = /\s/.test(text) && commands().find((one) => one.command === name);
  return command ? `${command.command} ${command.usage_hint}` : "";
}
