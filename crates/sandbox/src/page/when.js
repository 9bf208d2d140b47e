// Times as people read them, in the workspace's time zone and by the sandbox's clock.

import { el } from "./dom.js";
import { now, zone } from "./store.js";

const made = new Map();

// Making a formatter takes longer than using it a hundred times.
function formatter(locale, options) {
  const key = JSON.stringify([locale, options, zone()]);
  if (!made.has(key)) made.set(key, new Intl.DateTimeFormat(locale, { timeZone: zone(), ...options }));
  return made.get(key);
}

const of = (options, locale = "en-US") => (at) => formatter(locale, options).format(at).replaceAll("\u202f", " ");

export const ofTs = (ts) => new Date(Number(ts.split(".")[0]) * 1000);
export const clock = of({ hour: "numeric", minute: "2-digit" });
export const full = of({ dateStyle: "full", timeStyle: "medium" });
export const weekday = of({ weekday: "short" });
export const dayOf = of({ year: "numeric", month: "2-digit", day: "2-digit" }, "en-CA");
export const short = of({ month: "short", day: "numeric" });
const long = of({ weekday: "long", month: "long", day: "numeric" });

export function dayName(at) {
  const days = Math.round((Date.parse(dayOf(now())) - Date.parse(dayOf(at))) / 86_400_000);
  return { "-1": "Tomorrow", 0: "Today", 1: "Yesterday" }[days] ?? long(at);
}

const UNITS = [["day", "days", 86_400], ["h", "h", 3600], ["min", "min", 60]];
const WORDS = [["day", "days", 86_400], ["hour", "hours", 3600], ["minute", "minutes", 60]];

function span(seconds, units) {
  const [one, many, length] = units.find(([, , length]) => seconds >= length) ?? units.at(-1);
  const count = Math.floor(seconds / length);
  return `${count} ${count === 1 ? one : many}`;
}

// "4 min", for lists.
export function ago(at) {
  const seconds = Math.round((now() - at) / 1000);
  if (seconds < -59) return `in ${span(-seconds, UNITS)}`;
  return seconds < 60 ? "now" : span(seconds, UNITS);
}

// "4 minutes ago", for sentences.
export function agoInWords(at) {
  const seconds = Math.round((now() - at) / 1000);
  if (seconds < -59) return `in ${span(-seconds, WORDS)}`;
  return seconds < 60 ? "just now" : `${span(seconds, WORDS)} ago`;
}

// An element whose words depend on the clock. `tick` writes them again.
export function ticking(props, words) {
  const node = el("time", { ...props, "data-ticks": true }, words());
  node.words = words;
  return node;
}

export function tick() {
  for (const node of document.querySelectorAll("[data-ticks]")) {
    const words = node.words();
    if (node.textContent !== words) node.textContent = words;
  }
}

const DATES = {
  date_num: dayOf,
  date: of({ year: "numeric", month: "long", day: "numeric" }),
  date_short: of({ year: "numeric", month: "short", day: "numeric" }),
  date_long: of({ weekday: "long", year: "numeric", month: "long", day: "numeric" }),
  time: clock,
  time_secs: of({ hour: "numeric", minute: "2-digit", second: "2-digit" }),
  ago: agoInWords,
};

// Today's, yesterday's and tomorrow's dates have names, and within a year the year goes without saying.
function pretty(name, at) {
  const day = dayName(at);
  if (["Today", "Yesterday", "Tomorrow"].includes(day)) return day.toLowerCase();
  return name === "date_short" ? short(at) : DATES[name](at);
}

// Slack's date tokens.
export function slackDate(seconds, format) {
  const at = new Date(seconds * 1000);
  const token = (whole, name) => {
    if (name.endsWith("_pretty")) return pretty(name.replace("_pretty", ""), at);
    return DATES[name]?.(at) ?? whole;
  };
  const words = format.replaceAll(/\{(\w+)\}/g, token);
  return /^\{date\w*_pretty\}/.test(format) ? words.charAt(0).toUpperCase() + words.slice(1) : words;
}

// The machine's reading of a time on the workspace's wall clock ("2026-12-07T09:00"), and the other way round.
export function fromWall(text) {
  const guess = Date.parse(`${text}Z`);
  const shown = Date.parse(`${toWall(guess / 1000)}Z`);
  return Math.floor((guess - (shown - guess)) / 1000);
}

export function toWall(seconds) {
  const at = new Date(seconds * 1000);
  const time = formatter("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
  return `${dayOf(at)}T${time}`;
}
