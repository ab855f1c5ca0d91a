import {
  lab, h, svg, slider, choice, tiles, linear, log, plot, axes, draggable, steps, hatching, sides, unpack, decimal, fixed,
  count, say,
} from "./lab.js";

const VARIANTS = ["online", "offline"], DEVIATIONS = ["per_example", "pooled"];
const WHOLE = ["own", "models", "rank", "accused", "accused_in_all", "rank_by_loss", "accused_by_loss", "accused_by_loss_in_all", "member", "held"];
const FARTHEST = 40;
const SCORES = { online: "log of the likelihood ratio; ends hold all beyond", offline: "deviations above the centre; ends hold all beyond" };

function prepare(get) {
  const tables = get("_tables");
  const t = Object.fromEntries(Object.keys(tables).map((name) => [name, unpack(tables[name], WHOLE.includes(name) ? "i4" : "f8")]));
  return { t, offered: get("_offered"), labels: get("_labels"), counts: get("_counts"), n: get("_n"), rate: get("_rate") };
}

/** Places in the tables: of the record, of the setting, of a side (0 with the record, 1 without it) at a setting. */
function places({ offered, counts }, { record, shadows, variant, deviation }) {
  const r = offered.indexOf(record), s = counts.indexOf(shadows), v = VARIANTS.indexOf(variant), d = DEVIATIONS.indexOf(deviation);
  const setting = (2 * s + v) * 2 + d, records = offered.length;
  return { r, s, v, setting, here: setting * records + r, first: (2 * v + d) * records + r,
    center: (side) => (2 * s + side) * records + r, spread: (side) => (2 * setting + side) * records + r };
}

function values(data, controls) {
  const { t } = data, { record, shadows, variant, deviation, uncovered } = controls;
  const { r, setting, here, first, center, spread } = places(data, controls), online = variant === "online";
  const accused = t.accused[here], before = t.accused[first], own = t.own[setting];
  const member = uncovered.includes(record) ? t.member[r] : null;
  return {
    record, shadows, online: Number(online), own, too_few: Number(deviation === "per_example" && !own),
    models_in: t.models[center(0)], models_out: t.models[center(1)],
    center_in: online ? t.center[center(0)] : null, deviation_in: online ? t.deviation[spread(0)] : null,
    center_out: t.center[center(1)], deviation_out: t.deviation[spread(1)], answer: t.answer[r],
    log_ratio: online ? t.place[here] : null, distance: online ? null : t.place[here],
    rank: t.rank[here], rank_by_loss: t.rank_by_loss[r], accused, accused_by_loss: t.accused_by_loss[r],
    accused_with_fewest: before, verdict_changed: Number(accused !== before), member,
    false_alarm: member === null ? null : Number(accused && !member), missed_member: member === null ? null : Number(member && !accused),
  };
}

const capital = (label) => label.replace("record", "Record");
const not = (accused) => (accused ? "accused" : "not accused");

function words(v, { offered, labels, counts, n, rate }) {
  const without = `centre ${decimal(v.center_out, 2)}, deviation ${decimal(v.deviation_out, 2)}`;
  const seen = v.online
    ? `${v.shadows} shadow models, ${v.models_in} trained on it and ${v.models_out} did not. Log-odds of its label with it: `
      + `centre ${decimal(v.center_in, 2)}, deviation ${decimal(v.deviation_in, 2)}; without it: ${without}. `
    : `Offline, ${v.models_out} shadow models that never saw it. Log-odds of its label without it: ${without}. `;
  const says = v.online ? `${times(v.log_ratio)} (log ratio ${decimal(v.log_ratio, 2)})` : deviationsAway(v.distance);
  const few = v.too_few ? "The deviations are pooled: so few models say too little of a record's own. " : "";
  const earlier = v.verdict_changed ? ` (with ${counts[0]} shadow models: ${not(v.accused_with_fewest)})` : "";
  return `${capital(labels[offered.indexOf(v.record)])}. ${seen}${few}The target says ${decimal(v.answer, 2)}: ${says}. `
    + `Rank among ${count(n)} records: ${count(v.rank_by_loss)} by loss, ${count(v.rank)} by LiRA. `
    + `Verdict at ${rate} FPR: by loss ${not(v.accused_by_loss)}, by LiRA ${not(v.accused)}${earlier}. ${truthInWords(v)}`;
}

function times(logRatio) {
  return `${ratio(Math.abs(logRatio))} times as likely ${logRatio >= 0 ? "with it as without it" : "without it as with it"}`;
}

