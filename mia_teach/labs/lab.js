// What all labs share in the browser. A lab's own file ends with
//
//   export default lab({ prepare, values, words, build });
//
//   prepare(get)             unpack the tables once: get("trait") -> data
//   values(data, controls)   everything shown, by look-up; the twin of values_at in Python
//   words(values, data)      the read-out; the twin of words in Python
//   build(panel)             put controls and pictures into panel.body, and return draw(values, controls)
//
// panel: { body, data, get(name), set(name, value), id(part) }. set() changes a trait, everything is redrawn at once;
// when the learner comes to rest, the kernel is told and the goals are judged.

const REST = 150; // milliseconds without a change

export function lab({ prepare = () => ({}), values = (data, controls) => controls, words = () => "", build }) {
  function render({ model, el }) {
    const get = (name) => model.get(name);
    const data = prepare(get);
    const here = "mia-" + Math.random().toString(36).slice(2);
    const id = (part) => `${here}-${part}`;
    const controls = () => Object.fromEntries(get("_controls").map((name) => [name, get(name)]));

    const body = h("div", { class: "mia-body" });
    const status = h("p", { class: "mia-words", role: "status" });
    const note = h("p", { class: "mia-note", role: "status" });
    const goals = goalList(get("_goals"), id("goals"));
    const root = h("section", { class: "mia-lab", "aria-labelledby": id("title") },
      h("h3", { class: "mia-title", id: id("title") }, get("title")), body, status, goals.element, note);
    el.append(root);

    const ticked = get("_goals").map(() => false);
    const tick = () => {
      get("goals_met").forEach((met, i) => { ticked[i] ||= met; });
      goals.show(ticked);
    };
    let timer = 0;
    const set = (name, value) => {
      model.set(name, value);
      if (!get("_controls").includes(name)) draw(); // a matter of the view alone, such as the scale of an axis
      clearTimeout(timer);
      timer = setTimeout(rest, REST);
    };
    function rest() {
      timer = 0;
      const now = values(data, controls());
      say(status, words(now, data));
      const fresh = get("_goals").flatMap((goal, i) => (!ticked[i] && isMet(goal.conditions, now) ? [i] : []));
      if (fresh.length) {
        fresh.forEach((i) => { ticked[i] = true; });
        model.set("_met_at", { ...get("_met_at"), ...Object.fromEntries(fresh.map((i) => [i, controls()])) });
      }
      model.save_changes();
      tick();
    }

    const redraw = build({ body, data, get, set, id }) ?? (() => {});
    const draw = () => redraw(values(data, controls()), controls());
    // A change from the kernel (a cell that sets the trait) or from another view of this panel has no timer here.
    const changed = () => { draw(); if (!timer) say(status, words(values(data, controls()), data)); };
    const noted = () => say(note, get("note"));
    const listeners = [...get("_controls").map((name) => ["change:" + name, changed]),
      ["change:goals_met", tick], ["change:note", noted]];
    listeners.forEach(([event, listener]) => model.on(event, listener));
    changed();
    tick();
    noted();
    return () => {
      if (timer) { clearTimeout(timer); rest(); }
      listeners.forEach(([event, listener]) => model.off(event, listener));
    };
  }
  return { render, prepare, values, words };
}

// ---- goals: the same rule as Goal.is_met in lab.py

const RULES = {
  "<": (a, b) => a < b, "<=": (a, b) => a <= b, ">": (a, b) => a > b, ">=": (a, b) => a >= b, "==": (a, b) => a === b,
};

export function isMet(conditions, values) {
  return Object.entries(conditions).every(([name, [rule, bound]]) => values[name] !== null && RULES[rule](values[name], bound));
}

function goalList(goals, id) {
  if (!goals.length) return { element: "", show() {} };
  const items = goals.map((goal) => h("li", {}, h("span", { class: "mia-mark", "aria-hidden": "true" }),
    h("span", {}, goal.text), h("span", { class: "mia-state" })));
  const heard = h("p", { class: "mia-unseen", role: "status" });
  const element = h("div", { class: "mia-goals" }, h("p", { class: "mia-heading", id }, "Goals"),
    h("ol", { "aria-labelledby": id }, ...items), heard);
  const before = goals.map(() => null);
  function show(ticked) {
    items.forEach((item, i) => {
      item.classList.toggle("mia-met", ticked[i]);
      item.children[0].textContent = ticked[i] ? "✓" : "○";
      item.children[2].textContent = ticked[i] ? "met" : "to do";
      if (ticked[i] && before[i] === false) say(heard, `Goal ${i + 1} is met.`);
      before[i] = ticked[i];
    });
  }
  return { element, show };
}

