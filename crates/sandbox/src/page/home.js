// The app's Home tab, as the app published it for this person.

import { draw } from "./blocks.js";
import { el, fill, keepFocus } from "./dom.js";
import { state } from "./store.js";
import { viewStand } from "./views.js";

export function drawHome(box) {
  const home = state.views.home;
  const look = home ? `${home.id}/${home.hash}` : `none/${state.installed.features?.app_home?.home_tab_enabled}`;
  if (box.version === look) return;
  box.version = look;
  const fresh = el("div", { class: "blocks" }, home ? draw(home.body.blocks, viewStand(home, () => drawHome(box))) : nothing());
  const old = box.firstElementChild;
  if (old) keepFocus(old, fresh);
  else fill(box, fresh);
}

function nothing() {
  const on = state.installed.features?.app_home?.home_tab_enabled;
  const why = on ? "The app hasn’t published a Home for you yet." : "The app has no Home tab. manifest.yml doesn’t switch it on.";
  return el("p", { class: "faint" }, why);
}
