// Block Kit's charts, as pictures with a text alternative.

import { el, svg } from "./dom.js";

const [WIDTH, HEIGHT, LEFT, TOP, BOTTOM] = [520, 190, 34, 10, 24];
const INNER = HEIGHT - TOP - BOTTOM;

export function chart(block) {
  const { type, series = [], segments, axis_config: axes = {} } = block.chart;
  const all = segments ? [{ name: block.title, data: segments }] : series;
  const categories = axes.categories ?? all[0].data.map(({ label }) => label);
  const told = all.map(({ name, data }) => `${name}: ${data.map(({ label, value }) => `${label} ${value}`).join(", ")}`);
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${block.title}. ${told.join(". ")}` },
    (type === "line" || type === "area" ? lines : bars)(all, categories));
  const legend = el("ul", { class: "legend", "aria-hidden": "true" }, all.map(({ name }, place) =>
    el("li", null, el("span", { class: `key series-${place}` }), name)));
  return el("figure", { class: "block-chart" }, el("figcaption", null, block.title), picture, all.length > 1 ? legend : null,
    axes.y_label ? el("p", { class: "faint" }, axes.y_label) : null);
}

function scale(highest) {
  const top = Math.max(1, highest);
  const steps = [0, Math.ceil(top / 2), top];
  const y = (value) => TOP + INNER - (value / top) * INNER;
  const grid = [...new Set(steps)].map((value) => [
    svg("line", { class: "grid", x1: LEFT, x2: WIDTH, y1: y(value), y2: y(value) }),
    svg("text", { class: "axis", x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, String(value)),
  ]);
  return { y, grid };
}

const value = (series, label) => series.data.find((point) => point.label === label)?.value ?? 0;

// One bar for each category, with the series on top of each other.
function bars(all, categories) {
  const totals = categories.map((label) => all.reduce((sum, series) => sum + value(series, label), 0));
  const { y, grid } = scale(Math.max(...totals));
  const room = (WIDTH - LEFT) / categories.length;
  const columns = categories.map((label, place) => {
    const x = LEFT + place * room;
    let sum = 0;
    const parts = all.map((series, index) => {
      const from = sum;
      sum += value(series, label);
      return svg("rect", { class: `series-${index}`, x: x + room * 0.2, width: room * 0.6, y: y(sum), height: y(from) - y(sum) });
    });
    return [parts, caption(label, x + room / 2)];
  });
  return [grid, columns];
}

function lines(all, categories) {
  const { y, grid } = scale(Math.max(...all.flatMap(({ data }) => data.map((point) => point.value))));
  const room = (WIDTH - LEFT) / categories.length;
  const x = (place) => LEFT + (place + 0.5) * room;
  const drawn = all.map((series, index) => svg("polyline", {
    class: `stroke series-${index}`, points: categories.map((label, place) => `${x(place)},${y(value(series, label))}`).join(" "),
  }));
  return [grid, drawn, categories.map((label, place) => caption(label, x(place)))];
}

const caption = (label, x) => svg("text", { class: "axis", x, y: HEIGHT - 6, "text-anchor": "middle" }, label);