/** Say something in a live region, once, and never break a line before a per cent sign. */
export function say(element, text) {
  const whole = text.replaceAll(" %", "\u00a0%");
  if (element.textContent !== whole) element.textContent = whole;
}

// ---- elements

/** An HTML element. What takes the focus keeps its keys: JupyterLab would take the arrows from a slider or a radio
 *  button unless the focused element itself carries the attribute. */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), ["input", "select", "button"].includes(tag)
    ? { "data-lm-suppress-shortcuts": "true", ...attributes } : attributes, children);
}

/** An SVG element. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/** A slider in a row with its name, and words for its two ends. show(value, words) moves it and says where it is. */
export function slider({ id, label, min, max, step = 1, ends = ["", ""], onInput }) {
  const input = h("input", { type: "range", id, min, max, step });
  const value = h("output", { for: id });
  const element = h("div", { class: "mia-slider" },
    h("div", { class: "mia-ends" }, h("label", { for: id }, label), value), input,
    ends.some(Boolean) ? h("div", { class: "mia-ends mia-small", "aria-hidden": "true" }, h("span", {}, ends[0]), h("span", {}, ends[1])) : "");
  input.addEventListener("input", () => onInput(Number(input.value)));
  return { element, input, show(position, words, spoken = words) {
    input.value = position;
    input.setAttribute("aria-valuetext", spoken);
    value.textContent = words;
  } };
}

/** A choice among a few: options are [value, text] pairs. show(value) selects one. */
export function choice({ id, label, options, onChange }) {
  const select = h("select", { id }, ...options.map(([, text], i) => h("option", { value: i }, text)));
  select.addEventListener("change", () => onChange(options[Number(select.value)][0]));
  return { element: h("div", { class: "mia-choice" }, h("label", { for: id }, label), select), select,
    show(value) { select.value = options.findIndex(([one]) => one === value); } };
}

/** The main numbers side by side; show({name: text}). */
export function tiles(entries) {
  const cells = Object.fromEntries(entries.map(([name]) => [name, h("dd")]));
  return { element: h("dl", { class: "mia-tiles" }, ...entries.map(([name, label]) => h("div", {}, h("dt", {}, label), cells[name]))),
    show(texts) { for (const [name, text] of Object.entries(texts)) cells[name].textContent = text; } };
}

// ---- pictures

/** A scale from data to pixels, with its inverse and ticks: linear, or logarithmic with powers of ten. */
export function linear([lo, hi], [from, to]) {
  const scale = (x) => from + ((x - lo) / (hi - lo)) * (to - from);
  const step = niceStep((hi - lo) / 5), digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const ticks = [];
  for (let i = Math.ceil(lo / step - 1e-9); i * step <= hi + 1e-9 * step; i++) ticks.push([i * step, fixed(i * step, digits).replace("-", "−")]);
  return Object.assign(scale, { invert: (p) => lo + ((p - from) / (to - from)) * (hi - lo), ticks });
}

export function log([lo, hi], [from, to]) {
  const a = Math.log10(lo), b = Math.log10(hi);
  const scale = (x) => from + ((Math.log10(Math.max(x, lo)) - a) / (b - a)) * (to - from);
  const ticks = [];
  for (let e = Math.ceil(a - 1e-9); e <= b + 1e-9; e++) ticks.push([10 ** e, percentTick(e)]);
  return Object.assign(scale, { invert: (p) => 10 ** (a + ((p - from) / (to - from)) * (b - a)), ticks });
}

const percentTick = (e) => (e <= -2 ? (100 * 10 ** e).toFixed(-e - 2) : String(Math.round(100 * 10 ** e))) + " %";

function niceStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5].find((n) => n * power >= rough * 0.999) ?? 10);
}

/** An empty plot, W × H with margins around the area; what it shows is said in words for those who cannot see it. */
export function plot({ width = 380, height = 270, label, left = 60, right = 22, top = 26, bottom = 44 }) {
  const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label, class: "mia-plot" });
  const area = { left, right: width - right, top, bottom: height - bottom };
  /** Where on the plot, in its own units, a pointer event happened. */
  const at = (event) => {
    const box = root.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * width, ((event.clientY - box.top) / box.height) * height];
  };
  return { root, area, at };
}

