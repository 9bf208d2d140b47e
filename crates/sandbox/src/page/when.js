// Times as people read them.

import { now } from "./store.js";

const CLOCK = new Intl.DateTimeFormat("en", { hour: "numeric", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en", { month: "short", day: "numeric" });
const LONG = new Intl.DateTimeFormat("en", { weekday: "long", month: "long", day: "numeric" });
const FULL = new Intl.DateTimeFormat("en", { dateStyle: "full", timeStyle: "medium" });
const NUMBERS = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit" });

export const ofTs = (ts) => new Date(Number(ts.split(".")[0]) * 1000);
export const clock = (at) => CLOCK.format(at);
export const full = (at) => FULL.format(at);
export const dayOf = (at) => NUMBERS.format(at);

export function dayName(at) {
  const days = Math.round((Date.parse(dayOf(now())) - Date.parse(dayOf(at))) / 86_400_000);
  return { "-1": "Tomorrow", 0: "Today", 1: "Yesterday" }[days] ?? LONG.format(at);
}

export function ago(at) {
  const seconds = Math.round((now() - at) / 1000);
  if (seconds < -60) return `in ${span(-seconds)}`;
  return seconds < 60 ? "now" : span(seconds);
}

function span(seconds) {
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

// Slack's date tokens.
export function slackDate(seconds, format) {
  const at = new Date(seconds * 1000);
  const pretty = (plain) => {
    const name = dayName(at);
    return ["Today", "Yesterday", "Tomorrow"].includes(name) ? name : plain;
  };
  const full = new Intl.DateTimeFormat("en", { weekday: "long", month: "long", day: "numeric", year: "numeric" });
  const long = new Intl.DateTimeFormat("en", { month: "long", day: "numeric", year: "numeric" });
  const tokens = {
    date_num: dayOf(at), date: long.format(at), date_short: DAY.format(at), date_long: full.format(at),
    date_pretty: pretty(long.format(at)), date_short_pretty: pretty(DAY.format(at)),
    date_long_pretty: pretty(full.format(at)), time: CLOCK.format(at), ago: ago(at),
    time_secs: new Intl.DateTimeFormat("en", { hour: "numeric", minute: "2-digit", second: "2-digit" }).format(at),
  };
  return format.replaceAll(/\{(\w+)\}/g, (whole, name) => tokens[name] ?? whole);
}