function ratio(logRatio) {
  if (logRatio > 690) return "over 10³⁰⁰";
  const size = Math.exp(logRatio);
  if (size >= 1e6) return decimal(size);
  return size < 10 ? fixed(size, 1) : count(fixed(size, 0));
}

function deviationsAway(distance) {
  if (distance >= FARTHEST) return `${FARTHEST} or more deviations above that centre`;
  return `${decimal(Math.abs(distance), 1)} deviations ${distance >= 0 ? "above" : "below"} that centre`;
}

function truthInWords(v) {
  if (v.member === null) return "The truth is hidden.";
  if (v.member) return `The truth: a member. ${v.accused ? "LiRA finds it." : "LiRA misses it."}`;
  return `The truth: not a member. ${v.accused ? "LiRA is wrong: a false alarm." : "LiRA is right."}`;
}

function build({ body, data, get, set, id }) {
  const { offered, labels, counts, n, rate } = data;
  const image = picture(get("_images"), offered.length);
  const record = choice({ id: id("record"), label: "Record",
    options: offered.map((one, i) => [one, labels[i]]), onChange: (one) => set("record", one) });
  const step = (by, text) => {
    const button = h("button", { type: "button" }, text);
    button.addEventListener("click", () => set("record", offered[(offered.indexOf(get("record")) + by + offered.length) % offered.length]));
    return button;
  };
  const shadows = slider({ id: id("shadows"), label: "Shadow models", min: 0, max: counts.length - 1,
    ends: [String(counts[0]), String(counts.at(-1))], onInput: (i) => set("shadows", counts[i]) });
  const variant = choice({ id: id("variant"), label: "LiRA", onChange: (value) => set("variant", value),
    options: [["online", "online: both bells"], ["offline", "offline: one bell"]] });
  const deviation = choice({ id: id("deviation"), label: "Deviation", onChange: (value) => set("deviation", value),
    options: [["per_example", "own, each record"], ["pooled", "pooled over all"]] });
  const few = h("p", { class: "mia-small mia-few" });
  body.append(
    h("p", { class: "mia-lead" }, "Was this record in the target's training set? Compare the target's answer (the upright line) with those "
      + "of shadow models that trained on it and that did not. Add shadow models, decide, then show the truth. "
      + `${offered.length} of the ${count(n)} records are on offer: picked, not drawn at random.`),
    h("div", { class: "mia-row mia-who" }, image.element, record.element, h("div", { class: "mia-steps" }, step(-1, "‹ Previous"), step(1, "Next ›"))),
    h("div", { class: "mia-row mia-how" }, shadows.element, variant.element, h("div", { class: "mia-choice" }, deviation.element, few)));

  const bells = bellPlot({ data, id }), scores = scorePlot({ data, set, id }), ranks = rankPlot({ data });
  const legend = sides(), key = (kind) => svg("svg", { width: 12, height: 12, "aria-hidden": "true" }, svg("circle", { class: kind, cx: 6, cy: 6, r: 4 }));
  legend.append(h("span", {}, key("mia-dot"), "records on offer, grey until their truth is shown"));
  body.append(h("div", { class: "mia-plots" }, bells.root, scores.root), legend);

  const numbers = tiles([["loss", "Rank by loss"], ["lira", "Rank by LiRA"], ["ratio", "With it : without it"], ["verdict", `LiRA at ${rate} FPR`]]);
  const button = h("button", { type: "button" }), truth = h("p", { class: "mia-truth" }); // the read-out says it aloud
  button.addEventListener("click", () => {
    const one = get("record"), shown = get("uncovered");
    set("uncovered", shown.includes(one) ? shown.filter((other) => other !== one) : [...shown, one].sort((a, b) => a - b));
  });
  body.append(h("div", { class: "mia-plots mia-outcome" }, ranks.root,
    h("div", { class: "mia-verdict" }, numbers.element, h("div", { class: "mia-row" }, button, truth))));
  const ratioName = numbers.element.querySelectorAll("dt")[2];

  return (v, controls) => {
    const at = places(data, controls);
    image.show(at.r, labels[at.r]);
    record.show(controls.record); variant.show(controls.variant); deviation.show(controls.deviation);
    const models = v.online ? `${v.models_in} with it, ${v.models_out} without` : `${v.models_out} without it`;
    shadows.show(at.s, `${v.shadows}: ${models}`);
    few.textContent = v.too_few ? "too few models: pooled" : "";
    bells.show(v, at, controls.shadows);
    scores.show(at, controls);
    ranks.show(v, at);
    ratioName.textContent = v.online ? "With it : without it" : "Deviations above";
    numbers.show({
      ratio: v.online ? (v.log_ratio >= 0 ? `${ratio(v.log_ratio)} : 1` : `1 : ${ratio(-v.log_ratio)}`) : decimal(v.distance, 1),
      loss: count(v.rank_by_loss), lira: count(v.rank), verdict: not(v.accused),
    });
    button.textContent = v.member === null ? "Show the truth" : "Hide the truth";
    say(truth, v.member === null ? "" : truthInWords(v).replace("The truth: ", "").replace(/^./, (letter) => letter.toUpperCase()));
  };
}

