// The script of *Play the day*: the settings of a channel, nine callers, and what two teammates do about some of them.
// Zoe is away from 10:20 to 13:40, and Leo from 11:50 to 13:10. Who gets what is not in the script: the app decides.
// Times are on the workspace's wall clock.

const FRONT = "+14155550100";
const BILLING = "+14155550200";
const call = (at, from, to, kind, text) => ({ at, call: { kind, from, to, ...(text ? { text } : {}) } });
const callsBack = (at, as, to) => ({ at, as, call: { kind: "call", from: FRONT, to, as } });
const types = (at, as, type) => ({ at, as, type });
const isAway = (at, as, emoji, text) => ({ at, as, status: { emoji, text } });
const isBack = (at, as) => ({ at, as, status: { emoji: "" } });

// The fields of the window *Channel settings*: in turn over @frontdesk, with answer targets and shift changes.
const SETTINGS = {
  auto: { auto: "in_turn" }, pool_group: { pool_group: "@frontdesk" },
  warn: { warn: "10" }, tell: { tell: ["owner", "channel"] }, then_user: { then_user: "maya" }, step: { step: "15" },
  shift: { shift: ["offered"] },
};

export const DAY = [
  { at: "09:10", as: "maya", settings: SETTINGS },
  types("09:10", "leo", "/assign me Ana Lima"),
  types("09:10", "zoe", "/assign me Robert Hale"),
  call("09:20", "+14155550121", FRONT, "call"),
  callsBack("09:30", "leo", "+14155550101"),
  callsBack("09:35", "zoe", "+14155550102"),
  call("09:40", "+14155550124", FRONT, "voicemail", "My son chipped a tooth at school. When can we come?"),
  types("09:50", "leo", "/assign me +14155550105"),
  types("09:50", "zoe", "/assign me Lucía Fernández"),
  types("10:00", "zoe", "/done Robert Hale"),
  call("10:10", "+14155550122", BILLING, "voicemail", "I got two invoices for the same visit. Could someone call me back?"),
  types("10:15", "leo", "/done Ana Lima, +14155550105, +14155550121"),
  isAway("10:20", "zoe", "palm_tree", "Vacationing"),
  types("10:25", "leo", "/assign me +14155550122"),
  call("10:40", "+14155550123", FRONT, "sms", "Is there a parking space for wheelchairs?"),
  call("11:00", "+14155550128", FRONT, "call"),
  call("11:15", "+14155550124", FRONT, "sms", "It hurts more now. Is anyone there?"),
  callsBack("11:25", "leo", "+14155550124"),
  types("11:35", "leo", "/done +14155550122, +14155550123, +14155550128"),
  isAway("11:50", "leo", "face_with_thermometer", "Out sick"),
  call("12:00", "+14155550125", FRONT, "call"),
  isBack("13:10", "leo"),
  callsBack("13:25", "leo", "+14155550125"),
  isBack("13:40", "zoe"),
  call("15:05", "+14155550126", BILLING, "sms", "Can I pay in two parts?"),
  call("16:20", "+14155550127", FRONT, "call"),
];
