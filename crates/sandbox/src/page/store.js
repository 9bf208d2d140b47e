// The state of the page: what the current person sees, kept up to date by server-sent events.

export const state = {
  me: "maya",
  place: "C0FRONT", // a channel's id, or "app"
  tab: "messages", // of the app: "home" or "messages"
  thread: null, // the first message of the open thread
  workspace: {}, installed: {}, people: [], groups: [], channels: [],
  views: { stack: [], home: null },
  objects: { seen: false, old: false, spinning: [] },
  pane: null, // the Work Object that is open
  dialnote: { members: [], numbers: [], conversations: [] },
  slackbot: { knows_the_app: false, exchanges: [] },
  weather: { faults: {}, app_runs: null },
  tour: { done: [], era: 0 },
  connected: false,
  ahead: 0, // the sandbox's clock minus this machine's, in milliseconds
};

const messages = new Map(); // channel → ts → message
const more = new Set(); // channels with older messages on the server
const listeners = [];
let source = null;

// Calls `draw` after a change of one of the `topics`.
export function on(topics, draw) {
  listeners.push({ topics, draw });
}

export function changed(...topics) {
  for (const { topics: wanted, draw } of listeners) {
    if (wanted.some((topic) => topics.includes(topic))) draw(topics);
  }
}

export function connect() {
  source?.close();
  source = new EventSource(`/_sandbox/live?as=${encodeURIComponent(state.me)}`);
  source.onmessage = (event) => take(JSON.parse(event.data));
  source.onerror = () => {
    state.connected = false;
    changed("connected");
  };
}

function take(news) {
  state.connected = true;
  const { now, whole, messages: fresh, removed, more: older, ...parts } = news;
  state.ahead = Date.parse(now) - Date.now();
  if (whole) {
    messages.clear();
    more.clear();
  }
  for (const channel of older ?? []) more.add(channel);
  for (const message of fresh ?? []) keep(message);
  for (const { channel, ts } of removed ?? []) messages.get(channel)?.delete(ts);
  Object.assign(state, parts);
  changed("connected", ...Object.keys(news));
}

function keep(message) {
  if (!messages.has(message.channel)) messages.set(message.channel, new Map());
  messages.get(message.channel).set(message.ts, message);
}

const byTs = (a, b) => (a.ts < b.ts ? -1 : 1);

// The messages of the channel itself, oldest first; private ones at their time.
export function inChannel(channel) {
  const all = [...(messages.get(channel)?.values() ?? [])];
  return all.filter((m) => !isReply(m) || m.broadcast).sort(byTs);
}

export function inThread(channel, ts) {
  const all = [...(messages.get(channel)?.values() ?? [])];
  return all.filter((m) => m.ts === ts || m.thread === ts).sort(byTs);
}

export const isReply = (message) => Boolean(message.thread) && message.thread !== message.ts;

export const message = (channel, ts) => messages.get(channel)?.get(ts);

export const hasOlder = (channel) => more.has(channel);

export async function loadOlder(channel) {
  const oldest = inChannel(channel)[0]?.ts ?? "";
  const page = await older({ channel, before: oldest });
  if (!page.more) more.delete(channel);
  for (const message of page.messages) keep(message);
  changed("messages");
}

export async function loadThread(channel, ts) {
  const page = await older({ channel, thread: ts });
  for (const message of page.messages) keep(message);
  changed("messages");
}

async function older(query) {
  const answer = await fetch(`/_sandbox/older?${new URLSearchParams({ as: state.me, ...query })}`);
  return answer.ok ? answer.json() : { messages: [], more: false };
}

export const me = () => state.people.find((person) => person.handle === state.me);
export const person = (id) => state.people.find((person) => person.id === id);
export const channelById = (id) => state.channels.find((channel) => channel.id === id);
export const direct = () => state.channels.find((channel) => channel.kind === "direct");

// The channel whose messages are shown; none before the first direct message.
export const channelHere = () => (state.place === "app" ? direct() : channelById(state.place));

export const now = () => new Date(Date.now() + state.ahead);

// The workspace's time zone. Everything on the page goes by it for every person, so that the clock and the messages
// agree.
export const zone = () => state.people.find((person) => person.admin)?.tz || undefined;

// The member of dialnote that a person is, by the name in both.
export const memberOf = (person) => state.dialnote.members.find((member) => member.name === person?.name);
export const isLinked = (person) => Boolean(memberOf(person));
