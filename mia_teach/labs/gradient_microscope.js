import {
  lab, h, svg, choice, tiles, linear, plot, axes, draggable, steps, hatching, sides, unpack, decimal, percent, count, say,
} from "./lab.js";

const WHOLE = ["inside", "rank", "rank_by_loss", "ranks", "loss_ranks"], ALL = "all", MORE = 0.01;

function prepare(get) {
  const tables = get("_tables");
  const t = Object.fromEntries(Object.keys(tables).map((name) => [name, unpack(tables[name], WHOLE.includes(name) ? "i4" : "f8")]));
  return { t, offered: get("_offered"), labels: get("_labels"), layers: get("_layers"), names: get("_layer_names"),
    updates: get("_updates"), bias: get("_bias"), n: get("_n") };
}

/** Places in the tables: of record, layer, update and the model that is seen; setting is (update, layer). */
function places({ offered, layers, updates }, { record, layer, update }) {
  const r = offered.indexOf(record), a = layers.indexOf(layer), u = updates.indexOf(update), model = u ? 1 : 0;
  const records = offered.length, setting = u * layers.length + a;
  return { r, a, u, model, setting, here: setting * records + r, of: model * records + r,
    norm: (i) => (model * layers.length + i) * records + r, cosine: (setting - layers.length) * records + r };
}

function values(data, controls) {
  const { t, offered, layers } = data, { record, update, uncovered, looked } = controls;
  const { r, a, u, setting, here, of, norm, cosine } = places(data, controls), known = uncovered.includes(record);
  const seen = new Set([...looked, setting].filter((place) => place < layers.length));
  return {
    record, layer: a, whole: Number(layers[a] === ALL), update, norm: t.norm[norm(a)], alignment: u ? t.alignment[cosine] : null,
    rank: t.rank[here], loss: t.loss[of], rank_by_loss: t.rank_by_loss[of], error: t.error[of], input: t.input[of],
    norm_of_last: t.norm[norm(layers.length - 2)], auc: t.auc[setting], auc_low: t.auc_low[setting], auc_high: t.auc_high[setting],
    tpr: t.tpr[setting] < 0 ? null : t.tpr[setting], loss_auc: t.loss_auc[u], loss_tpr: t.loss_tpr[u] < 0 ? null : t.loss_tpr[u],
    agreement: t.agreement[setting], layers_seen: seen.size, member: known ? t.inside[r] : null,
    inside: known && u ? t.inside[u * offered.length + r] : null,
  };
}

function words(v, data) {
  const { offered, labels, names, n } = data, label = labels[offered.indexOf(v.record)].replace("record", "Record");
  const seen = v.update
    ? `its descent direction and the update of ${count(v.update)} records have the cosine ${decimal(v.alignment)}, `
      + `rank ${count(v.rank)} of ${count(n)}; its loss on the server's model, ${decimal(v.loss)}, has rank ${count(v.rank_by_loss)}`
    : `the norm of its gradient is ${decimal(v.norm)}, rank ${count(v.rank)} of ${count(n)}; its loss, ${decimal(v.loss)}, `
      + `has rank ${count(v.rank_by_loss)}`;
  const alike = v.agreement >= 0.8 ? "nearly the same order" : "another order";
  return `${label}; ${names[v.layer]}: ${seen}. Over all records the ${v.update ? "cosine" : "norm"} has an AUC of `
    + `${decimal(v.auc)} (${decimal(v.auc_low)} to ${decimal(v.auc_high)}), the loss ${decimal(v.loss_auc)}: ${alike}, `
    + `rank correlation ${decimal(v.agreement, 2)}. ${finding(v, data)}${truthInWords(v)}`;
}

function finding(v, { t, names }) {
  if (v.update || v.layers_seen < names.length) return "";
  const aucs = [...t.auc.subarray(0, names.length)];
  const better = names.filter((_, i) => aucs[i] - v.loss_auc >= MORE);
  if (better.length) return `All layers looked at: ${better.join("; ")}: better than the loss by ${MORE} or more. `;
  return `All layers looked at: AUC ${decimal(Math.min(...aucs))} to ${decimal(Math.max(...aucs))}, none better than the loss by ${MORE}. `;
}

function truthInWords(v) {
  if (v.member === null) return "The truth is hidden.";
  if (!v.update) return `The truth: ${v.member ? "a member" : "not a member"}.`;
  const accused = v.rank <= v.update, best = `among the ${count(v.update)} best aligned`;
  if (v.inside) return `The truth: in the update. ${accused ? `It is betrayed, ${best}.` : `It hides, not ${best}.`}`;
  const where = v.member ? "a member, but not in this update" : "not a member, and not in the update";
  return `The truth: ${where}.${accused ? ` A false alarm, ${best}.` : ""}`;
}

