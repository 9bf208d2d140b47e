// Makes elements. Text always becomes text nodes: names and messages come from outside, and some of them are markup on
// purpose.

const FLAGS = ["checked", "disabled", "hidden", "inert"];

export function el(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (name === "value") node.value = value;
    else if (FLAGS.includes(name)) node[name] = true;
    else node.setAttribute(name, value === true ? "" : value);
  }
  put(node, ...children);
  return node;
}

export function svg(tag, props, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(props ?? {})) node.setAttribute(name, value);
  put(node, ...children);
  return node;
}

export function put(node, ...children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  }
}

export function fill(node, ...children) {
  node.replaceChildren();
  put(node, ...children);
  return node;
}

// The same, unless `version` says that nothing changed; the focused element keeps the focus.
export function refill(node, version, build) {
  if (node.version === version) return;
  node.version = version;
  const name = node.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
  fill(node, build());
  if (name) node.querySelector(`[data-focus="${CSS.escape(name)}"]`)?.focus({ preventScroll: true });
}

// Makes the children of `parent` stand for `items` and touches only those that changed: focus, selection and typed
// text survive in the others.
export function reconcile(parent, items, keyOf, versionOf, build) {
  const old = new Map();
  for (const child of parent.children) old.set(child.dataset.key, child);
  let place = parent.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    const version = versionOf(item);
    let node = old.get(key);
    old.delete(key);
    if (!node || node.version !== version) {
      const fresh = build(item, node);
      fresh.dataset.key = key;
      fresh.version = version;
      if (node && node !== fresh) {
        if (place === node) place = fresh;
        keepFocus(node, fresh);
      }
      node = fresh;
    }
    if (node === place) place = place.nextElementSibling;
    else parent.insertBefore(node, place);
  }
  for (const gone of old.values()) gone.remove();
}

// Puts `fresh` in the place of `old`. The focus moves to the element with the same name, or with the same action (its
// value may have changed), or else to the first control.
export function keepFocus(old, fresh) {
  const active = document.activeElement;
  const { focus: name, action } = old.contains(active) ? active.dataset : {};
  old.replaceWith(fresh);
  if (!name) return;
  const find = (key, value) => value && fresh.querySelector(`[data-${key}="${CSS.escape(value)}"]`);
  const heir = find("focus", name) ?? find("action", action) ?? fresh.querySelector("button, input");
  heir?.focus({ preventScroll: true });
}

// Arrow keys move among the buttons of a list.
export function arrows(list, selector) {
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const ends = { Home: 0, End: -1 };
    if (!step && !(event.key in ends)) return;
    const all = [...list.querySelectorAll(selector)];
    const at = all.indexOf(document.activeElement);
    if (at < 0) return;
    event.preventDefault();
    const next = step ? all[Math.min(Math.max(at + step, 0), all.length - 1)] : all.at(ends[event.key]);
    next?.focus();
  });
}

export const byId = (id) => document.getElementById(id);

let names = 0;
export const newId = (what) => `${what}-${(names += 1)}`;
