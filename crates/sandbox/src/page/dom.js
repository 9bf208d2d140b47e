// Makes elements. Text always becomes text nodes: names and messages come from outside, and some
// of them are markup on purpose.

export function el(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (name === "value") node.value = value;
    else if (name === "checked" || name === "disabled" || name === "hidden" || name === "inert") node[name] = true;
    else node.setAttribute(name, value === true ? "" : value);
  }
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

// Makes the children of `parent` stand for `items`, touching only those that changed: focus,
// selection and what is being typed survive in the others.
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

// Puts `fresh` where `old` was; the element that had the focus keeps it, found by its name.
export function keepFocus(old, fresh) {
  const active = document.activeElement;
  const name = old.contains(active) ? active.dataset.focus : null;
  old.replaceWith(fresh);
  if (!name) return;
  const heir = fresh.querySelector(`[data-focus="${CSS.escape(name)}"]`) ?? fresh.querySelector("button, input");
  heir?.focus({ preventScroll: true });
}

// Arrow keys move among the buttons of a list, so that Tab leaves it in one step.
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