/** The record itself, where the lab was given images: dark ink on light paper. */
function picture(view, records) {
  if (!view?.byteLength) return { element: "", show() {} };
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const side = Math.sqrt(bytes.length / records);
  const canvas = h("canvas", { width: side, height: side, role: "img", class: "mia-image" });
  return { element: canvas, show(r, label) {
    const drawn = new ImageData(side, side);
    bytes.subarray(r * side * side, (r + 1) * side * side).forEach((ink, i) => drawn.data.set([255 - ink, 255 - ink, 255 - ink, 255], 4 * i));
    canvas.getContext("2d").putImageData(drawn, 0, 0);
    canvas.setAttribute("aria-label", `Picture of ${label}`);
  } };
}

/** The shadow models' answers as dots, under the two Gaussians fitted to them, and the target's answer as a line. */
function bellPlot({ data, id }) {
  const { t, offered } = data, bell = Array.from({ length: t.bell.length / 2 }, (_, i) => [t.bell[2 * i], t.bell[2 * i + 1]]);
  const { root, area } = plot({ left: 66, label: "Log-odds of the record's label under the shadow models, as dots and fitted Gaussians, with the target's answer as a line" });
  const base = area.bottom - 42, rows = [area.bottom - 28, area.bottom - 11], inside = { ...area, bottom: base };
  let x;
  const outline = (center, deviation, y) => {
    const clip = (px) => Math.min(area.right, Math.max(area.left, px)).toFixed(1);
    return "M" + bell.map(([z, density]) => `${clip(x(center + z * deviation))} ${y(density / deviation).toFixed(1)}`).join("L") + "Z";
  };
  const dots = (r, shadows, side) => {
    const group = svg("g", { class: side ? "mia-dots-non" : "mia-dots-member" });
    for (let model = 0; model < shadows; model++) {
      const at = model * offered.length + r;
      if (t.held[at] === 1 - side) group.append(svg("circle", { cx: x(t.shadow[at]).toFixed(1), cy: rows[side], r: 4 }));
    }
    return group;
  };
  return { root, show(v, { r }, shadows) {
    const low = t.range[r], high = t.range[offered.length + r];
    x = linear([low, high], [area.left, area.right]);
    // a deviation of next to nothing is drawn as a narrow peak
    const wide = (deviation) => Math.max(deviation, (high - low) / 300);
    const peaks = [v.deviation_out, ...(v.online ? [v.deviation_in] : [])].map((deviation) => 0.4 / wide(deviation));
    const y = linear([0, 1.25 * Math.max(...peaks)], [base, area.top]);
    y.ticks = [];
    const px = x(v.answer), left = px > (area.left + area.right) / 2;
    const say = (text, row) => svg("text", { x: area.left - 6, y: row + 4, "text-anchor": "end" }, text);
    root.replaceChildren(hatching(id("hatch-bell")),
      axes(area, x, y, "log-odds of the true label", "", { title: "How sure are models of this record?" }),
      svg("path", { class: "mia-frame", d: `M${area.left} ${base}H${area.right}` }),
      say("with it", rows[0]), say("without", rows[1]),
      svg("text", { class: "mia-name", x: 11, y: (inside.top + base) / 2, "text-anchor": "middle", transform: `rotate(-90 11 ${(inside.top + base) / 2})` }, "density"),
      ...(v.online ? [svg("path", { class: "mia-member", d: outline(v.center_in, wide(v.deviation_in), y) }), dots(r, shadows, 0)]
        : [svg("text", { class: "mia-absent", x: (area.left + area.right) / 2, y: rows[0] + 4, "text-anchor": "middle" }, "offline, there are none")]),
      svg("path", { class: "mia-non", fill: `url(#${id("hatch-bell")})`, d: outline(v.center_out, wide(v.deviation_out), y) }), dots(r, shadows, 1),
      svg("line", { class: "mia-cursor", x1: px, x2: px, y1: area.top, y2: area.bottom }),
      svg("text", { class: "mia-here", x: px + (left ? -5 : 5), y: area.top + 11, "text-anchor": left ? "end" : "start" }, "target's answer"));
  } };
}

