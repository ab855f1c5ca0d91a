import { lab, h, svg, slider, linear, log, plot, axes, unpack, decimal, percent } from "./lab.js";

const CONTROLS = ["noise", "rate", "steps"], RATES = ["allowed", "limit", "strongest"], CURVES = [...RATES, "lira"];
const TICKS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500];
const SAID = { allowed: "allowed by ε and δ", limit: "allowed by the whole run", strongest: "sees every step", lira: "LiRA, final model" };

function prepare(get) {
  const tables = get("_tables"), reach = unpack(tables.reach);
  return {
    settings: get("_settings"), delta: get("_delta"), epsilon: unpack(tables.epsilon), levels: unpack(tables.levels),
    found: unpack(tables.found), accuracy: unpack(tables.accuracy), rates: unpack(tables.rates),
    reach: { epsilon: [reach[0], reach[1]], accuracy: [reach[2], reach[3]] },
    curves: Object.fromEntries(CURVES.map((name) => [name, unpack(tables[name], "f4")])),
  };
}

/** The place in the tables: noises, rates, steps. */
const placeOf = ({ settings: s }, at) => CONTROLS.reduce((place, name) => place * s[name].length + s[name].indexOf(at[name]), 0);

function values(data, { noise, rate, steps }) {
  const at = placeOf(data, { noise, rate, steps });
  const ends = Object.fromEntries(["found", "accuracy"].flatMap((name) =>
    ["", "_low", "_high"].map((end, i) => [name + end, data[name][3 * at + i]])));
  const rates = Object.fromEntries(RATES.map((name, i) => [name, data.rates[RATES.length * at + i]]));
  return { noise, rate, steps, epsilon: data.epsilon[at], ...rates, ...ends };
}

function words(v, data) {
  return `Noise ${v.noise}, ${percent(v.rate)} of the records a step, ${v.steps} ${v.steps === 1 ? "step" : "steps"}: `
    + `ε ${decimal(v.epsilon, 2)} at δ = ${decimal(data.delta)}. `
    + `At 1 % FPR this pair lets ${percent(v.allowed)} of the members be found, the whole run ${percent(v.limit)}. `
    + `The strongest attack finds ${percent(v.strongest)}, LiRA on the final model `
    + `${percent(v.found)} (${percent(v.found_low)} to ${percent(v.found_high)}). `
    + `Accuracy ${decimal(v.accuracy)} (${decimal(v.accuracy_low)} to ${decimal(v.accuracy_high)}).`;
}

