import {
  lab, h, svg, slider, choice, tiles, linear, plot, axes, draggable, steps, hatching, sides, unpack, decimal, fixed,
  percent, count,
} from "./lab.js";

const MEASURES = ["train_accuracy", "test_accuracy", "auc", "tpr"];
const SCALES = { log: "logarithmic axis", linear: "linear axis" };

function prepare(get) {
  const tables = get("_tables"), settings = get("_settings"), edges = {};
  const data = { settings, edges, histograms: {}, of: {} };
  for (const name of MEASURES) data.of[name] = unpack(tables[name]); // mean, low, high at each place
  for (const scale in SCALES) {
    edges[scale] = unpack(get("_edges")[scale]);
    data.histograms[scale] = unpack(tables[scale], "f4");
  }
  return data;
}

/** The place in the tables: widths, noises, sizes, epochs. */
function placeOf({ settings }, at) {
  return ["width", "noise", "size", "epochs"].reduce(
    (place, name) => place * settings[name].length + settings[name].indexOf(at[name]), 0);
}

function values(data, { size, width, epochs, noise, ...rest }) {
  const place = placeOf(data, { size, width, epochs, noise });
  const look = (name, which = 0) => data.of[name][3 * place + which];
  const train = look("train_accuracy"), test = look("test_accuracy");
  return {
    size, width, epochs, noise, train_accuracy: train, test_accuracy: test, gap: train - test,
    auc: look("auc"), tpr: look("tpr"), auc_low: look("auc", 1), auc_high: look("auc", 2),
    tpr_low: look("tpr", 1), tpr_high: look("tpr", 2),
  };
}

const points = (share) => `${fixed(100 * share + 0, 1)} points`.replace("-", "−");

const whole = (share) => `${fixed(100 * share, 0)} %`;
const labelsOfTheTest = (noise) => (noise ? ` (labels ${whole(noise)} wrong too)` : "");

function words(v) {
  return `${count(v.size)} digits, ${v.width} hidden units, ${v.epochs} ${v.epochs === 1 ? "epoch" : "epochs"}, `
    + `${whole(v.noise)} wrong labels: train accuracy ${percent(v.train_accuracy)}, `
    + `test accuracy${labelsOfTheTest(v.noise)} ${percent(v.test_accuracy)}, gap ${points(v.gap)}. `
    + `Loss attack: TPR at 1 % FPR ${percent(v.tpr)} (${percent(v.tpr_low)} to ${percent(v.tpr_high)}), `
    + `AUC ${decimal(v.auc)} (${decimal(v.auc_low)} to ${decimal(v.auc_high)}).`;
}

