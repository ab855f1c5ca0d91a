import { lab, h, svg, slider, choice, linear, log, plot, axes, unpack, decimal, count, percent } from "./lab.js";

const MEASURES = ["auc", "tpr"], YARDSTICKS = ["gap", "loss", "lira"];
const NAMES = { gap: "gap attack, one question", loss: "loss, from probabilities", lira: "LiRA, from probabilities" };

function prepare(get) {
  const tables = get("_tables"), beside = unpack(tables.beside), reach = unpack(tables.reach);
  return {
    settings: get("_settings"), records: get("_records"), levels: unpack(tables.levels),
    of: { auc: unpack(tables.auc), tpr: unpack(tables.tpr) }, // mean, low, high at each place
    beside: Object.fromEntries(YARDSTICKS.flatMap((name, i) => MEASURES.map((m, j) => [`${name}_${m}`, beside[2 * i + j]]))),
    reach: { auc: [reach[0], reach[1]], tpr: [reach[2], reach[3]] }, gapPoint: unpack(tables.gap_point),
    curves: unpack(tables.curves, "f4"), lossCurve: unpack(tables.loss_curve, "f4"),
  };
}

/** The place in the tables: plain or calibrated, scales, queries. */
const placeOf = ({ settings: s }, { queries, scale, calibrated }) =>
  (Number(calibrated) * s.scale.length + s.scale.indexOf(scale)) * s.queries.length + s.queries.indexOf(queries);

function values(data, controls) {
  const at = 3 * placeOf(data, controls), { beside } = data;
  const found = Object.fromEntries(MEASURES.flatMap((name) =>
    ["", "_low", "_high"].map((end, i) => [name + end, data.of[name][at + i]])));
  return { queries: controls.queries, scale: controls.scale, calibrated: Number(controls.calibrated), ...found, ...beside,
    above_gap: found.auc - beside.gap_auc, bill: controls.queries * data.records };
}

function words(v) {
  const noise = v.queries === 1 ? "no noisy copy yet" : `noise ${v.scale}`;
  const both = (name) => `${decimal(v[name + "_auc"])} and ${percent(v[name + "_tpr"])}`;
  return `${v.queries} ${v.queries === 1 ? "question" : "questions"} about each record, ${noise}, `
    + `${v.calibrated ? "calibrated by shadows" : "no shadows"}: `
    + `AUC ${decimal(v.auc)} (${decimal(v.auc_low)} to ${decimal(v.auc_high)}), `
    + `TPR at 1 % FPR ${percent(v.tpr)} (${percent(v.tpr_low)} to ${percent(v.tpr_high)}). `
    + `Gap attack ${both("gap")}, loss ${both("loss")}, LiRA ${both("lira")}. Bill: ${count(v.bill)} questions.`;
}

