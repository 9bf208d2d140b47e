// The emoji that messages name. Others are shown by their names.

const EMOJI = {
  "+1": "👍", "-1": "👎", adhesive_bandage: "🩹", alarm_clock: "⏰", arrow_right: "➡️", bell: "🔔", bellhop_bell: "🛎️",
  blue_circle: "🔵", bulb: "💡", bust_in_silhouette: "👤", busts_in_silhouette: "👥", calendar: "📅", calling: "📲",
  card_index: "📇", clipboard: "📋", clock3: "🕒", crescent_moon: "🌙", envelope: "✉️", eyes: "👀", fire: "🔥",
  gear: "⚙️", grey_question: "❔", handshake: "🤝", heavy_check_mark: "✔️", hourglass: "⌛",
  hourglass_flowing_sand: "⏳", house: "🏠", inbox_tray: "📥", information_source: "ℹ️", key: "🔑",
  large_blue_circle: "🔵", large_green_circle: "🟢", large_yellow_circle: "🟡", leftwards_arrow_with_hook: "↩️",
  link: "🔗", lock: "🔒", mag: "🔍", mailbox_with_mail: "📬", mega: "📣", memo: "📝", microphone: "🎤", no_entry: "⛔",
  ok_hand: "👌", outbox_tray: "📤", pencil2: "✏️", phone: "☎️", point_right: "👉", pushpin: "📌", raised_hands: "🙌",
  red_circle: "🔴", repeat: "🔁", rocket: "🚀", rotating_light: "🚨", shield: "🛡️", sleeping: "😴",
  small_blue_diamond: "🔹", smile: "😄", snooze: "💤", sos: "🆘", sparkles: "✨", speech_balloon: "💬", star: "⭐",
  stopwatch: "⏱️", studio_microphone: "🎙️", sunny: "☀️", tada: "🎉", telephone: "☎️", telephone_receiver: "📞",
  thinking_face: "🤔", thumbsup: "👍", vibration_mode: "📳", warning: "⚠️", wave: "👋", white_check_mark: "✅",
  white_circle: "⚪", wrench: "🔧", x: "❌", yellow_circle: "🟡", zzz: "💤",
};

export const emoji = (name) => (Object.hasOwn(EMOJI, name) ? EMOJI[name] : null);