function build({ body, data, get, set, id }) {
  const { offered, labels, layers, names, updates, bias, n } = data;
  /** A layer counts as looked at once it has been chosen. */
  const look = (name, value) => {
    set(name, value);
    const place = updates.indexOf(get("update")) * layers.length + layers.indexOf(get("layer")), looked = get("looked");
    if (!looked.includes(place)) set("looked", [...looked, place].sort((a, b) => a - b));
  };
  const update = choice({ id: id("update"), label: "What the adversary sees", onChange: (value) => look("update", value),
    options: updates.map((size) => [size, size ? `an update made of ${count(size)} records` : "the trained model"]) });
  const layer = choice({ id: id("layer"), label: "Gradient of", onChange: (value) => look("layer", value),
    options: layers.map((one, i) => [one, names[i]]) });
  const record = choice({ id: id("record"), label: "Record", onChange: (one) => set("record", one),
    options: offered.map((one, i) => [one, labels[i]]) });
  const step = (by, text) => {
    const button = h("button", { type: "button" }, text);
    button.addEventListener("click", () => set("record", offered[(offered.indexOf(get("record")) + by + offered.length) % offered.length]));
    return button;
  };
  const image = picture(get("_images"), offered.length), about = h("p", { class: "mia-about" });
  body.append(
    h("p", { class: "mia-lead" }, "Does a record's gradient, its pull on the weights, tell who was in the training set better than the loss "
      + `does? Look at every layer, then at an update. The ${offered.length} records on offer are picked, not drawn at random.`),
    h("div", { class: "mia-row" }, update.element, layer.element), about,
    h("div", { class: "mia-row mia-who" }, image.element, record.element, h("div", { class: "mia-steps" }, step(-1, "‹ Previous"), step(1, "Next ›"))));

  const scores = scorePlot({ data, set, id }), ranks = rankPlot({ data }), legend = sides();
  const key = svg("svg", { width: 12, height: 12, "aria-hidden": "true" }, svg("circle", { class: "mia-dot", cx: 6, cy: 6, r: 4 }));
  legend.append(h("span", {}, key, "records on offer, grey until their truth is shown"));
  body.append(h("div", { class: "mia-plots" }, scores.root, ranks.root), legend);

  const numbers = tiles([["chosen", ""], ["loss", ""], ["error", "|p − y|"], ["rank", ""], ["rank_by_loss", "Rank by loss"], ["input", "|h|"]]);
  const [chosenName, lossName, , rankName] = numbers.element.querySelectorAll("dt");
  const product = h("p", { class: "mia-small" });
  const button = h("button", { type: "button" }), truth = h("p", { class: "mia-truth" }); // the read-out says it aloud
  button.addEventListener("click", () => {
    const one = get("record"), shown = get("uncovered");
    set("uncovered", shown.includes(one) ? shown.filter((other) => other !== one) : [...shown, one].sort((a, b) => a - b));
  });
  const found = foundTable(data);
  body.append(h("div", { class: "mia-plots mia-outcome" },
    h("div", { class: "mia-of-record" }, h("p", { class: "mia-heading" }, "This record"), numbers.element, product),
    found.element), h("div", { class: "mia-row mia-reveal" }, button, truth));

  return (v, controls) => {
    const at = places(data, controls);
    update.show(v.update); layer.show(controls.layer); record.show(v.record);
    image.show(at.r, labels[at.r]);
    say(about, v.update
      ? `The server sees its model before a client's step on ${count(v.update)} records, and after. Those records pulled along it.`
      : "The weights are known. Training brought the gradients of members close to 0: a small norm speaks for a member.");
    [v.update ? ["in the update (solid)", "not in the update (dashed)"] : ["members (solid)", "non-members (dashed)"]].flat()
      .forEach((text, i) => { legend.children[i].lastChild.textContent = text; });
    scores.show(v, at, controls);
    ranks.show(v, at, controls);
    lossName.textContent = v.update ? "Loss before" : "Loss";
    chosenName.textContent = v.update ? "Cosine" : "Gradient norm";
    rankName.textContent = v.update ? "Rank by cosine" : "Rank by norm";
    numbers.show({ chosen: decimal(v.update ? v.alignment : v.norm), rank: count(v.rank), loss: decimal(v.loss),
      rank_by_loss: count(v.rank_by_loss), error: decimal(v.error, 4), input: decimal(v.input, 2) });
    product.textContent = `Norm of the last layer: |p − y| × ${bias ? "√(|h|² + 1)" : "|h|"} = ${decimal(v.norm_of_last)}`;
    found.show(v, at, controls.looked);
    button.textContent = v.member === null ? "Show the truth" : "Hide the truth";
    say(truth, v.member === null ? "" : truthInWords(v).replace("The truth: ", "").replace(/^./, (letter) => letter.toUpperCase()));
  };
}