function build({ body, data, get, set, id }) {
  const { settings } = data, { epochs } = settings;
  const named = {
    size: ["Digits in the training set", count], width: ["Hidden units", String], epochs: ["Epochs of training", String],
    noise: ["Wrong labels", whole],
  };
  const sliders = Object.fromEntries(Object.entries(named).map(([name, [label, text]]) => [name, slider({
    id: id(name), label, min: 0, max: settings[name].length - 1,
    ends: [text(settings[name][0]), text(settings[name].at(-1))], onInput: (i) => set(name, settings[name][i]),
  })]));
  const scale = choice({ id: id("scale"), label: "Losses on a", options: Object.entries(SCALES), onChange: (value) => set("loss_axis", value) });
  body.append(h("div", { class: "mia-grid-of-sliders" }, ...Object.values(sliders).map((one) => one.element)));

  const height = 205;
  const curves = plot({ label: "Accuracy on members and on non-members after each epoch kept", height });
  const leak = plot({ label: "AUC of the loss attack after each epoch kept, with its interval", height });
  const losses = plot({ label: "Histograms of the losses of members and non-members", height });
  const found = plot({ label: "TPR of the loss attack at 1 % FPR after each epoch kept, with its interval", height });
  const numbers = tiles([["gap", "Gap: train − test accuracy"], ["tpr", "TPR at 1 % FPR"], ["auc", "AUC of the loss attack"]]);
  body.append(h("div", { class: "mia-plots" }, curves.root, found.root, losses.root, leak.root), sides(),
    h("div", { class: "mia-row mia-result" }, numbers.element, scale.element));

  // epochs stand as far apart as their logarithms, and each has its tick
  const along = (area) => {
    const reach = [area.left + 14, area.right - 14], last = Math.log(epochs.at(-1) / epochs[0]) || 1;
    const x = (epoch) => reach[0] + (Math.log(epoch / epochs[0]) / last) * (reach[1] - reach[0]);
    return Object.assign(x, { ticks: epochs.map((epoch) => [epoch, String(epoch)]) });
  };
  const x = along(curves.area), up = ({ area }, low, high) => linear([low, high], [area.bottom, area.top]);
  const inPercent = (scale) => { scale.ticks.forEach((tick) => { tick[1] = Math.round(100 * tick[0]) + " %"; }); return scale; };
  const accuracy = inPercent(up(curves, 0, 1.03)), auc = up(leak, 0.45, 1);
  const tpr = inPercent(up(found, 0, 1.03 * data.of.tpr.reduce((most, one) => Math.max(most, one), 0.02)));
  auc.ticks = [0.5, 0.6, 0.7, 0.8, 0.9, 1].map((value) => [value, fixed(value, 1)]);
  const cursor = ({ area }) => svg("line", { class: "mia-cursor", y1: area.top, y2: area.bottom });
  const here = [curves, leak, found].map(cursor);
  const line = (kind) => svg("path", { class: kind });
  const train = line("mia-line-member"), test = line("mia-line-non");
  curves.root.append(axes(curves.area, x, accuracy, "epochs", "accuracy", { title: "Accuracy: drag to an epoch" }), here[0], train, test);
  const attacks = [["auc", leak, auc, 0.5, "AUC", "Attack: AUC (dotted: guessing)"], ["tpr", found, tpr, 0.01, "TPR", "Attack: TPR at 1 % FPR (dotted: guessing)"]]
    .map(([name, { root, area }, y, guessing, yName, title], i) => {
      const curve = line("mia-curve"), bars = line("mia-bars"), dots = svg("g", { class: "mia-dots" });
      root.append(axes(area, x, y, "epochs", yName, { title }), here[i + 1],
        svg("path", { class: "mia-chance", d: `M${area.left} ${y(guessing)}H${area.right}` }), bars, curve, dots);
      return { name, y, curve, bars, dots };
    });

  const nearest = ([px]) => epochs.reduce((best, epoch) => (Math.abs(x(epoch) - px) < Math.abs(x(best) - px) ? epoch : best));
  for (const one of [curves, found, leak]) draggable(one, (at) => set("epochs", nearest(at)));
  const path = (name, y, first) => "M" + epochs.map((epoch, i) => `${x(epoch).toFixed(1)} ${y(data.of[name][3 * (first + i)]).toFixed(1)}`).join("L");

  return (v, controls) => {
    const place = placeOf(data, controls), first = place - epochs.indexOf(controls.epochs);
    for (const name in sliders) sliders[name].show(settings[name].indexOf(controls[name]), named[name][1](controls[name]));
    scale.show(controls.loss_axis);
    numbers.show({ gap: points(v.gap), tpr: percent(v.tpr), auc: decimal(v.auc) });
    train.setAttribute("d", path("train_accuracy", accuracy, first));
    test.setAttribute("d", path("test_accuracy", accuracy, first));
    for (const { name, y, curve, bars, dots } of attacks) {
      const at = (i, which) => y(data.of[name][3 * (first + i) + which]).toFixed(1);
      curve.setAttribute("d", path(name, y, first));
      bars.setAttribute("d", epochs.map((epoch, i) => `M${x(epoch).toFixed(1)} ${at(i, 1)}V${at(i, 2)}`).join(""));
      dots.replaceChildren(...epochs.map((epoch, i) => svg("circle", { cx: x(epoch), cy: at(i, 0), r: epoch === controls.epochs ? 5 : 3 })));
    }
    for (const one of here) { one.setAttribute("x1", x(controls.epochs)); one.setAttribute("x2", x(controls.epochs)); }
    drawLosses(place, controls.loss_axis);
  };

  function drawLosses(place, name) {
    const { area, root } = losses, edges = data.edges[name], bins = edges.length - 1, all = data.histograms[name];
    const members = all.subarray(2 * place * bins, (2 * place + 1) * bins);
    const others = all.subarray((2 * place + 1) * bins, (2 * place + 2) * bins);
    const across = linear([edges[0], edges.at(-1)], [area.left, area.right]);
    if (name === "log") across.ticks = [-6, -4, -2, 0].map((power) => [power, power ? `10${power === -2 ? "⁻²" : power === -4 ? "⁻⁴" : "⁻⁶"}` : "1"]);
    const share = inPercent(up(losses, 0, 1.05 * Math.max(...members, ...others)));
    root.replaceChildren(hatching(id("hatch")),
      axes(area, across, share, "loss (nats); end bins hold all beyond", "share of each side", { title: "Losses" }),
      svg("path", { class: "mia-member", d: steps(edges, members, across, share) }),
      svg("path", { class: "mia-non", fill: `url(#${id("hatch")})`, d: steps(edges, others, across, share) }));
  }
}

export default lab({ prepare, values, words, build });
