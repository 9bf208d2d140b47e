// Puts the page together.

import { startChannel } from "./channel.js";
import { byId } from "./dom.js";
import { showConversation } from "./inbox.js";
import { showPane, startRight } from "./right.js";
import { recall, startSidebar } from "./sidebar.js";
import { connect } from "./store.js";
import { startThread } from "./thread.js";
import { startViews } from "./views.js";
import { startWeather } from "./weather.js";

// On narrow windows the sides lie over the middle, and a button shows them.
function toggle(button, side) {
  byId(button).addEventListener("click", () => {
    const open = document.body.classList.toggle(`${side}-open`);
    byId(button).setAttribute("aria-expanded", String(open));
  });
}

// Links to conversations lead to dialnote, which is to the right.
function follow() {
  const wanted = new URLSearchParams(location.hash.slice(1)).get("conversation");
  if (!wanted) return;
  history.replaceState(null, "", "/");
  open(wanted);
}

function open(conversation) {
  showPane("inbox");
  document.body.classList.add("right-open");
  showConversation(conversation);
}

recall();
startSidebar();
startChannel();
startThread();
startViews();
startRight();
startWeather();
toggle("toggle-side", "side");
toggle("toggle-right", "right");
window.addEventListener("hashchange", follow);
const conversation = /^\/conversations\/([^/]+)$/.exec(location.pathname);
if (conversation) open(decodeURIComponent(conversation[1]));
connect();
