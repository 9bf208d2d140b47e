// rich_text blocks: text whose formatting is data, not markup.

import { el } from "./dom.js";
import { broadcastPill, channelPill, emojiOrName, groupPill, link, userPill } from "./text.js";
import { slackDate, ticking } from "./when.js";

const SECTIONS = {
  rich_text_section: (part) => el("span", { class: "rich" }, part.elements.map(leaf)),
  rich_text_preformatted: (part) => el("pre", null, part.elements.map(leaf)),
  rich_text_quote: (part) => el("blockquote", null, part.elements.map(leaf)),
  rich_text_list: (part) => {
    const tag = part.style === "ordered" ? "ol" : "ul";
    const items = part.elements.map((item) => el("li", null, section(item)));
    return el(tag, { class: `indent-${part.indent ?? 0}`, start: part.offset ? part.offset + 1 : null }, items);
  },
};

function section(part) {
  return SECTIONS[part.type]?.(part) ?? unknown(part.type);
}

const LEAVES = {
  text: (part) => part.text,
  link: (part) => link(part.url, part.text || part.url),
  user: (part) => userPill(part.user_id),
  usergroup: (part) => groupPill(part.usergroup_id),
  channel: (part) => channelPill(part.channel_id),
  broadcast: (part) => broadcastPill(part.range),
  emoji: (part) => emojiOrName(part.name),
  date: (part) => ticking({}, () => slackDate(part.timestamp, part.format)),
  color: (part) => part.value,
};

function leaf(part) {
  let drawn = LEAVES[part.type]?.(part) ?? unknown(part.type);
  const { bold, italic, strike, code } = part.style ?? {};
  if (code) drawn = el("code", null, drawn);
  if (strike) drawn = el("s", null, drawn);
  if (italic) drawn = el("em", null, drawn);
  if (bold) drawn = el("strong", null, drawn);
  return drawn;
}

const unknown = (type) => el("span", { class: "faint" }, `[${type}]`);

// The parts without a frame, for the cells of tables.
export const richParts = (block) => block.elements.map(section);

export const richText = (block) => el("div", { class: "block-rich" }, richParts(block));
