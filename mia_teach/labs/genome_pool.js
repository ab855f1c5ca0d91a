import { lab, h, svg, slider, choice, linear, log, plot, axes, unpack, decimal, count, percent } from "./lab.js";

const MEASURES = ["auc", "ratio_auc", "error", "found"], PROMISE = 0.05;

function prepare(get) {
  const tables = get("_tables"), reach = unpack(tables.reach);
  return {
    settings: get("_settings"), sources: get("_sources"), levels: unpack(tables.levels),
    of: Object.fromEntries(MEASURES.map((name) => [name, unpack(tables[name])])), // mean, low, high at each place
    expected: unpack(tables.expected), curves: unpack(tables.curves, "f4"),
    reach: { error: [reach[0], reach[1]], auc: [reach[2], reach[3]] },
  };
}

/** The place in the tables: pool, sites, linked, reference. */
const placeOf = ({ settings: s }, { pool, sites, linked, reference }) =>
  ((s.pool.indexOf(pool) * s.sites.length + s.sites.indexOf(sites)) * 2 + Number(linked)) * s.reference.length
  + s.reference.indexOf(reference);

function values(data, controls) {
  const at = 3 * placeOf(data, controls), s = data.settings;
  const found = Object.fromEntries(MEASURES.flatMap((name) =>
    ["", "_low", "_high"].map((end, i) => [name + end, data.of[name][at + i]])));
  return { pool: controls.pool, sites: controls.sites, linked: Number(controls.linked),
    reference: s.reference.indexOf(controls.reference), ...found,
    expected: data.expected[s.pool.indexOf(controls.pool) * s.sites.length + s.sites.indexOf(controls.sites)] };
}

function words(v, data) {
  const all = (name, text) => `${text(v[name])} (${text(v[name + "_low"])} to ${text(v[name + "_high"])})`;
  const who = data.sources[data.settings.reference[v.reference]];
  return `A pool of ${v.pool}, ${count(v.sites)} sites ${v.linked ? "as inherited" : "without linkage"}, compared `
    + `with ${v.pool} ${who}: AUC of Homer's T ${all("auc", decimal)}, of the likelihood ratio ${all("ratio_auc", decimal)}; `
    + `independent sites would give ${decimal(v.expected)}. The test that promises 5 % accuses ${all("error", percent)} of the `
    + `outsiders and finds ${all("found", percent)} of the members.`;
}