function build({ body, data, set, id }) {
  const { settings: s } = data;
  const told = { noise: String, rate: percent, steps: String };
  const dial = (name, label) => slider({ id: id(name), label, min: 0, max: s[name].length - 1,
    ends: [told[name](s[name][0]), told[name](s[name].at(-1))], onInput: (i) => set(name, s[name][i]) });
  const dials = { noise: dial("noise", "Noise multiplier"), rate: dial("rate", "Share of the records a step"), steps: dial("steps", "Steps") };
  const spoken = { noise: (v) => `noise multiplier ${v}`, rate: (v) => `${percent(v)} of the records a step`, steps: (v) => `${v} steps` };
  body.append(
    h("p", { class: "mia-lead" }, "Turn the noise, how many records take part in a step, and how many steps there are. The grey region is "
      + "closed to every attack. See what one pair ε and δ promises, what all steps together do, and what two attacks find."),
    h("div", { class: "mia-row mia-means" }, ...CONTROLS.map((name) => dials[name].element)));

  const height = 300;
  const left = plot({ height, label: "Accuracy on new records against ε for every setting, the chosen one marked, with its interval" });
  const right = plot({ height, label: "ROC curves on logarithmic axes: the line of the pair ε and δ, that of the whole run, the strongest attack and LiRA" });
  const numbers = mainNumbers();
  const side = (picture, ...keys) => h("div", { class: "mia-pd-side" }, picture.root, h("p", { class: "mia-legend" }, ...keys));
  body.append(h("div", { class: "mia-plots" },
    side(left, key("your setting", svg("path", { class: "mia-pd-here", d: diamond(15, 7, 6.5) })),
      key("other settings: click to choose", svg("circle", { class: "mia-pd-dot", cx: 15, cy: 7, r: 4 }))),
    side(right, key("closed to every attack", svg("rect", { class: "mia-pd-beyond", x: 1, y: 1, width: 28, height: 12 })),
      ...CURVES.map((name) => key(SAID[name], stroke(look(name)))), key("guessing", stroke("mia-chance")))),
    numbers.element);

  // ---- left: every setting
  const across = log(data.reach.epsilon, [left.area.left, left.area.right]), up = linear(data.reach.accuracy, [left.area.bottom, left.area.top]);
  across.ticks = TICKS.filter((one) => one >= data.reach.epsilon[0] && one <= data.reach.epsilon[1]).map((one) => [one, String(one)]);
  const dots = s.noise.flatMap((noise) => s.rate.flatMap((rate) => s.steps.map((steps) => {
    const v = values(data, { noise, rate, steps });
    const dot = svg("circle", { class: "mia-pd-dot", r: 4.5, cx: across(v.epsilon), cy: up(v.accuracy) });
    dot.append(svg("title", {}, `noise ${noise}, ${percent(rate)} a step, ${steps} steps`));
    dot.addEventListener("click", () => { set("noise", noise); set("rate", rate); set("steps", steps); });
    return dot;
  })));
  const bars = svg("path", { class: "mia-pd-bars" }), here = svg("path", { class: "mia-pd-here" });
  left.root.append(axes(left.area, across, up, `ε at δ = ${decimal(data.delta)}`, "accuracy on new records", { title: "What it costs" }), ...dots, bars, here);

  // ---- right: the ROC curves
  const lowest = data.levels[0], { area } = right, fx = log([lowest, 1], [area.left, area.right]), fy = log([lowest, 1], [area.bottom, area.top]);
  const point = (level, rate) => `${fx(level).toFixed(1)} ${fy(rate).toFixed(1)}`;
  const line = (curve) => "M" + Array.from(curve, (rate, i) => point(data.levels[i], rate)).join("L");
  const stairs = (curve) => { // from the first point on: where nobody is found, a logarithmic axis has no place
    const first = curve.findIndex((one) => one > 0);
    if (first < 0) return "";
    const rest = Array.from(curve, (one, i) => `H${fx(data.levels[i]).toFixed(1)}V${fy(one).toFixed(1)}`).slice(first + 1);
    return `M${point(data.levels[first], curve[first])}${rest.join("")}`;
  };
  const beyond = svg("path", { class: "mia-pd-beyond" });
  const paths = Object.fromEntries(CURVES.map((name) => [name, svg("path", { class: look(name) })]));
  const chance = Array.from({ length: 41 }, (_, i) => lowest ** (i / 40)).map((p) => point(p, p));
  right.root.append(axes(area, fx, fy, "false positive rate", "true positive rate", { title: "Where an attack can be" }), beyond,
    svg("path", { class: "mia-chance", d: "M" + chance.join("L") }),
    svg("line", { class: "mia-pd-mark", x1: fx(0.01), x2: fx(0.01), y1: area.top, y2: area.bottom }), ...CURVES.map((name) => paths[name]));

  return (v, controls) => {
    for (const name of CONTROLS) dials[name].show(s[name].indexOf(controls[name]), told[name](controls[name]), spoken[name](controls[name]));
    numbers.show(v);
    const x = across(v.epsilon), y = up(v.accuracy);
    here.setAttribute("d", diamond(x, y, 8));
    bars.setAttribute("d", `M${x - 4} ${up(v.accuracy_low)}h8m-4 0V${up(v.accuracy_high)}m-4 0h8`);
    const n = data.levels.length, first = placeOf(data, controls) * n;
    for (const name of CURVES) {
      const curve = data.curves[name].subarray(first, first + n);
      paths[name].setAttribute("d", name === "allowed" || name === "limit" ? line(curve) : stairs(curve));
    }
    beyond.setAttribute("d", `${line(data.curves.allowed.subarray(first, first + n))}V${area.top}H${area.left}Z`);
  };
}

const look = (name) => (name === "strongest" ? "mia-curve" : `mia-pd-${name}`);
const diamond = (x, y, r) => `M${x - r} ${y}L${x} ${y - r}L${x + r} ${y}L${x} ${y + r}Z`;
const stroke = (kind) => svg("line", { class: kind, x1: 1, x2: 29, y1: 7, y2: 7 });
const key = (name, ...marks) => h("span", {}, svg("svg", { width: 30, height: 14, "aria-hidden": "true" }, ...marks), name);

/** ε, accuracy, and what is found at 1 % FPR against what is allowed. */
function mainNumbers() {
  const entries = [["epsilon", "ε"], ["accuracy", "accuracy"], ["strongest", "sees every step, at 1 % FPR"], ["found", "LiRA, at 1 % FPR"]];
  const cells = Object.fromEntries(entries.map(([name]) => [name, { value: h("dd"), beside: h("dd", { class: "mia-ends-of" }) }]));
  return { element: h("dl", { class: "mia-tiles" }, ...entries.map(([name, label]) => h("div", {}, h("dt", {}, label), ...Object.values(cells[name])))),
    show(v) {
      const ends = (name, text) => `${text(v[name + "_low"])} to ${text(v[name + "_high"])}`;
      const told = { epsilon: [decimal(v.epsilon, 2), `allows ${percent(v.allowed)} at 1 % FPR`], accuracy: [decimal(v.accuracy), ends("accuracy", decimal)],
        strongest: [percent(v.strongest), `the run allows ${percent(v.limit)}`], found: [percent(v.found), ends("found", percent)] };
      for (const [name, [value, beside]] of Object.entries(told)) { cells[name].value.textContent = value; cells[name].beside.textContent = beside; }
    } };
}

export default lab({ prepare, values, words, build });