/** Where the record's score lies among those of all members and non-members; dots are the records on offer. */
function scorePlot({ data, set, id }) {
  const { t, offered, rate } = data, bins = t.edges.length / 2 - 1;
  const drawing = plot({ label: `Histograms of the LiRA scores of all members and non-members, with the threshold at ${rate} FPR and this record's score as a line` });
  const { root, area } = drawing, base = area.bottom - 20, row = area.bottom - 10;
  let x, first;
  draggable(drawing, ([px]) => {
    const distance = (i) => Math.abs(x(t.place[first + i]) - px);
    set("record", offered[offered.reduce((best, _, i) => (distance(i) < distance(best) ? i : best), 0)]);
  });
  return { root, show({ r, v, setting }, { variant, uncovered }) {
    const edges = t.edges.subarray(v * (bins + 1), (v + 1) * (bins + 1));
    const histogram = (side) => t.histogram.subarray((2 * setting + side) * bins, (2 * setting + side + 1) * bins);
    const [members, others] = [histogram(0), histogram(1)], scale = linear([edges[0], edges[bins]], [area.left, area.right]);
    x = Object.assign((score) => scale(Math.min(edges[bins], Math.max(edges[0], score))), { ticks: scale.ticks });
    first = setting * offered.length;
    const y = linear([0, 1.1 * Math.max(...members, ...others)], [base, area.top]);
    y.ticks.forEach((tick) => { tick[1] = Math.round(100 * tick[0]) + " %"; });
    const cut = x(t.threshold[setting]), px = x(t.place[first + r]);
    const dots = offered.map((one, i) => svg("circle", { cx: x(t.place[first + i]).toFixed(1), cy: row, r: 3.5,
      class: !uncovered.includes(one) ? "mia-dot" : t.member[i] ? "mia-dot-member" : "mia-dot-non" }));
    root.replaceChildren(hatching(id("hatch")),
      axes(area, x, y, SCORES[variant], "share of each side", { title: "All scores: drag to choose a record" }),
      svg("path", { class: "mia-frame", d: `M${area.left} ${base}H${area.right}` }),
      svg("rect", { class: "mia-accused", x: cut, width: area.right - cut, y: area.top, height: area.bottom - area.top }),
      svg("path", { class: "mia-member", d: steps(edges, members, x, y) }),
      svg("path", { class: "mia-non", fill: `url(#${id("hatch")})`, d: steps(edges, others, x, y) }),
      svg("line", { class: "mia-cut", x1: cut, x2: cut, y1: area.top, y2: area.bottom }),
      svg("text", { x: cut + 5, y: area.top + 27 }, "accused"), ...dots,
      svg("line", { class: "mia-cursor", x1: px, x2: px, y1: area.top, y2: area.bottom }), svg("circle", { class: "mia-grip", r: 6, cx: px, cy: row }));
  } };
}

/** Two rankings, the most suspect record at the right: where the two attacks put this one, and whom they accuse. */
function rankPlot({ data }) {
  const { t, n, rate } = data;
  const { root, area } = plot({ height: 148, left: 66, bottom: 42, label: "The record's rank by loss and by LiRA, with the ranks that each of them accuses" });
  const x = log([1, n], [area.right - 6, area.left + 6]), rows = [area.top + 22, area.bottom - 22];
  x.ticks = [1, 10, 100, 1000, 10000, 100000].filter((rank) => rank < 0.4 * n).concat(n).map((rank) => [rank, count(rank)]);
  const band = (accused, row) => svg("rect", { class: "mia-accused", x: x(accused + 0.5), width: accused ? area.right - x(accused + 0.5) : 0, y: row - 15, height: 30 });
  const named = (text, row) => svg("text", { x: area.left - 6, y: row + 4, "text-anchor": "end" }, text);
  return { root, show(v, { setting }) {
    const ends = [x(v.rank_by_loss), x(v.rank)];
    root.replaceChildren(
      axes(area, x, Object.assign(() => 0, { ticks: [] }), `rank among ${count(n)}: 1 is the most suspect`, "", { title: `Ranks; shaded: accused at ${rate} FPR` }),
      band(t.accused_by_loss_in_all[0], rows[0]), band(t.accused_in_all[setting], rows[1]), named("by loss", rows[0]), named("by LiRA", rows[1]),
      svg("path", { class: "mia-chance", d: `M${ends[0]} ${rows[0]}L${ends[1]} ${rows[1]}` }),
      ...ends.map((px, i) => svg("circle", { class: "mia-grip", r: 6, cx: px, cy: rows[i] })));
  } };
}

export default lab({ prepare, values, words, build });
