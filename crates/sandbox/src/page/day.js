// The script of *Play the day*: eight callers, and what two teammates do about some of them. Times are on the
// workspace's wall clock.

const FRONT = "+14155550100";
const BILLING = "+14155550200";
const call = (at, from, to, kind, text) => ({ at, call: { kind, from, to, ...(text ? { text } : {}) } });
const types = (at, as, type) => ({ at, as, type });

export const DAY = [
  call("09:20", "+14155550121", FRONT, "call"),
  types("09:45", "leo", "/assign me +14155550121"),
  call("10:10", "+14155550122", BILLING, "voicemail", "I got two invoices for the same visit. Could someone call me back?"),
  types("10:25", "leo", "/done +14155550121"),
  call("10:55", "+14155550123", FRONT, "sms", "Is there a parking space for wheelchairs?"),
  types("11:10", "zoe", "/assign me +14155550123"),
  call("11:40", "+14155550101", FRONT, "call"),
  types("12:05", "zoe", "/done +14155550123"),
  call("13:15", "+14155550124", FRONT, "voicemail", "My son chipped a tooth at school. When can we come?"),
  types("13:20", "leo", "/assign me +14155550124"),
  call("14:00", "+14155550125", FRONT, "call"),
  types("14:10", "zoe", "/assign me +14155550125"),
  types("14:35", "leo", "/done +14155550124"),
  call("15:05", "+14155550126", BILLING, "sms", "Can I pay in two parts?"),
  types("15:30", "zoe", "/done +14155550125"),
  call("16:20", "+14155550127", FRONT, "call"),
];
