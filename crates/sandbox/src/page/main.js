// Puts the page together.

import { startChannel } from "./channel.js";
import { startEvents } from "./events.js";
import { startHeader } from "./header.js";
import { showConversation, startInbox } from "./inbox.js";
import { showPane, startLayout } from "./layout.js";
import { startPane } from "./pane.js";
import { recall, startSidebar } from "./sidebar.js";
import { connect } from "./store.js";
import { startThread } from "./thread.js";
import { startTour } from "./tour.js";
import { startTraffic } from "./traffic.js";
import { startViews } from "./views.js";

// Links to conversations lead to the inbox of this page's dialnote.
function follow() {
  const wanted = new URLSearchParams(location.hash.slice(1)).get("conversation");
  if (!wanted) return;
  history.replaceState(null, "", "/");
  open(wanted);
}

function open(conversation) {
  showPane("inbox", true);
  showConversation(conversation);
}

recall();
startLayout();
startHeader();
startSidebar();
startChannel();
startThread();
startPane();
startViews();
startTour();
startInbox();
startEvents();
startTraffic();
window.addEventListener("hashchange", follow);
const conversation = /^\/conversations\/([^/]+)$/.exec(location.pathname);
if (conversation) open(decodeURIComponent(conversation[1]));
connect();
