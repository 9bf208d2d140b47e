// Faces and names. Pictures would be loaded from elsewhere, so faces are initials.

import { el } from "./dom.js";
import { person, state } from "./store.js";

const HUES = 8;

// The people of the fixed world have colours of their own, so that no two of them look alike.
const OWN = { "Maya Chen": 1, "Leo Martins": 5, "Zoe Park": 6, "Sam Doyle": 8 };

function hue(text) {
  if (text in OWN) return OWN[text];
  let sum = 0;
  for (const c of text) sum = (sum * 31 + c.codePointAt(0)) % 9973;
  return sum % HUES;
}

export function initials(name) {
  const words = name.split(/\s+/u).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return letters.map((word) => [...word][0].toUpperCase()).join("") || "#";
}

export function avatar(name, extra = "") {
  return el("span", { class: `avatar hue-${hue(name)} ${extra}`, "aria-hidden": "true" }, initials(name));
}

export function face(id, extra = "") {
  const who = person(id);
  if (who?.bot) return el("img", { class: `avatar ${extra}`, src: "/page/icon.svg", alt: "" });
  return avatar(nameOf(id), extra);
}

export function nameOf(id) {
  if (id === "USLACKBOT") return "Slackbot";
  const who = person(id);
  return who ? who.called || who.name : id;
}

export const fullName = (id) => person(id)?.name ?? nameOf(id);

export const groupName = (id) => state.groups.find((group) => group.id === id)?.handle ?? id;

// The words of a conversation's contact that a command can be typed with.
export const typedName = (contact) => [contact.firstName, contact.lastName].filter(Boolean).join(" ") || contact.phoneNumber;

export function contactName(contact) {
  return [contact.firstName, contact.lastName].filter(Boolean).join(" ") || pretty(contact.phoneNumber);
}

export function pretty(number) {
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number ?? "");
  return american ? `+1 ${american[1]} ${american[2]} ${american[3]}` : number;
}
