import { lab, h, svg, slider, choice, linear, log, plot, axes, unpack, decimal, fixed, percent } from "./lab.js";

const FOR_ALL = "one for all", PER_CLASS = "one per class";
const MEASURES = ["auc", "tpr", "true_fpr", "true_tpr"];

function prepare(get) {
  const tables = get("_tables"), settings = get("_settings"), classes = get("_classes");
  const [lossAuc, lossTpr] = unpack(tables.loss);
  return {
    settings, classes, lossAuc, lossTpr, levels: unpack(tables.levels), reach: unpack(tables.reach),
    of: Object.fromEntries(MEASURES.map((name) => [name, unpack(tables[name])])), // mean, low, high at each place
    curves: unpack(tables.curves, "f4"), lossCurve: unpack(tables.loss_curve, "f4"),
  };
}

function values(data, { kind, count, classifier, promised }) {
  const { settings: s, classes, of } = data, k = s.kind.indexOf(kind);
  const perClass = Number(classifier === PER_CLASS && classes[k] === classes.at(-1));
  const at = placeOf(data, k, perClass, count), there = at * s.promised.length + s.promised.indexOf(promised);
  const place = { auc: at, tpr: at, true_fpr: there, true_tpr: there };
  const look = (which, end) => Object.fromEntries(MEASURES.map((name) => [name + end, of[name][3 * place[name] + which]]));
  const mean = look(0, ""), low = look(1, "_low"), high = look(2, "_high");
  return {
    kind: k, count, per_class: perClass, fell_back: Number(classifier === PER_CLASS && !perClass), promised,
    ...mean, ...low, ...high, ratio: mean.true_fpr / promised, broken: Number(low.true_fpr_low > promised),
    loss_auc: data.lossAuc, loss_tpr: data.lossTpr,
  };
}

/** The place in the tables: kinds, classifiers, counts. */
const placeOf = ({ settings: s }, k, perClass, count) => (2 * k + perClass) * s.count.length + s.count.indexOf(count);

const rate = (share) => `${Number((100 * share).toPrecision(6))} %`;

function verdict(v) {
  if (v.broken) return `the promise is broken, ${fixed(v.ratio, 1)} times as many false alarms`;
  if (v.true_fpr_high < v.promised) return "more careful than promised";
  return "the promise is kept, within the interval";
}

function words(v, { settings, classes }) {
  const fallen = ` (one per class is impossible: these shadows know ${classes[v.kind]} classes, the target ${classes.at(-1)})`;
  return `${v.count} shadow ${v.count === 1 ? "model" : "models"}, ${settings.kind[v.kind]}; `
    + `${v.per_class ? "one classifier per class" : "one classifier for all"}${v.fell_back ? fallen : ""}: `
    + `TPR at 1 % FPR ${percent(v.tpr)} (${percent(v.tpr_low)} to ${percent(v.tpr_high)}), `
    + `AUC ${decimal(v.auc)}; the plain loss attack has ${percent(v.loss_tpr)} and ${decimal(v.loss_auc)}. `
    + `Promised FPR ${rate(v.promised)}, true FPR ${percent(v.true_fpr)} (${percent(v.true_fpr_low)} to `
    + `${percent(v.true_fpr_high)}): ${verdict(v)}; ${percent(v.true_tpr)} of the members are found there.`;
}

