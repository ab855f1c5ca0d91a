import { lab, h, svg, slider, choice, linear, log, plot, axes, unpack, decimal, percent } from "./lab.js";

const CONTROLS = ["sees", "noise", "canaries", "models"], WAYS = ["pair", "curve", "run"], SEES = ["final model", "each update"];
const NAMES = { pair: "against ε and δ", curve: "against the whole curve", run: "one-run theorem" };

function prepare(get) {
  const tables = get("_tables");
  return { settings: get("_settings"), delta: get("_delta"),
    ...Object.fromEntries(["claims", "found", "ceiling", "best"].map((name) => [name, unpack(tables[name])])) };
}

/** The place in the tables: sees, noises, canaries, models. */
const placeOf = ({ settings: s }, at) => CONTROLS.reduce((place, name) => place * s[name].length + s[name].indexOf(at[name]), 0);

function values(data, { sees, noise, canaries, models }) {
  const here = { sees, noise, canaries, models }, at = placeOf(data, here);
  const shown = Object.fromEntries(WAYS.flatMap((way, w) =>
    ["", "_low", "_high"].map((end, i) => [way + end, data.found[3 * (WAYS.length * at + w) + i]])));
  const ceilings = Object.fromEntries(WAYS.map((way, w) => [`${way}_ceiling`, data.ceiling[WAYS.length * at + w]]));
  const claim = data.claims[data.settings.noise.indexOf(noise)];
  const [final, updates] = SEES.map((one) => data.best[placeOf(data, { ...here, sees: one })] / claim);
  return { ...here, claim, ...shown, ...ceilings, share: sees === SEES[0] ? final : updates, by_final: final, by_updates: updates };
}

function words(v, data) {
  const rest = WAYS.map((way) => `${NAMES[way]} ${decimal(v[way], 2)} (${decimal(v[way + "_low"], 2)} to ${decimal(v[way + "_high"], 2)}; `
    + `ceiling ${decimal(v[way + "_ceiling"], 2)})`).join(", ");
  return `${v.models} ${v.models === 1 ? "model" : "models"} with ${v.canaries} canaries${v.models > 1 ? " each" : ""}, the auditor sees `
    + `${v.sees === SEES[0] ? "the final model" : "each update"}. Noise ${v.noise} claims ε = ${decimal(v.claim, 2)} at δ = ${decimal(data.delta)}. `
    + `Shown: ${rest}. The best of them is ${percent(v.share)} of the claim.`;
}

const TOP = 1.25; // of the claim: ceilings can lie above it

