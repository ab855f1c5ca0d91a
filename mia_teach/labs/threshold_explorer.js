import {
  lab, h, svg, slider, choice, tiles, linear, log, plot, axes, draggable, steps, hatching, sides, unpack, lastAtMost,
  decimal, fixed, percent, count,
} from "./lab.js";

function prepare(get) {
  const signals = {};
  for (const [name, table] of Object.entries(get("_tables"))) {
    const kinds = { tp: "i4", fp: "i4", stops: "i4" };
    signals[name] = Object.fromEntries(Object.entries(table).map(([key, bytes]) => [key, unpack(bytes, kinds[key])]));
    Object.assign(signals[name], { auc: signals[name].auc[0], members: signals[name].tp[0], nonMembers: signals[name].fp[0] });
  }
  return { signals, baseRates: get("_base_rates") };
}

function values({ signals }, { threshold, signal, base_rate }) {
  const s = signals[signal];
  const place = Math.max(0, lastAtMost(s.candidates, threshold));
  const tp = s.tp[place], fp = s.fp[place];
  const tpr = tp / s.members, fpr = fp / s.nonMembers;
  const accused = base_rate * tpr + (1 - base_rate) * fpr;
  return {
    threshold, base_rate, tp, fn: s.members - tp, fp, tn: s.nonMembers - fp, tpr, fpr, advantage: tpr - fpr,
    precision: accused ? (base_rate * tpr) / accused : null,
  };
}