/** Axes with ticks and names for two scales, as one group. */
export function axes(area, x, y, xName, yName, { title = "" } = {}) {
  const { left, right, top, bottom } = area;
  const group = svg("g", { class: "mia-axes" });
  for (const [value, text] of x.ticks) {
    group.append(svg("line", { class: "mia-grid", x1: x(value), x2: x(value), y1: top, y2: bottom }),
      svg("text", { x: x(value), y: bottom + 16, "text-anchor": "middle" }, text));
  }
  for (const [value, text] of y.ticks) {
    group.append(svg("line", { class: "mia-grid", x1: left, x2: right, y1: y(value), y2: y(value) }),
      svg("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, text));
  }
  const middle = (top + bottom) / 2;
  group.append(svg("path", { class: "mia-frame", d: `M${left} ${top}V${bottom}H${right}` }),
    svg("text", { class: "mia-name", x: (left + right) / 2, y: bottom + 36, "text-anchor": "middle" }, xName),
    svg("text", { class: "mia-name", x: 11, y: middle, "text-anchor": "middle", transform: `rotate(-90 11 ${middle})` }, yName),
    svg("text", { class: "mia-plot-title", x: left, y: 14 }, title));
  return group;
}

/** Call onMove with the place, in the plot's units, while the pointer is pressed and moves. */
export function draggable({ root, at }, onMove) {
  root.classList.add("mia-draggable");
  root.addEventListener("pointerdown", (event) => { root.setPointerCapture(event.pointerId); onMove(at(event)); event.preventDefault(); });
  root.addEventListener("pointermove", (event) => { if (event.buttons & 1) onMove(at(event)); });
}

/** A histogram as a closed outline: edges has one number more than heights. */
export function steps(edges, heights, x, y) {
  let path = `M${x(edges[0])} ${y(0)}`;
  for (let i = 0; i < heights.length; i++) path += `V${y(heights[i]).toFixed(1)}H${x(edges[i + 1]).toFixed(1)}`;
  return `${path}V${y(0)}Z`;
}

/** Hatching for the fill of non-members, so that the two sides differ without colour; give its id to url(#id). */
export function hatching(id) {
  return svg("defs", {}, svg("pattern", { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    svg("line", { x1: 0, x2: 0, y1: 0, y2: 6, class: "mia-hatch" })));
}

/** The legend of members and non-members. */
export function sides() {
  const key = (kind) => svg("svg", { width: 22, height: 12, "aria-hidden": "true" },
    svg("rect", { x: 1, y: 1, width: 20, height: 10, class: `mia-key mia-key-${kind}` }));
  return h("p", { class: "mia-legend" }, h("span", {}, key("member"), "members (solid)"),
    h("span", {}, key("non"), "non-members (dashed)"));
}

// ---- numbers

/** Bytes that pack() in lab.py made -> a typed array. */
export function unpack(view, kind = "f8") {
  const Kind = { f4: Float32Array, f8: Float64Array, i4: Int32Array }[kind];
  return new Kind(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
}

/** The last place in a sorted array whose value is at most x, or -1. */
export function lastAtMost(sorted, x) {
  let lo = 0, hi = sorted.length;
  while (lo < hi) { const middle = (lo + hi) >> 1; if (sorted[middle] <= x) lo = middle + 1; else hi = middle; }
  return lo - 1;
}

/** Python's f"{x:.{digits}f}": toFixed, but an exact tie goes to the even digit. */
export function fixed(x, digits) {
  const text = x.toFixed(digits);
  const tie = Math.abs(x * 2 ** (digits + 1)) % 2 === 1;
  return tie && Number(text.at(-1)) % 2 ? (x - Math.sign(x) * 1e-9).toFixed(digits) : text;
}

export function decimal(x, digits = 3) {
  if (x === 0 || (Math.abs(x) >= 0.001 && Math.abs(x) < 1e6)) return fixed(x, digits).replace("-", "−");
  let [mantissa, exponent] = x.toExponential(1).split("e");
  const [, down, tie] = x.toExponential(20).match(/^(-?\d\.\d)(50*e)?/);
  if (tie && Number(down.at(-1)) % 2 === 0) mantissa = down;
  const raised = String(Number(exponent)).replace(/[-\d]/g, (sign) => (sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign]));
  return `${mantissa} × 10${raised}`.replace("-", "−");
}

export const percent = (share) => fixed(100 * share, 1) + " %";
export const count = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