function build({ body, data, set, id }) {
  const { settings: s } = data;
  const dial = (name, label) => slider({ id: id(name), label, min: 0, max: s[name].length - 1,
    ends: [String(s[name][0]), String(s[name].at(-1))], onInput: (i) => set(name, s[name][i]) });
  const dials = { noise: dial("noise", "Noise multiplier"), canaries: dial("canaries", "Canaries in each model"), models: dial("models", "Models") };
  const spoken = { noise: (v) => `noise multiplier ${v}`, canaries: (v) => `${v} canaries in each model`, models: (v) => `${v} models` };
  const sees = choice({ id: id("sees"), label: "The auditor sees", options: [[SEES[0], "the final model"], [SEES[1], "each update"]],
    onChange: (one) => set("sees", one) });
  body.append(
    h("p", { class: "mia-lead" }, "The implementation is sound, and its claim is true. How much of it can an audit show? Choose what the "
      + "auditor sees, then the noise, the canaries and the models."),
    h("div", { class: "mia-row mia-means" }, sees.element, ...Object.values(dials).map((one) => one.element)));

  const left = plot({ height: 290, label: "Share of the claimed ε that is shown against the number of models, for three ways to bound it, with their ceilings" });
  const right = plot({ height: 290, label: "Share of the claimed ε that is shown by an auditor of the final model and by one of each update" });
  const side = (picture, ...keys) => h("div", { class: "mia-ab-side" }, picture.root, h("p", { class: "mia-legend" }, ...keys));
  const numbers = mainNumbers();
  body.append(h("div", { class: "mia-plots" },
    side(left, ...WAYS.map((way) => key(NAMES[way], stroke(`mia-ab-line mia-ab-${way}`), mark(way, 15, 7))), key("ceiling", stroke("mia-ab-ceiling"))),
    side(right, key("mean, lowest and highest", svg("path", { class: "mia-ab-bars", d: "M11 1h8m-4 0V13m-4 0h8" })), key("the claim", stroke("mia-ab-claim")))),
  numbers.element);

  // ---- left: against the models
  const up = linear([0, TOP], [left.area.bottom, left.area.top]);
  up.ticks = [0, 0.25, 0.5, 0.75, 1].map((one) => [one, `${100 * one} %`]);
  const across = log([s.models[0] / 1.3, s.models.at(-1) * 1.3], [left.area.left, left.area.right]);
  across.ticks = s.models.map((one) => [one, String(one)]);
  const lines = Object.fromEntries(WAYS.map((way) => [way, svg("path", { class: `mia-ab-line mia-ab-${way}` })]));
  const roofs = Object.fromEntries(["pair", "run"].map((way) => [way, svg("path", { class: `mia-ab-ceiling mia-ab-${way}` })]));
  const chosen = svg("line", { class: "mia-ab-chosen", y1: left.area.top, y2: left.area.bottom });
  const dots = svg("g");
  const claim = (area) => svg("line", { class: "mia-ab-claim", x1: area.left, x2: area.right, y1: up(1), y2: up(1) });
  left.root.append(axes(left.area, across, up, "models", "share of the claimed ε", { title: "What is shown, and the ceiling" }),
    claim(left.area), chosen, ...Object.values(roofs), ...Object.values(lines), dots);

  // ---- right: both auditors
  const places = linear([-0.6, 1.6], [right.area.left, right.area.right]);
  places.ticks = SEES.map((one, i) => [i, i ? "sees each update" : "sees the final model"]);
  const both = svg("g");
  right.root.append(axes(right.area, places, up, "", "share of the claimed ε", { title: "Two auditors" }), claim(right.area), both);
  const y = (share) => up(Math.min(share, TOP));

  return (v, controls) => {
    for (const name of Object.keys(dials)) dials[name].show(s[name].indexOf(controls[name]), String(controls[name]), spoken[name](controls[name]));
    sees.show(controls.sees);
    numbers.show(v);
    chosen.setAttribute("x1", across(v.models));
    chosen.setAttribute("x2", across(v.models));
    const along = s.models.map((models) => values(data, { ...controls, models }));
    for (const way of WAYS) {
      lines[way].setAttribute("d", "M" + along.map((one) => `${across(one.models).toFixed(1)} ${y(one[way] / one.claim).toFixed(1)}`).join("L"));
      roofs[way]?.setAttribute("d", "M" + along.map((one) => `${across(one.models).toFixed(1)} ${y(one[`${way}_ceiling`] / one.claim).toFixed(1)}`).join("L"));
    }
    dots.replaceChildren(...along.flatMap((one) => WAYS.map((way) => mark(way, across(one.models), y(one[way] / one.claim)))));
    both.replaceChildren(...SEES.flatMap((who, i) => {
      const one = values(data, { ...controls, sees: who });
      return WAYS.flatMap((way, w) => {
        const x = places(i + 0.22 * (w - 1)), [low, high] = [one[way + "_low"], one[way + "_high"]].map((end) => y(end / one.claim));
        return [svg("path", { class: "mia-ab-bars", d: `M${x - 5} ${low}h10m-5 0V${high}m-5 0h10` }), mark(way, x, y(one[way] / one.claim), 5.5)];
      });
    }));
  };
}

const stroke = (kind) => svg("line", { class: kind, x1: 1, x2: 29, y1: 7, y2: 7 });
const key = (name, ...marks) => h("span", {}, svg("svg", { width: 30, height: 14, "aria-hidden": "true" }, ...marks), name);

/** A circle, a square or a diamond: the second cue beside the colour. */
function mark(way, x, y, r = 4) {
  const d = { curve: `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`, pair: `M${x - r} ${y - r}h${2 * r}v${2 * r}h${-2 * r}Z`,
    run: `M${x - r - 1} ${y}L${x} ${y - r - 1}L${x + r + 1} ${y}L${x} ${y + r + 1}Z` }[way];
  return svg("path", { class: `mia-ab-mark mia-ab-${way}`, d });
}

/** The claim, and what each way shows of it. */
function mainNumbers() {
  const entries = [["claim", "claimed ε"], ...WAYS.map((way) => [way, NAMES[way]])];
  const cells = Object.fromEntries(entries.map(([name]) => [name, { value: h("dd"), beside: h("dd", { class: "mia-ends-of" }) }]));
  return { element: h("dl", { class: "mia-tiles" }, ...entries.map(([name, label]) => h("div", {}, h("dt", {}, label), ...Object.values(cells[name])))),
    show(v) {
      cells.claim.value.textContent = decimal(v.claim, 2);
      cells.claim.beside.textContent = `shown at best: ${percent(v.share)}`;
      for (const way of WAYS) {
        cells[way].value.textContent = decimal(v[way], 2);
        cells[way].beside.textContent = way === "curve" ? `${decimal(v.curve_low, 2)} to ${decimal(v.curve_high, 2)}` : `ceiling ${decimal(v[`${way}_ceiling`], 2)}`;
      }
    } };
}

export default lab({ prepare, values, words, build });