function build({ body, data, get, set, id }) {
  const { settings: s } = data;
  const questions = slider({ id: id("queries"), label: "Questions about each record", min: 0, max: s.queries.length - 1,
    ends: [String(s.queries[0]), String(s.queries.at(-1))], onInput: (i) => set("queries", s.queries[i]) });
  const noise = slider({ id: id("scale"), label: "Noise on the numbers", min: 0, max: s.scale.length - 1,
    ends: [String(s.scale[0]), String(s.scale.at(-1))], onInput: (i) => set("scale", s.scale[i]) });
  const calibrated = choice({ id: id("calibrated"), label: "Calibrated by your shadow models",
    options: [[false, "no"], [true, "yes"]], onChange: (value) => set("calibrated", value) });
  const measure = choice({ id: id("measure"), label: "Left picture", options: [["auc", "AUC"], ["tpr", "TPR at 1 % FPR"]],
    onChange: (value) => set("measure", value) });
  body.append(
    h("p", { class: "mia-lead" }, "The model answers with a label and nothing else. Choose how often you ask about each record, "
      + "how far your noisy copies lie from it, and whether you compare with models of your own. Only questions to the target are billed."),
    h("div", { class: "mia-row mia-means" }, questions.element, noise.element, calibrated.element));

  const height = 300;
  const left = plot({ height, label: "The attack against the questions about each record, with lines for the gap attack, the loss and LiRA" });
  const right = plot({ height, label: "Mean ROC curve on logarithmic axes, that of the loss, and the point of the gap attack" });
  const numbers = numbersWithIntervals([["auc", "AUC"], ["tpr", "TPR at 1 % FPR"], ["bill", "Bill for all records"]]);
  const side = (picture, ...keys) => h("div", { class: "mia-qb-side" }, picture.root, h("p", { class: "mia-legend" }, ...keys));
  body.append(h("div", { class: "mia-plots" },
    side(left, key("labels only", stroke("mia-curve"), svg("circle", { class: "mia-qb-dot", cx: 15, cy: 7, r: 4 })),
      key("your setting", svg("path", { class: "mia-qb-here", d: diamond(15, 7, 6.5) })),
      ...["lira", "loss", "gap"].map((name) => key(NAMES[name], stroke(`mia-qb-${name}`)))),
    side(right, key("your setting", stroke("mia-curve")), key(NAMES.loss, stroke("mia-qb-loss")),
      key(NAMES.gap, svg("path", { class: "mia-qb-cross", d: cross(15, 7, 5) })), key("guessing", stroke("mia-chance")))),
    h("div", { class: "mia-row mia-result" }, numbers.element, measure.element));

  // ---- left: the measure against the questions
  const across = log([s.queries[0], s.queries.at(-1)], [left.area.left + 8, left.area.right - 8]);
  across.ticks = s.queries.map((n) => [n, String(n)]);
  const yard = Object.fromEntries(YARDSTICKS.map((name) => [name, svg("line", { class: `mia-qb-${name}`, x1: left.area.left, x2: left.area.right })]));
  const path = svg("path", { class: "mia-curve" }), bars = svg("path", { class: "mia-qb-bars" });
  const dots = s.queries.map((n, i) => {
    const dot = svg("circle", { class: "mia-qb-dot", r: 4 }), wide = svg("rect", { class: "mia-qb-hit", width: 30, height: left.area.bottom - left.area.top,
      x: across(n) - 15, y: left.area.top });
    wide.addEventListener("click", () => set("queries", s.queries[i]));
    return { dot, wide };
  });
  const here = svg("path", { class: "mia-qb-here" });
  let up, drawn = "";
  function backdrop() {
    const { area } = left;
    up = linear(data.reach[drawn], [area.bottom, area.top]);
    if (drawn === "tpr") up.ticks.forEach((tick) => { tick[1] = Math.round(100 * tick[0]) + " %"; });
    const name = drawn === "auc" ? "AUC" : "TPR at 1 % FPR";
    for (const one of YARDSTICKS) ["y1", "y2"].forEach((y) => yard[one].setAttribute(y, up(data.beside[`${one}_${drawn}`])));
    left.root.replaceChildren(axes(area, across, up, "questions about each record", name, { title: `${name}: click a column to choose` }),
      ...Object.values(yard), path, bars, ...dots.map((one) => one.dot), here, ...dots.map((one) => one.wide));
  }

  // ---- right: the ROC curve
  const lowest = data.levels[0], fx = log([lowest, 1], [right.area.left, right.area.right]), fy = log([lowest, 1], [right.area.bottom, right.area.top]);
  const curve = (tpr) => { // steps from the first point on: where nobody is found, a logarithmic axis has no place
    const first = tpr.findIndex((one) => one > 0);
    if (first < 0) return "";
    const steps = Array.from(tpr, (one, i) => `H${fx(data.levels[i]).toFixed(1)}V${fy(one).toFixed(1)}`).slice(first + 1);
    return `M${fx(data.levels[first]).toFixed(1)} ${fy(tpr[first]).toFixed(1)}${steps.join("")}`;
  };
  const attack = svg("path", { class: "mia-curve" });
  const chance = Array.from({ length: 41 }, (_, i) => lowest ** (i / 40)).map((p) => `${fx(p)} ${fy(p)}`);
  right.root.append(axes(right.area, fx, fy, "false positive rate", "true positive rate", { title: "ROC: whom it finds" }),
    svg("path", { class: "mia-chance", d: "M" + chance.join("L") }),
    svg("line", { class: "mia-qb-mark", x1: fx(0.01), x2: fx(0.01), y1: right.area.top, y2: right.area.bottom }), attack,
    svg("path", { class: "mia-qb-loss", d: curve(data.lossCurve) }),
    svg("path", { class: "mia-qb-cross", d: cross(fx(data.gapPoint[0]), fy(data.gapPoint[1]), 6) }));

  return (v, controls) => {
    if (get("measure") !== drawn) { drawn = get("measure"); backdrop(); }
    calibrated.show(controls.calibrated); measure.show(drawn);
    questions.show(s.queries.indexOf(controls.queries), String(controls.queries), `${controls.queries} questions about each record`);
    noise.show(s.scale.indexOf(controls.scale), String(controls.scale), `noise of ${controls.scale}`);
    numbers.show(v);

    const points = s.queries.map((queries) => { const w = values(data, { ...controls, queries });
      return [across(queries), up(w[drawn]), up(w[drawn + "_low"]), up(w[drawn + "_high"])]; });
    path.setAttribute("d", "M" + points.map(([x, y]) => `${x} ${y}`).join("L"));
    bars.setAttribute("d", points.map(([x, , low, high]) => `M${x - 4} ${low}h8m-4 0V${high}m-4 0h8`).join(""));
    points.forEach(([x, y], i) => { dots[i].dot.setAttribute("cx", x); dots[i].dot.setAttribute("cy", y); });
    const [x, y] = points[s.queries.indexOf(controls.queries)];
    here.setAttribute("d", diamond(x, y, 8));
    const n = data.levels.length, first = placeOf(data, controls) * n;
    attack.setAttribute("d", curve(data.curves.subarray(first, first + n)));
  };
}

const cross = (x, y, r) => `M${x - r} ${y - r}L${x + r} ${y + r}M${x - r} ${y + r}L${x + r} ${y - r}`;

const diamond = (x, y, r) => `M${x - r} ${y}L${x} ${y - r}L${x + r} ${y}L${x} ${y + r}Z`;
const stroke = (kind) => svg("line", { class: kind, x1: 1, x2: 29, y1: 7, y2: 7 });
const key = (name, ...marks) => h("span", {}, svg("svg", { width: 30, height: 14, "aria-hidden": "true" }, ...marks), name);

/** The main numbers, each with its interval and what the loss has. */
function numbersWithIntervals(entries) {
  const cells = Object.fromEntries(entries.map(([name]) => [name, { value: h("dd"), ends: h("dd", { class: "mia-ends-of" }), loss: h("dd", { class: "mia-ends-of" }) }]));
  return { element: h("dl", { class: "mia-tiles" }, ...entries.map(([name, label]) => h("div", {}, h("dt", {}, label), ...Object.values(cells[name])))),
    show(v) {
      for (const name of MEASURES) {
        const text = name === "auc" ? decimal : percent, { value, ends, loss } = cells[name];
        value.textContent = text(v[name]);
        ends.textContent = `${text(v[name + "_low"])} to ${text(v[name + "_high"])}`;
        loss.textContent = `loss: ${text(v["loss_" + name])}`;
      }
      cells.bill.value.textContent = count(v.bill);
      cells.bill.ends.textContent = "questions to the target";
    } };
}

export default lab({ prepare, values, words, build });
