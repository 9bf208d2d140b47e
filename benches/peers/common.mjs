// What the peers share: receiving `/assign` with Bolt, and carrying it out with the same calls as dialnote-slack.
import bolt from "@slack/bolt";
import { Agent, Pool, fetch, setGlobalDispatcher } from "undici";

/** The commands carried out at once. */
export const CONCURRENCY = 24;

const { DIALNOTE_API_KEY, DIALNOTE_API_URL, SLACK_API_URL, SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET } = process.env;

/** Replaces Bolt's client by plain calls, which cost less. */
const isWithoutClient = process.argv.includes("without-client");

const receiver = new bolt.HTTPReceiver({
  signingSecret: SLACK_SIGNING_SECRET,
  endpoints: ["/slack/commands"],
  logLevel: bolt.LogLevel.ERROR,
});
const app = new bolt.App({
  receiver,
  token: SLACK_BOT_TOKEN,
  clientOptions: { slackApiUrl: `${SLACK_API_URL}/`, fetch },
  logLevel: bolt.LogLevel.ERROR,
});

/** The tries of one call that gets no answer, or one that says to come back later. */
const TRIES = 3;

/** Kept-alive connections to each service: for Bolt's client, and for plain calls. */
const kept = { connections: CONCURRENCY * 2, keepAliveTimeout: 60_000 };
setGlobalDispatcher(new Agent(kept));
const pools = new Map();

function poolOf(origin) {
  if (!pools.has(origin)) {
    pools.set(origin, new Pool(origin, kept));
  }
  return pools.get(origin);
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Makes a call and returns its answer, read as JSON where it is. Throws after the last try. */
async function call(method, url, authorization, body) {
  const { origin, pathname, search } = new URL(url);
  const isForm = body instanceof URLSearchParams;
  const headers = { "content-type": isForm ? "application/x-www-form-urlencoded" : "application/json; charset=utf-8" };
  if (authorization) headers.authorization = `Bearer ${authorization}`;
  const content = isForm ? body.toString() : body && JSON.stringify(body);
  const options = { method, path: pathname + search, headers, body: content };
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await poolOf(origin).request(options);
      const isJson = answer.headers["content-type"]?.startsWith("application/json");
      const content = await (isJson ? answer.body.json() : answer.body.text());
      if (answer.statusCode < 300) return content;
      const failure = new Error(`${method} ${pathname} was answered with ${answer.statusCode}`);
      if (answer.statusCode !== 429 && answer.statusCode < 500) throw Object.assign(failure, { final: true });
      failure.pause = Number(answer.headers["retry-after"] ?? 0) * 1000;
      throw failure;
    } catch (error) {
      if (error.final || attempt >= TRIES) throw error;
      await pause(error.pause || 100 * 2 ** attempt);
    }
  }
}

const dialnote = (method, path, body) => call(method, `${DIALNOTE_API_URL}/${path}`, DIALNOTE_API_KEY, body);

/** Calls Slack with Bolt's client, which retries and heeds Slack's limits; or, tuned further, without it. */
async function slack(method, body) {
  if (!isWithoutClient) return app.client.apiCall(method, body);
  const content = method === "users.info" ? new URLSearchParams(body) : body;
  const answer = await call("POST", `${SLACK_API_URL}/${method}`, SLACK_BOT_TOKEN, content);
  if (!answer.ok) throw new Error(`${method} was refused: ${answer.error}`);
  return answer;
}

/** What is known of people: dialnote's members for a minute, the address and the channel of each Slack user for good. */
const known = { members: undefined, until: 0, channels: new Map(), emails: new Map() };

async function emailOf(user) {
  if (!known.emails.has(user)) {
    const answer = await slack("users.info", { user });
    known.emails.set(user, answer.user.profile.email);
  }
  return known.emails.get(user);
}

async function members() {
  if (Date.now() > known.until) {
    known.members = dialnote("GET", "team/members").then(({ data }) => new Map(data.map((one) => [one.email, one])));
    known.until = Date.now() + 60_000;
    known.members.catch(() => (known.until = 0));
  }
  return known.members;
}

async function channelWith(user) {
  if (!known.channels.has(user)) {
    known.channels.set(user, (await slack("conversations.open", { users: user })).channel.id);
  }
  return known.channels.get(user);
}

/** Reads what a person typed: whom, which conversation, and a note. */
function parsed(command) {
  const typed = /^<@(\w+)(?:\|[^>]*)?>\s+(conv_\w+)\s*(.*)$/su.exec(command.text);
  if (!typed) return undefined;
  const [, owner, conversation, note] = typed;
  const { channel_id: channel, response_url: responseUrl, user_id: requester } = command;
  return { owner, conversation, note, channel, responseUrl, requester };
}

const section = (text) => ({ type: "section", text: { type: "mrkdwn", text } });
const button = (text, action_id, value) =>
  ({ type: "button", text: { type: "plain_text", text }, action_id, value });

function card({ contact, id, phoneNumber, lastActivity }, owner) {
  const name = `${contact.firstName} ${contact.lastName}`;
  const text = `${lastActivity.preview} from ${name} · ${phoneNumber.name} · ${owner}`;
  const buttons = [button("Hand off", "hand_off", id), button("Unassign", "unassign", id), button("Done", "done", id)];
  return { text: `${text} (${id})`, blocks: [section(`*${name}* (${contact.phoneNumber})\n${text}`), { type: "actions", elements: buttons }] };
}

/** Carries out a command: seven calls, those that need no other's answer at once. */
export async function carryOut({ owner, conversation, note, channel, responseUrl, requester }) {
  const [before, everyone, email] = await Promise.all([
    dialnote("GET", `conversations/${conversation}`),
    members(),
    emailOf(owner),
  ]);
  const member = everyone.get(email);
  if (!member) throw new Error("the new owner is no member of dialnote");
  const after = await dialnote("PATCH", `conversations/${conversation}`, { assignedToId: member.id });
  await dialnote("POST", `conversations/${conversation}/notes`, { content: note });
  const { firstName, lastName } = before.data.contact;
  const name = `${firstName} ${lastName}`;
  const posted = async () => {
    const { ts } = await slack("chat.postMessage", { channel, ...card(after.data, `<@${owner}>`) });
    const entry = `<@${requester}> assigned this to <@${owner}>: “${note}”`;
    await slack("chat.postMessage", { channel, thread_ts: ts, text: entry, blocks: [section(entry)] });
  };
  const direct = async () => {
    const text = `<@${requester}> assigned a conversation to you. ${name} (${conversation}): “${note}”`;
    await slack("chat.postMessage", { channel: await channelWith(owner), text, blocks: [section(text)] });
  };
  const text = `Assigned ${name} (${conversation}) to <@${owner}>. <@${owner}> has been notified and your note was added.`;
  await Promise.all([posted(), direct(), call("POST", responseUrl, undefined, { response_type: "ephemeral", text })]);
}

/** Serves `/assign` on a free port. `accept` keeps a command; only then it is acknowledged. */
export async function serve(accept) {
  app.command("/assign", async ({ command, ack }) => {
    const wanted = parsed(command);
    if (!wanted) return ack("Type: /assign @person conversation note");
    await accept(wanted);
    return ack();
  });
  app.error(async (error) => console.error("a request failed", error));
  const server = await app.start({ port: 0, host: "127.0.0.1" });
  console.log(`127.0.0.1:${server.address().port}`);
}
