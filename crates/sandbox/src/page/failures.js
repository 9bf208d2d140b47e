// What a pane shows when it cannot show its object.

import { act } from "./api.js";
import { el, newId } from "./dom.js";
import { objectButton } from "./objects.js";

const WORDS = {
  restricted: ["You don’t have access", "Ask the owner of this item for access."],
  not_found: ["Item not found", "It may have been deleted or moved."],
  internal_error: ["Something went wrong", "The app couldn’t load this item."],
  timeout: ["This is taking too long", "The app didn’t answer within 30 s."],
  edit_error: ["The changes weren’t saved", ""],
};

export function failure(error, pane, refresh) {
  const [title, message] = WORDS[error.status] ?? ["This item can’t be shown", ""];
  const heading = newId("failure");
  const press = (pressed) => act("object_button", { where: "pane", action_id: pressed.action_id });
  const waits = (action) => pane.spinning.find((one) => one.action_id === action.action_id);
  return el("div", { class: "object-note", role: "group", "aria-labelledby": heading },
    el("h4", { id: heading }, error.custom_title ?? title), el("p", { class: "text" }, error.custom_message ?? message),
    el("div", { class: "block-actions" },
      (error.actions ?? []).map((action) => objectButton(action, waits(action), press, "failure")),
      error.status === "timeout" ? el("button", { type: "button", "data-focus": "retry", onclick: refresh }, "Try again") : null));
}

export function signIn(address) {
  return el("div", { class: "object-note" }, el("h4", null, "Connect to see more"),
    el("p", null, "The app needs to know who you are."),
    el("a", { class: "button primary", href: address, target: "_blank", rel: "noopener noreferrer", "data-focus": "sign-in" }, "Connect"));
}