/** The record itself, where the lab was given images: dark ink on light paper. */
function picture(view, records) {
  if (!view?.byteLength) return { element: "", show() {} };
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength), side = Math.sqrt(bytes.length / records);
  const canvas = h("canvas", { width: side, height: side, role: "img", class: "mia-image" });
  return { element: canvas, show(r, label) {
    const drawn = new ImageData(side, side);
    bytes.subarray(r * side * side, (r + 1) * side * side).forEach((ink, i) => drawn.data.set([255 - ink, 255 - ink, 255 - ink, 255], 4 * i));
    canvas.getContext("2d").putImageData(drawn, 0, 0);
    canvas.setAttribute("aria-label", `Picture of ${label}`);
  } };
}

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const power = (e) => (e >= -2 && e <= 2 ? String(Number((10 ** e).toFixed(2))) : `10${e < 0 ? "⁻" : ""}${[...String(Math.abs(e))].map((d) => RAISED[d]).join("")}`);

/** A few whole powers of ten, as [exponent, text]. */
function decades(low, high) {
  const first = Math.ceil(low), all = Array.from({ length: Math.floor(high) - first + 1 }, (_, i) => first + i);
  const every = all.length <= 6 ? 1 : all.length <= 14 ? 2 : 4;
  return all.filter((e) => e % every === 0).map((e) => [e, power(e)]);
}

const dotKind = (data, { u }, i, uncovered) => (!uncovered.includes(data.offered[i]) ? "mia-dot"
  : data.t.inside[u * data.offered.length + i] ? "mia-dot-member" : "mia-dot-non");

/** What is measured, for both sides; dots are the records on offer, a line is this one. */
function scorePlot({ data, set, id }) {
  const { t, offered, layers } = data, bins = t.edges.length / 2 - 1, records = offered.length;
  const drawing = plot({ label: "" }), { root, area } = drawing, base = area.bottom - 20, row = area.bottom - 10;
  let x = (one) => one, place = [];
  draggable(drawing, ([px]) => {
    const distance = (i) => Math.abs(x(place[i]) - px);
    set("record", offered[offered.reduce((best, _, i) => (distance(i) < distance(best) ? i : best), 0)]);
  });
  return { root, show(v, at, { uncovered }) {
    const { r, a, u, model, setting } = at;
    const edges = t.edges.subarray(model * (bins + 1), (model + 1) * (bins + 1));
    const side = (i) => t.histogram.subarray((2 * setting + i) * bins, (2 * setting + i + 1) * bins);
    const [inside, outside] = [side(0), side(1)], scale = linear([edges[0], edges[bins]], [area.left, area.right]);
    x = Object.assign((one) => scale(Math.min(edges[bins], Math.max(edges[0], one))), { ticks: u ? scale.ticks : decades(edges[0], edges[bins]) });
    place = u ? t.alignment.subarray((setting - layers.length) * records, (setting - layers.length + 1) * records)
      : Array.from(t.norm.subarray(a * records, (a + 1) * records), (norm) => Math.log10(Math.max(norm, 1e-12)));
    const y = linear([0, 1.1 * Math.max(...inside, ...outside)], [base, area.top]), px = x(place[r]);
    y.ticks.forEach((tick) => { tick[1] = Math.round(100 * tick[0]) + " %"; });
    root.setAttribute("aria-label", `Histograms of the ${u ? "cosine with the update, of the records in it and of all others" : "gradient norm of members and non-members"}, with this record as a line`);
    root.replaceChildren(hatching(id("hatch")),
      axes(area, x, y, u ? "cosine with the update (large speaks for it)" : "gradient norm (small speaks for a member)", "share of each side",
        { title: "All records: drag to choose one" }),
      svg("path", { class: "mia-frame", d: `M${area.left} ${base}H${area.right}` }),
      svg("path", { class: "mia-member", d: steps(edges, inside, x, y) }),
      svg("path", { class: "mia-non", fill: `url(#${id("hatch")})`, d: steps(edges, outside, x, y) }),
      ...offered.map((_, i) => svg("circle", { cx: x(place[i]).toFixed(1), cy: row, r: 3.5, class: dotKind(data, at, i, uncovered) })),
      svg("line", { class: "mia-cursor", x1: px, x2: px, y1: area.top, y2: area.bottom }), svg("circle", { class: "mia-grip", r: 6, cx: px, cy: row }));
  } };
}