function words(v, { baseRates }) {
  const label = baseRates.find(([rate]) => rate === v.base_rate)?.[1] ?? percent(v.base_rate);
  const [rare, where] = label.split(" (");
  const precision = v.precision === null ? "is not defined (nobody is accused)" : percent(v.precision);
  return `Threshold ${decimal(v.threshold)}. `
    + `TPR ${percent(v.tpr)} (${count(v.tp)} of ${count(v.tp + v.fn)} members). `
    + `FPR ${percent(v.fpr)} (${count(v.fp)} of ${count(v.fp + v.tn)} non-members). `
    + `Advantage ${percent(v.advantage).replace("-", "−")}. `
    + `Precision ${precision} when ${rare} records is a member${where ? ` (${where}` : ""}.`;
}

function build({ body, data, get, set, id }) {
  const names = Object.keys(data.signals);
  const signal = choice({ id: id("signal"), label: "Signal", options: names.map((name) => [name, name]), onChange: change });
  const rate = choice({ id: id("rate"), label: "Of all records, members are", options: data.baseRates,
    onChange: (value) => set("base_rate", value) });
  const scale = choice({ id: id("scale"), label: "ROC axes", options: [["linear", "linear"], ["log", "logarithmic"]],
    onChange: (value) => set("roc_scale", value) });
  body.append(h("div", { class: "mia-row" }, ...(names.length > 1 ? [signal.element] : []), rate.element, scale.element));

  const scores = plot({ label: "Histograms of the scores of members and non-members, with the threshold as a line" });
  const roc = plot({ label: "ROC curve with the point of this threshold" });
  body.append(h("div", { class: "mia-plots" }, scores.root, roc.root), sides());
  const accused = svg("rect", { class: "mia-accused", y: scores.area.top, height: scores.area.bottom - scores.area.top });
  const line = svg("line", { class: "mia-cursor", y1: scores.area.top, y2: scores.area.bottom });
  const grip = svg("circle", { class: "mia-grip", r: 6, cy: scores.area.top });
  const point = svg("circle", { class: "mia-grip", r: 7 });

  const range = slider({ id: id("threshold"), label: "Threshold", min: 0, max: 1, ends: ["lenient: accuse everybody", "strict: accuse nobody"],
    onInput: (stop) => set("threshold", now().candidates[now().stops[stop]]) });
  const numbers = tiles([["tpr", "TPR: members found"], ["fpr", "FPR: false alarms"], ["advantage", "Advantage"], ["precision", "Precision"]]);
  const cell = {}, td = (name) => (cell[name] = h("td"));
  const table = h("table", { class: "mia-table" }, h("caption", {}, "Counts"),
    h("thead", {}, h("tr", {}, h("td"), h("th", { scope: "col" }, "accused"), h("th", { scope: "col" }, "not accused"))),
    h("tbody", {}, h("tr", {}, h("th", { scope: "row" }, "members"), td("tp"), td("fn")),
      h("tr", {}, h("th", { scope: "row" }, "non-members"), td("fp"), td("tn"))));
  body.append(range.element, h("div", { class: "mia-row mia-result" }, numbers.element, table));

  const now = () => data.signals[get("signal")];
  let x, fx, fy, drawn = "";

  /** The parts that a drag does not change: both pictures, for this signal and these axes. */
  function backdrop() {
    const s = now(), a = scores.area, b = roc.area, logarithmic = get("roc_scale") === "log";
    x = linear([s.edges[0], s.edges.at(-1)], [a.left, a.right]);
    const y = linear([0, 1.05 * Math.max(...s.of_members, ...s.of_non_members)], [a.bottom, a.top]);
    y.ticks.forEach((tick) => { tick[1] = Math.round(100 * tick[0]) + " %"; });
    scores.root.replaceChildren(hatching(id("hatch")),
      axes(a, x, y, `score: ${get("signal")}`, "share of each side", { title: "Scores: drag the line; to its right, accused" }), accused,
      svg("path", { class: "mia-member", d: steps(s.edges, s.of_members, x, y) }),
      svg("path", { class: "mia-non", fill: `url(#${id("hatch")})`, d: steps(s.edges, s.of_non_members, x, y) }), line, grip);
    const lowest = (n) => 10 ** -Math.max(1, Math.ceil(Math.log10(n)));
    // a third of the lowest tick at the axis: a rate of 0 is drawn there, below any other, and no two labels meet
    fx = logarithmic ? log([lowest(s.nonMembers) / 3, 1], [b.left, b.right]) : linear([0, 1], [b.left, b.right]);
    fy = logarithmic ? log([lowest(s.members) / 3, 1], [b.bottom, b.top]) : linear([0, 1], [b.bottom, b.top]);
    if (!logarithmic) [fx, fy].forEach((f) => f.ticks.forEach((tick) => { tick[1] = Math.round(100 * tick[0]) + " %"; }));
    const curve = Array.from(s.stops, (i) => `${fx(s.fp[i] / s.nonMembers).toFixed(1)} ${fy(s.tp[i] / s.members).toFixed(1)}`);
    const chance = Array.from({ length: 41 }, (_, i) => (logarithmic ? 10 ** (-i / 10) : i / 40)).map((p) => `${fx(p)} ${fy(p)}`);
    roc.root.replaceChildren(axes(b, fx, fy, "false positive rate", "true positive rate", { title: `ROC: AUC ${fixed(s.auc, 3)}` }),
      svg("path", { class: "mia-chance", d: "M" + chance.join("L") }), svg("path", { class: "mia-curve", d: "M" + curve.join("L") }), point);
    range.input.max = s.stops.length - 1;
  }

  /** The same number of accused records on the new signal, so that only the ranking differs. */
  function change(name) {
    const accused = (s, i) => s.tp[i] + s.fp[i];
    const before = now(), after = data.signals[name];
    const wanted = accused(before, Math.max(0, lastAtMost(before.candidates, get("threshold"))));
    let place = 0;
    while (accused(after, place) > wanted) place++;
    set("signal", name);
    set("threshold", after.candidates[place]);
  }

  draggable(scores, ([px]) => set("threshold", Math.min(now().edges.at(-1), Math.max(now().candidates[0], x.invert(px)))));
  draggable(roc, ([px]) => {
    const s = now(), wanted = fx.invert(px) * s.nonMembers;
    let lo = 0, hi = s.fp.length - 1; // fp falls as the threshold rises
    while (lo < hi) { const middle = (lo + hi) >> 1; if (s.fp[middle] <= wanted) hi = middle; else lo = middle + 1; }
    set("threshold", s.candidates[lo]);
  });

  return (v, controls) => {
    const picture = controls.signal + get("roc_scale");
    if (picture !== drawn) { drawn = picture; backdrop(); }
    const s = now(), place = Math.max(0, lastAtMost(s.candidates, v.threshold));
    const px = Math.min(scores.area.right, Math.max(scores.area.left, x(v.threshold)));
    accused.setAttribute("x", px); accused.setAttribute("width", scores.area.right - px);
    line.setAttribute("x1", px); line.setAttribute("x2", px); grip.setAttribute("cx", px);
    point.setAttribute("cx", fx(v.fpr)); point.setAttribute("cy", fy(v.tpr));
    range.show(Math.max(0, lastAtMost(s.stops, place)), decimal(v.threshold),
      `${decimal(v.threshold)}: TPR ${percent(v.tpr)}, FPR ${percent(v.fpr)}`);
    signal.show(controls.signal); rate.show(controls.base_rate); scale.show(get("roc_scale"));
    numbers.show({ tpr: percent(v.tpr), fpr: percent(v.fpr), advantage: percent(v.advantage).replace("-", "−"),
      precision: v.precision === null ? "–" : percent(v.precision) });
    for (const name in cell) cell[name].textContent = count(v[name]);
  };
}

export default lab({ prepare, values, words, build });
