import { lab, h, svg, slider, choice, linear, plot, axes, unpack, decimal, percent } from "./lab.js";

const ATTACKERS = ["loss", "adaptive", "label"], GROUPS = ["all", "exposed"];
const SAID = { loss: "the loss", adaptive: "the adaptive attacker", label: "one letter" };
const WHO = { all: "all records", exposed: "the most exposed" };

function prepare(get) {
  const tables = get("_tables"), strengths = get("_strengths"), reach = unpack(tables.reach);
  const names = Object.keys(strengths);
  return {
    strengths, names, many: strengths[names[0]].length, accuracy: unpack(tables.accuracy), leak: unpack(tables.leak),
    reach: { accuracy: [reach[0], reach[1]], all: [reach[2], reach[3]], exposed: [reach[4], reach[5]] },
  };
}

/** Mean, low and high: of the accuracy, or of the leak against an attacker in a group. */
function ends(data, defence, strength, attacker = -1, group = 0) {
  const place = defence * data.many + strength;
  const first = 3 * (attacker < 0 ? place : (place * ATTACKERS.length + attacker) * GROUPS.length + group);
  const [mean, low, high] = (attacker < 0 ? data.accuracy : data.leak).subarray(first, first + 3);
  return { mean, low, high };
}

function values(data, controls) {
  const i = data.names.indexOf(controls.defence), s = controls.strength, g = GROUPS.indexOf(controls.group);
  const shown = { accuracy: ends(data, i, s), none_accuracy: ends(data, i, 0) };
  ATTACKERS.forEach((name, a) => {
    shown[name] = ends(data, i, s, a, g);
    shown[`none_${name}`] = ends(data, i, 0, a, g);
  });
  const found = Object.fromEntries(Object.entries(shown).flatMap(([name, { mean, low, high }]) =>
    [[name, mean], [`${name}_low`, low], [`${name}_high`, high]]));
  return { ...found, defence: i, strength: s, attacker: ATTACKERS.indexOf(controls.attacker), exposed: g,
    worst: Math.max(...ATTACKERS.map((name) => found[name])), gained: found.accuracy - found.none_accuracy,
    more_than_without: found.adaptive - found.none_adaptive };
}

const between = (v, name, text) => `${text(v[name])} (${text(v[name + "_low"])} to ${text(v[name + "_high"])})`;

function words(v, data) {
  const defence = data.names[v.defence];
  const chosen = v.strength === 0 ? "No defence" : `${defence}, ${data.strengths[defence][v.strength]}`;
  return `${chosen}: accuracy ${between(v, "accuracy", decimal)}, without a defence ${decimal(v.none_accuracy)}. `
    + `Members found at 1 % FPR among ${WHO[GROUPS[v.exposed]]}: `
    + `${ATTACKERS.map((name) => `${SAID[name]} ${between(v, name, percent)}`).join("; ")}. `
    + `Without a defence: ${ATTACKERS.map((name) => percent(v["none_" + name])).join(", ")}.`;
}