/** Every record's rank by what is measured against its rank by loss, 1 the most suspect. */
function rankPlot({ data }) {
  const { t, offered, n } = data, { root, area } = plot({ label: "" }), cached = {};
  const x = linear([1, n], [area.left, area.right]), y = linear([1, n], [area.bottom, area.top]);
  for (const scale of [x, y]) scale.ticks = [[1, "1"], ...scale.ticks.filter(([rank]) => rank > 0.08 * n).map(([rank]) => [rank, count(rank)])];
  const backdrop = ({ u, model, setting }) => (cached[setting] ??= svg("g", {},
    axes(area, x, y, "rank by loss (1: smallest)", `rank by ${u ? "cosine (1: largest)" : "norm (1: smallest)"}`, { title: "A line is the loss again, a cloud is not" }),
    svg("path", { class: "mia-chance", d: `M${area.left} ${area.bottom}L${area.right} ${area.top}` }),
    svg("path", { class: "mia-cloud", d: Array.from({ length: n }, (_, i) => `M${x(t.loss_ranks[model * n + i]).toFixed(1)} ${y(t.ranks[setting * n + i]).toFixed(1)}h0`).join("") })));
  return { root, show(v, at, { uncovered }) {
    const { u, model, setting } = at, records = offered.length;
    const shown = offered.flatMap((one, i) => (uncovered.includes(one) ? [svg("circle", { class: dotKind(data, at, i, uncovered), r: 4,
      cx: x(t.rank_by_loss[model * records + i]), cy: y(t.rank[setting * records + i]) })] : []));
    root.setAttribute("aria-label", `Every record's rank by ${u ? "cosine" : "norm"} against its rank by loss; rank correlation ${decimal(v.agreement, 2)}`);
    const [px, py] = [x(v.rank_by_loss), y(v.rank)];
    root.replaceChildren(backdrop(at), ...shown,
      svg("rect", { class: "mia-plate", x: area.left + 3, y: area.top + 1, width: 136, height: 18 }),
      svg("text", { x: area.left + 8, y: area.top + 14 }, `rank correlation ${decimal(v.agreement, 2)}`),
      svg("circle", { class: "mia-ring mia-under", r: 8, cx: px, cy: py }), svg("circle", { class: "mia-ring", r: 8, cx: px, cy: py }));
  } };
}

/** The AUC of everything that has been looked at, so that nothing has to be remembered. */
function foundTable({ t, layers, names, updates }) {
  const cells = updates.map(() => layers.map(() => h("td"))), ofLoss = updates.map(() => h("td"));
  const short = (name) => name.split(",")[0].replace(" together", "");
  const table = h("table", { class: "mia-table mia-found" },
    h("caption", {}, "AUC so far"),
    h("thead", {}, h("tr", {}, h("td"), ...updates.map((size) => h("th", { scope: "col" }, size ? `update of\u00a0${count(size)}` : "trained model")))),
    h("tbody", {}, ...layers.map((_, a) => h("tr", {}, h("th", { scope: "row" }, short(names[a])), ...updates.map((_, u) => cells[u][a]))),
      h("tr", { class: "mia-of-loss" }, h("th", { scope: "row" }, "the loss"), ...ofLoss)));
  const low = h("p", { class: "mia-small" });
  const rate = (share) => (share === null ? "too few records for it" : percent(share));
  return { element: h("div", { class: "mia-of-all" }, h("div", { class: "mia-scroll" }, table), low), show(v, at, looked) {
    updates.forEach((_, u) => {
      layers.forEach((_, a) => {
        const place = u * layers.length + a, now = place === at.setting;
        cells[u][a].textContent = now || looked.includes(place) ? decimal(t.auc[place]) : "?";
        cells[u][a].classList.toggle("mia-here", now);
      });
      const any = u === at.u || layers.some((_, a) => looked.includes(u * layers.length + a));
      ofLoss[u].textContent = any ? decimal(t.loss_auc[u]) : "?";
    });
    low.textContent = `TPR at 1 % FPR, here: ${rate(v.tpr)}; the loss: ${rate(v.loss_tpr)}. ½ is guessing, ? not looked at yet.`.replaceAll(" %", "\u00a0%");
  } };
}

export default lab({ prepare, values, words, build });