function build({ body, data, get, set, id }) {
  const { settings: s } = data;
  const kind = choice({ id: id("kind"), label: "Your shadow models are", options: s.kind.map((one) => [one, one]),
    onChange: (value) => set("kind", value) });
  const classifier = choice({ id: id("classifier"), label: "Attack classifier", options: [[FOR_ALL, FOR_ALL], [PER_CLASS, PER_CLASS]],
    onChange: (value) => set("classifier", value) });
  const promised = choice({ id: id("promised"), label: "Promised false alarms", options: s.promised.map((one) => [one, rate(one)]),
    onChange: (value) => set("promised", value) });
  const number = slider({ id: id("count"), label: "Number of shadow models", min: 0, max: s.count.length - 1,
    ends: [String(s.count[0]), String(s.count.at(-1))], onInput: (i) => set("count", s.count[i]) });
  const scale = choice({ id: id("scale"), label: "ROC axes", options: [["log", "logarithmic"], ["linear", "linear"]],
    onChange: (value) => set("roc_scale", value) });
  body.append(
    h("p", { class: "mia-lead" }, "You are the adversary: choose your shadow models, learn the attack on them, set the threshold by them. "
      + "The first picture shows whom it finds, the second whether you accuse as few innocents as you promised yourself."),
    h("div", { class: "mia-row mia-means" }, kind.element, classifier.element, promised.element, number.element));

  const height = 300;
  const roc = plot({ height, top: 38, label: "Mean ROC curve of the attack and of the plain loss attack, the promised false positive rate, and the point really got" });
  const keep = plot({ height, left: 132, right: 54, top: 38, label: "True false positive rate for each kind of shadow models, beside the promised one" });
  const numbers = numbersWithIntervals([["auc", "AUC"], ["tpr", "TPR at 1 % FPR"], ["true_fpr", "FPR promised → true"], ["true_tpr", "Members found there"]]);
  body.append(h("div", { class: "mia-plots" }, roc.root, keep.root), legend(),
    h("div", { class: "mia-row mia-result" }, numbers.element, scale.element));

  // ---- the ROC curve: a backdrop for each scale; curves, line and point move
  const attack = svg("path", { class: "mia-curve" }), loss = svg("path", { class: "mia-loss" });
  const promise = svg("line", { class: "mia-promise", y1: roc.area.top, y2: roc.area.bottom });
  const promiseName = svg("text", { class: "mia-halo", y: roc.area.top + 12 });
  const bars = svg("path", { class: "mia-got-bars" }), point = svg("path", { class: "mia-got" });
  let fx, fy, drawn = "";
  function backdrop() {
    const { area } = roc, logarithmic = get("roc_scale") === "log", lowest = data.levels[0];
    const axis = (reach) => (logarithmic ? log([lowest, 1], reach) : linear([0, 1], reach));
    fx = axis([area.left, area.right]);
    fy = axis([area.bottom, area.top]);
    if (!logarithmic) [fx, fy].forEach((f) => f.ticks.forEach((tick) => { tick[1] = Math.round(100 * tick[0]) + " %"; }));
    const chance = Array.from({ length: 41 }, (_, i) => (logarithmic ? lowest ** (i / 40) : i / 40)).map((p) => `${fx(p)} ${fy(p)}`);
    roc.root.replaceChildren(axes(area, fx, fy, "false positive rate", "true positive rate", { title: "ROC: whom the attack finds" }),
      svg("path", { class: "mia-chance", d: "M" + chance.join("L") }), promise, attack, loss, promiseName, bars, point);
    loss.setAttribute("d", curve(data.lossCurve));
  }
  const curve = (tpr) => "M" + Array.from(tpr, (one, i) => `${fx(data.levels[i]).toFixed(1)} ${fy(one).toFixed(1)}`).join("L");

  // ---- whose promise is kept: a row for each kind
  const { area } = keep, row = (area.bottom - area.top) / s.kind.length;
  const [low, high] = data.reach, across = log([low, high], [area.left + 6, area.right - 8]);
  across.ticks = [-4, -3, -2, -1, 0].flatMap((e) => [1, 3].map((digit) => digit * 10 ** e)).filter((one) => one >= low && one <= high)
    .map((one) => [one, rate(one).slice(0, -2)]);
  const line = svg("line", { class: "mia-promise", y1: area.top, y2: area.bottom });
  const rows = s.kind.map((name, k) => {
    const middle = area.top + (k + 0.5) * row;
    const lines = wrapped(name, 17);
    const text = svg("text", { "text-anchor": "end" });
    const back = svg("rect", { class: "mia-row-back", x: 2, width: area.right + 50, y: middle - row / 2 + 1, height: row - 2 });
    const bar = svg("path", { class: "mia-got-bars" }), dot = svg("path", { class: "mia-got" });
    const times = svg("text", { x: area.right + 6, y: middle + 4 });
    const group = svg("g", { class: "mia-kind" }, back, text, bar, dot, times);
    group.addEventListener("click", () => set("kind", name));
    return { name, middle, lines, text, bar, dot, times, group };
  });
  const lineName = svg("text", { "text-anchor": "middle", y: area.top - 5 });
  keep.root.append(axes(area, across, { ticks: [] }, "true false positive rate (%)", ""),
    svg("text", { class: "mia-plot-title", x: 2, y: 14 }, "Is the promise kept? Click a row to choose"),
    svg("text", { x: area.right + 6, y: area.top - 5 }, "times"), line, lineName, ...rows.map((one) => one.group));

  return (v, controls) => {
    if (get("roc_scale") !== drawn) { drawn = get("roc_scale"); backdrop(); }
    kind.show(controls.kind); classifier.show(controls.classifier); promised.show(controls.promised); scale.show(drawn);
    number.show(s.count.indexOf(controls.count), String(controls.count), `${controls.count} shadow ${controls.count === 1 ? "model" : "models"}`);
    numbers.show(v);

    const n = data.levels.length, first = placeOf(data, v.kind, v.per_class, v.count) * n;
    attack.setAttribute("d", curve(data.curves.subarray(first, first + n)));
    const px = fx(v.promised), right = px < (roc.area.left + roc.area.right) / 2;
    promise.setAttribute("x1", px); promise.setAttribute("x2", px);
    promiseName.setAttribute("x", px + (right ? 5 : -5)); promiseName.setAttribute("text-anchor", right ? "start" : "end");
    promiseName.textContent = `promised ${rate(v.promised)}`;
    const [x, y] = [fx(v.true_fpr), fy(v.true_tpr)];
    bars.setAttribute("d", bar(fx(v.true_fpr_low), fx(v.true_fpr_high), y) + `M${x} ${fy(v.true_tpr_low)}V${fy(v.true_tpr_high)}`);
    point.setAttribute("d", diamond(x, y, 6));

    line.setAttribute("x1", across(v.promised)); line.setAttribute("x2", across(v.promised));
    lineName.setAttribute("x", across(v.promised)); lineName.textContent = `promised ${rate(v.promised)}`;
    for (const one of rows) {
      const here = one.name === controls.kind, w = here ? v : values(data, { ...controls, kind: one.name });
      const lines = w.fell_back ? [...one.lines.slice(0, 1), "(one for all)"] : one.lines;
      one.group.classList.toggle("mia-here", here);
      one.text.replaceChildren(...lines.map((part, i) => svg("tspan",
        { x: area.left - 6, y: one.middle + 4 + 14 * (i - (lines.length - 1) / 2) }, part)));
      const within = (share) => Math.min(area.right, across(Math.max(low, share)));
      one.bar.setAttribute("d", bar(within(w.true_fpr_low), within(w.true_fpr_high), one.middle));
      one.dot.setAttribute("d", w.true_fpr < low ? arrow(across(low) - 6, one.middle, here ? 8 : 7) : diamond(within(w.true_fpr), one.middle, here ? 7 : 5));
      one.times.textContent = `${fixed(w.ratio, 1)} ×`;
    }
  };
}