function build({ body, data, get, set, id }) {
  const defence = choice({ id: id("defence"), label: "Defence", options: data.names.map((name) => [name, name]),
    onChange: (value) => set("defence", value) });
  const strength = slider({ id: id("strength"), label: "Strength", min: 0, max: data.many - 1, ends: ["none", "strong"],
    onInput: (value) => set("strength", value) });
  const attacker = choice({ id: id("attacker"), label: "Attacker in the picture",
    options: [["loss", "the loss"], ["adaptive", "adaptive"], ["label", "one letter"]],
    onChange: (value) => set("attacker", value) });
  const group = choice({ id: id("group"), label: "Among whom", options: [["all", "all records"], ["exposed", "the most exposed"]],
    onChange: (value) => set("group", value) });
  body.append(
    h("p", { class: "mia-lead" }, "Choose a defence and how strong it is. Right is useful, low is private. Then change the attacker "
      + "and the people, and see whether the defence still stands where it stood."),
    h("div", { class: "mia-row mia-means" }, defence.element, strength.element, attacker.element, group.element));

  const picture = plot({ height: 300, label: "Accuracy on new records against the share of members found at 1 % FPR: "
    + "every defence at every strength, the chosen one joined, with intervals at the chosen strength" });
  const numbers = numbersWithIntervals();
  body.append(h("div", { class: "mia-df-side" }, picture.root, h("p", { class: "mia-legend" },
    key("your setting", svg("path", { class: "mia-df-here", d: diamond(15, 7, 6.5) })),
    key("this defence, none to strong", svg("line", { class: "mia-curve", x1: 1, x2: 29, y1: 7, y2: 7 }), svg("circle", { class: "mia-df-dot", cx: 15, cy: 7, r: 4 })),
    key("no defence", svg("path", { class: "mia-df-none", d: cross(15, 7, 5) })),
    key("other defences: click to choose", svg("circle", { class: "mia-df-other", cx: 15, cy: 7, r: 4 })))),
    numbers.element);

  const { area } = picture;
  const x = linear(data.reach.accuracy, [area.left, area.right]);
  const others = data.names.map((name, i) => Array.from({ length: data.many - 1 }, (_, s) => {
    const dot = svg("circle", { class: "mia-df-other", r: 4 });
    dot.append(svg("title", {}, `${name}, ${data.strengths[name][s + 1]}`));
    dot.addEventListener("click", () => { set("defence", name); set("strength", s + 1); });
    return dot;
  }));
  const path = svg("path", { class: "mia-curve" }), bars = svg("path", { class: "mia-df-bars" });
  const dots = Array.from({ length: data.many }, () => svg("circle", { class: "mia-df-dot", r: 4 }));
  const labels = dots.map(() => svg("text", { class: "mia-df-name" }));
  const none = svg("path", { class: "mia-df-none" }), here = svg("path", { class: "mia-df-here" });
  let y, drawn = "";
  function backdrop(who, whose) {
    y = linear(data.reach[who], [area.bottom, area.top]);
    y.ticks.forEach((tick) => { tick[1] = `${Math.round(100 * tick[0])} %`; });
    picture.root.replaceChildren(axes(area, x, y, "accuracy on new records", `of ${WHO[who]}, at 1 % FPR`,
      { title: `Found by ${SAID[whose]}` }), ...others.flat(), path, bars, ...dots, none, here, ...labels);
  }

  return (v, controls) => {
    const now = `${controls.group} ${controls.attacker}`;
    if (now !== drawn) { drawn = now; backdrop(controls.group, controls.attacker); }
    const name = data.strengths[controls.defence][v.strength];
    defence.show(controls.defence); attacker.show(controls.attacker); group.show(controls.group);
    strength.show(v.strength, name, name);
    numbers.show(v);
    const at = (i, s) => { const a = ends(data, i, s), l = ends(data, i, s, v.attacker, v.exposed); return [x(a.mean), y(l.mean), a, l]; };
    others.forEach((row, i) => row.forEach((dot, s) => { const [cx, cy] = at(i, s + 1);
      dot.setAttribute("cx", cx); dot.setAttribute("cy", cy); dot.classList.toggle("mia-df-own", i === v.defence); }));
    const points = dots.map((_, s) => at(v.defence, s));
    path.setAttribute("d", "M" + points.map(([px, py]) => `${px.toFixed(1)} ${py.toFixed(1)}`).join("L"));
    points.forEach(([px, py], s) => { dots[s].setAttribute("cx", px); dots[s].setAttribute("cy", py); });
    const right = (px) => px > (area.left + area.right) / 2; // there a name stands before its point
    points.forEach(([px, py], s) => { labels[s].textContent = s ? data.strengths[controls.defence][s] : "none";
      labels[s].setAttribute("x", right(px) ? px - 10 : px + 10); labels[s].setAttribute("y", py - 9);
      labels[s].setAttribute("text-anchor", right(px) ? "end" : "start"); });
    const [px, py, a, l] = points[v.strength];
    bars.setAttribute("d", `M${x(a.low)} ${py - 4}v8m0 -4H${x(a.high)}m0 -4v8M${px - 4} ${y(l.low)}h8m-4 0V${y(l.high)}m-4 0h8`);
    none.setAttribute("d", cross(points[0][0], points[0][1], 6));
    here.setAttribute("d", diamond(px, py, 8));
  };
}

const cross = (x, y, r) => `M${x - r} ${y - r}L${x + r} ${y + r}M${x - r} ${y + r}L${x + r} ${y - r}`;
const diamond = (x, y, r) => `M${x - r} ${y}L${x} ${y - r}L${x + r} ${y}L${x} ${y + r}Z`;
const key = (name, ...marks) => h("span", {}, svg("svg", { width: 30, height: 14, "aria-hidden": "true" }, ...marks), name);

/** The accuracy and what each attacker finds, each with its interval and with what it is without a defence. */
function numbersWithIntervals() {
  const entries = [["accuracy", "accuracy"], ...ATTACKERS.map((name) => [name, `found by ${SAID[name]}`])];
  const cells = Object.fromEntries(entries.map(([name]) => [name, { value: h("dd"), ends: h("dd", { class: "mia-ends-of" }), none: h("dd", { class: "mia-ends-of" }) }]));
  return { element: h("dl", { class: "mia-tiles" }, ...entries.map(([name, label]) => h("div", {}, h("dt", {}, label), ...Object.values(cells[name])))),
    show(v) {
      for (const [name] of entries) {
        const text = name === "accuracy" ? decimal : percent, { value, ends: range, none } = cells[name];
        value.textContent = text(v[name]);
        range.textContent = `${text(v[name + "_low"])} to ${text(v[name + "_high"])}`;
        none.textContent = `none: ${text(v["none_" + name])}`;
      }
    } };
}

export default lab({ prepare, values, words, build });