function build({ body, data, get, set, id }) {
  const { settings: s } = data;
  const pool = slider({ id: id("pool"), label: "People in the pool", min: 0, max: s.pool.length - 1,
    ends: [String(s.pool[0]), String(s.pool.at(-1))], onInput: (i) => set("pool", s.pool[i]) });
  const sites = slider({ id: id("sites"), label: "Sites published", min: 0, max: s.sites.length - 1,
    ends: [count(s.sites[0]), count(s.sites.at(-1))], onInput: (i) => set("sites", s.sites[i]) });
  const linked = choice({ id: id("linked"), label: "Sites",
    options: [[true, "linked, as inherited"], [false, "exchanged: no linkage"]], onChange: (value) => set("linked", value) });
  const reference = choice({ id: id("reference"), label: "Reference population",
    options: s.reference.map((name) => [name, data.sources[name]]), onChange: (value) => set("reference", value) });
  const measure = choice({ id: id("measure"), label: "Left picture", options: [["error", "true error"], ["auc", "AUC"]],
    onChange: (value) => set("measure", value) });
  body.append(
    h("p", { class: "mia-lead" }, "A study publishes the allele frequencies of its pool. The reference has as many people as "
      + "the pool. Homer's test accuses whoever has a T above 1.645, and promises to accuse 5 % of the outsiders."),
    h("div", { class: "mia-row mia-gp-means" }, pool.element, sites.element),
    h("div", { class: "mia-row" }, linked.element, reference.element, measure.element));

  const height = 300;
  const left = plot({ height, label: "The true error of the test, or the AUC, against the number of sites" });
  const right = plot({ height, label: "ROC curves of Homer's T and of the likelihood ratio, and where the test stands" });
  const side = (picture, legend) => h("div", { class: "mia-gp-side" }, picture.root, legend);
  const keys = { error: key("promised: 5 %", stroke("mia-gp-theory")), auc: key("independent sites, in theory", stroke("mia-gp-theory")) };
  const leftLegend = h("p", { class: "mia-legend" });
  body.append(h("div", { class: "mia-plots" }, side(left, leftLegend),
    side(right, h("p", { class: "mia-legend" }, key("Homer's T", stroke("mia-curve")), key("likelihood ratio", stroke("mia-gp-ratio")),
      key("the test", svg("path", { class: "mia-gp-here", d: diamond(15, 7, 6.5) })), key("promised", stroke("mia-gp-theory")),
      key("guessing", stroke("mia-chance"))))));
  const numbers = numbersWithIntervals([["error", "Outsiders accused", percent], ["found", "Members found", percent],
    ["auc", "AUC of T", decimal], ["ratio_auc", "AUC of the ratio", decimal]]);
  body.append(h("div", { class: "mia-row mia-result" }, numbers.element));

  // ---- left: the measure against the sites
  const across = log([s.sites[0], s.sites.at(-1)], [left.area.left + 8, left.area.right - 14]);
  across.ticks = s.sites.map((n) => [n, count(n)]);
  const theory = svg("path", { class: "mia-gp-theory" });
  const path = svg("path", { class: "mia-curve" }), bars = svg("path", { class: "mia-gp-bars" });
  const dots = s.sites.map((n, i) => {
    const dot = svg("circle", { class: "mia-gp-dot", r: 4 }), wide = svg("rect", { class: "mia-gp-hit", width: 30,
      height: left.area.bottom - left.area.top, x: across(n) - 15, y: left.area.top });
    wide.addEventListener("click", () => set("sites", s.sites[i]));
    return { dot, wide };
  });
  const here = svg("path", { class: "mia-gp-here" });
  let up, drawn = "";
  function backdrop() {
    const { area } = left;
    up = linear(data.reach[drawn], [area.bottom, area.top]);
    if (drawn === "error") up.ticks.forEach((tick) => { tick[1] = Math.round(100 * tick[0]) + " %"; });
    const name = drawn === "auc" ? "AUC" : "outsiders accused";
    leftLegend.replaceChildren(key("Homer's T", stroke("mia-curve"), svg("circle", { class: "mia-gp-dot", cx: 15, cy: 7, r: 4 })),
      key("your setting", svg("path", { class: "mia-gp-here", d: diamond(15, 7, 6.5) })), keys[drawn]);
    left.root.replaceChildren(axes(area, across, up, "sites published", name,
      { title: `${drawn === "auc" ? "AUC" : "True error"}: click a column to choose` }),
      theory, path, bars, ...dots.map((one) => one.dot), here, ...dots.map((one) => one.wide));
  }

  // ---- right: the ROC curves
  const fx = linear([0, 1], [right.area.left, right.area.right]), fy = linear([0, 1], [right.area.bottom, right.area.top]);
  for (const scale of [fx, fy]) scale.ticks.forEach((tick) => { tick[1] = Math.round(100 * tick[0]) + " %"; });
  const curve = (tpr) => `M${fx(data.levels[0]).toFixed(1)} ${fy(tpr[0]).toFixed(1)}`
    + Array.from(tpr, (one, i) => `H${fx(data.levels[i]).toFixed(1)}V${fy(one).toFixed(1)}`).slice(1).join("");
  const homer = svg("path", { class: "mia-curve" }), ratio = svg("path", { class: "mia-gp-ratio" });
  const stands = svg("path", { class: "mia-gp-here" });
  right.root.append(axes(right.area, fx, fy, "false positive rate", "true positive rate", { title: "ROC, and where the test stands" }),
    svg("path", { class: "mia-chance", d: `M${fx(0)} ${fy(0)}L${fx(1)} ${fy(1)}` }),
    svg("line", { class: "mia-gp-theory", x1: fx(PROMISE), x2: fx(PROMISE), y1: right.area.top, y2: right.area.bottom }),
    homer, ratio, stands);

  return (v, controls) => {
    if (get("measure") !== drawn) { drawn = get("measure"); backdrop(); }
    linked.show(controls.linked); reference.show(controls.reference); measure.show(drawn);
    pool.show(s.pool.indexOf(controls.pool), String(controls.pool), `${controls.pool} people`);
    sites.show(s.sites.indexOf(controls.sites), count(controls.sites), `${count(controls.sites)} sites`);
    numbers.show(v);

    const all = s.sites.map((n) => values(data, { ...controls, sites: n }));
    const points = all.map((w, i) => [across(s.sites[i]), up(w[drawn]), up(w[drawn + "_low"]), up(w[drawn + "_high"])]);
    path.setAttribute("d", "M" + points.map(([x, y]) => `${x} ${y}`).join("L"));
    bars.setAttribute("d", points.map(([x, , low, high]) => `M${x - 4} ${low}h8m-4 0V${high}m-4 0h8`).join(""));
    points.forEach(([x, y], i) => { dots[i].dot.setAttribute("cx", x); dots[i].dot.setAttribute("cy", y); });
    const [x, y] = points[s.sites.indexOf(controls.sites)];
    here.setAttribute("d", diamond(x, y, 8));
    theory.setAttribute("d", drawn === "auc" ? "M" + all.map((w, i) => `${across(s.sites[i])} ${up(w.expected)}`).join("L")
      : `M${left.area.left} ${up(PROMISE)}H${left.area.right}`);

    const n = data.levels.length, first = placeOf(data, controls) * n, second = first + data.curves.length / 2;
    homer.setAttribute("d", curve(data.curves.subarray(first, first + n)));
    ratio.setAttribute("d", curve(data.curves.subarray(second, second + n)));
    stands.setAttribute("d", diamond(fx(v.error), fy(v.found), 8));
  };
}

const diamond = (x, y, r) => `M${x - r} ${y}L${x} ${y - r}L${x + r} ${y}L${x} ${y + r}Z`;
const stroke = (kind) => svg("line", { class: kind, x1: 1, x2: 29, y1: 7, y2: 7 });
const key = (name, ...marks) => h("span", {}, svg("svg", { width: 30, height: 14, "aria-hidden": "true" }, ...marks), name);

/** The main numbers, each with its interval. */
function numbersWithIntervals(entries) {
  const cells = Object.fromEntries(entries.map(([name]) => [name, [h("dd"), h("dd", { class: "mia-ends-of" })]]));
  return { element: h("dl", { class: "mia-tiles" }, ...entries.map(([name, label]) => h("div", {}, h("dt", {}, label), ...cells[name]))),
    show(v) {
      for (const [name, , text] of entries) {
        cells[name][0].textContent = text(v[name]);
        cells[name][1].textContent = `${text(v[name + "_low"])} to ${text(v[name + "_high"])}`;
      }
    } };
}

export default lab({ prepare, values, words, build });