const bar = (from, to, y) => `M${from} ${y - 4}v8m0 -4H${to}m0 -4v8`;
const diamond = (x, y, r) => `M${x - r} ${y}L${x} ${y - r}L${x + r} ${y}L${x} ${y + r}Z`;
/** Points out of the picture, to the left. */
const arrow = (x, y, r) => `M${x} ${y}L${x + 1.6 * r} ${y - r}V${y + r}Z`;

/** A name on at most two lines of about so many letters. */
function wrapped(name, letters) {
  const lines = [""];
  for (const word of name.split(" ")) {
    if (lines.at(-1) && lines.at(-1).length + word.length >= letters && lines.length < 2) lines.push("");
    lines[lines.length - 1] += (lines.at(-1) ? " " : "") + word;
  }
  return lines.map((line) => (line.length > letters + 1 ? line.slice(0, letters) + "…" : line));
}

function legend() {
  const key = (...marks) => svg("svg", { width: 30, height: 14, "aria-hidden": "true" }, ...marks);
  const stroke = (kind) => svg("line", { class: kind, x1: 1, x2: 29, y1: 7, y2: 7 });
  return h("p", { class: "mia-legend" }, h("span", {}, key(stroke("mia-curve")), "your attack"),
    h("span", {}, key(stroke("mia-loss")), "plain loss attack"), h("span", {}, key(stroke("mia-chance")), "guessing"),
    h("span", {}, key(stroke("mia-promise")), "false alarms promised"),
    h("span", {}, key(svg("path", { class: "mia-got-bars", d: bar(3, 27, 7) }), svg("path", { class: "mia-got", d: diamond(15, 7, 5) })),
      "what you really get, with 95 % interval"),
    h("span", {}, key(svg("path", { class: "mia-got", d: arrow(9, 7, 6) })), "less than the axis shows"));
}

/** The main numbers, each with its interval and what the plain loss attack has. */
function numbersWithIntervals(entries) {
  const cells = Object.fromEntries(entries.map(([name]) => [name, { value: h("dd"), ends: h("dd", { class: "mia-ends-of" }), loss: h("dd", { class: "mia-ends-of" }) }]));
  return { element: h("dl", { class: "mia-tiles" }, ...entries.map(([name, label]) => h("div", {}, h("dt", {}, label), ...Object.values(cells[name])))),
    show(v) {
      for (const [name, { value, ends, loss }] of Object.entries(cells)) {
        const text = name === "auc" ? decimal : percent;
        value.textContent = name === "true_fpr" ? `${rate(v.promised)} → ${text(v.true_fpr)}` : text(v[name]);
        ends.textContent = `${text(v[name + "_low"])} to ${text(v[name + "_high"])}`;
        if (name in { auc: 1, tpr: 1 }) loss.textContent = `loss attack: ${text(v["loss_" + name])}`;
        if (name === "true_fpr") loss.textContent = `${fixed(v.ratio, 1)} times the promise`;
      }
    } };
}

export default lab({ prepare, values, words, build });
