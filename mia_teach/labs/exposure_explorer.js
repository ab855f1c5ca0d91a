import { lab, h, svg, slider, choice, linear, plot, axes, hatching, unpack, count, percent, fixed } from "./lab.js";

const BINS = 11, ENDS = ["", "_low", "_high"];

function prepare(get) {
  const tables = get("_tables");
  return { settings: get("_settings"), people: get("_people"),
    ...Object.fromEntries(["tpr", "alarms", "often", "half", "precision"].map((name) => [name, unpack(tables[name])])) };
}

/** The place in the tables: groups, then false positive rates. */
const placeOf = ({ settings: s }, { group, fpr }) => s.group.indexOf(group) * s.fpr.length + s.fpr.indexOf(fpr);

function values(data, controls) {
  const { settings: s } = data, at = placeOf(data, controls), worth = at * s.one_in.length + s.one_in.indexOf(controls.one_in);
  const ends = (name, place) => ENDS.map((end, i) => {
    const number = data[name][3 * place + i];
    return [name + end, Number.isNaN(number) ? null : number];
  });
  return { group: controls.group, people: data.people[s.group.indexOf(controls.group)], fpr: controls.fpr, one_in: controls.one_in,
    ...Object.fromEntries([...ends("tpr", at), ...ends("alarms", at), ...ends("precision", worth)]), half: data.half[at] };
}

const withEnds = (v, name) => `${percent(v[name])} (${percent(v[name + "_low"])} to ${percent(v[name + "_high"])})`;

function words(v) {
  const worth = v.precision === null ? "nobody is ever accused" : `an accusation is right in ${withEnds(v, "precision")}`;
  return `${v.group}: ${count(v.people)} people, at ${percent(v.fpr)} false positives: found in ${withEnds(v, "tpr")} of the `
    + `trainings that included them, accused in ${withEnds(v, "alarms")} of the others. `
    + `${percent(v.half)} of these people are found at least every other time. `
    + `Where 1 record in ${count(v.one_in)} is a member, ${worth}.`;
}

function build({ body, data, set, id }) {
  const { settings: s } = data;
  const group = choice({ id: id("group"), label: "Whose records", options: s.group.map((name) => [name, name]),
    onChange: (value) => set("group", value) });
  const fpr = slider({ id: id("fpr"), label: "False positives allowed", min: 0, max: s.fpr.length - 1,
    ends: [percent(s.fpr[0]), percent(s.fpr.at(-1))], onInput: (i) => set("fpr", s.fpr[i]) });
  const rare = slider({ id: id("one_in"), label: "How rare members are", min: 0, max: s.one_in.length - 1,
    ends: [`1 in ${count(s.one_in[0])}`, `1 in ${count(s.one_in.at(-1))}`], onInput: (i) => set("one_in", s.one_in[i]) });
  body.append(
    h("p", { class: "mia-lead" }, "Every record was a member of half of the models, and each of them was attacked. Choose a group: how often are its "
      + "people found? Then say how rare members are where the attack is used: how many of its accusations are right?"),
    h("div", { class: "mia-row mia-means" }, group.element, fpr.element, rare.element));

  const left = plot({ width: 390, height: 290, label: "The group's people by how often they are found, with everybody as a dashed outline" });
  const right = plot({ width: 300, height: 290, label: "One hundred accusations as squares: right ones filled, false ones hatched" });
  const key = (name, ...marks) => h("span", {}, svg("svg", { width: 26, height: 14, "aria-hidden": "true" }, ...marks), name);
  const hatch = id("hatch");
  const side = (kind, picture, ...keys) => h("div", { class: `mia-ee-side mia-ee-${kind}` }, picture.root, h("p", { class: "mia-legend" }, ...keys));
  body.append(h("div", { class: "mia-plots" },
    side("often", left, key("this group", svg("rect", { class: "mia-ee-bar", x: 2, y: 1, width: 20, height: 12 })),
      key("everybody", svg("line", { class: "mia-ee-all", x1: 1, x2: 25, y1: 7, y2: 7 }))),
    side("squares", right, key("right: a member", svg("rect", { class: "mia-member", x: 2, y: 1, width: 12, height: 12 })),
      key("false: no member", svg("rect", { class: "mia-ee-false", x: 2, y: 1, width: 12, height: 12, fill: `url(#${hatch})` })))));
  const numbers = tilesWithEnds([["tpr", "Found"], ["alarms", "Accused falsely"], ["precision", "Accusations right"]]);
  body.append(h("div", { class: "mia-row mia-result" }, numbers.element));

  // ---- left: how often its people are found
  const x = linear([-0.5, BINS - 0.5], [left.area.left, left.area.right]), y = linear([0, 1], [left.area.bottom, left.area.top]);
  x.ticks = Array.from({ length: 6 }, (_, i) => [2 * i, i ? `${20 * i} %` : "never"]);
  y.ticks.forEach((tick) => { tick[1] = Math.round(100 * tick[0]) + " %"; });
  const bars = Array.from({ length: BINS }, (_, i) => svg("rect", { class: "mia-ee-bar", x: x(i - 0.4), width: x(0.8) - x(0) }));
  const all = svg("path", { class: "mia-ee-all" });
  left.root.append(axes(left.area, x, y, "found in up to this share of the trainings", "share of the people",
    { title: "How often they are found" }), ...bars, all);

  // ---- right: 100 accusations
  const size = 22, squares = Array.from({ length: 100 }, (_, i) => svg("rect", { width: size - 4, height: size - 4,
    x: 38 + size * (i % 10), y: 34 + size * Math.floor(i / 10) }));
  const nobody = svg("text", { x: 150, y: 150, "text-anchor": "middle" });
  right.root.append(hatching(hatch), svg("text", { class: "mia-plot-title", x: 38, y: 14 }, "100 accusations of such records"), ...squares, nobody);

  return (v, controls) => {
    group.show(controls.group);
    fpr.show(s.fpr.indexOf(controls.fpr), percent(controls.fpr), `${percent(controls.fpr)} false positives`);
    rare.show(s.one_in.indexOf(controls.one_in), `1 in ${count(controls.one_in)}`, `1 member in ${count(controls.one_in)} records`);
    numbers.show(v);
    const at = placeOf(data, controls) * BINS, everybody = s.fpr.indexOf(controls.fpr) * BINS;
    bars.forEach((bar, i) => {
      const top = y(data.often[at + i]);
      bar.setAttribute("y", top);
      bar.setAttribute("height", Math.max(0, y(0) - top));
    });
    const outline = Array.from({ length: BINS }, (_, i) => `V${y(data.often[everybody + i]).toFixed(1)}H${x(i + 0.5).toFixed(1)}`);
    all.setAttribute("d", `M${x(-0.5)} ${y(0)}${outline.join("")}V${y(0)}`);
    const good = v.precision === null ? 0 : Number(fixed(100 * v.precision, 0));
    squares.forEach((square, i) => {
      square.setAttribute("class", i < good ? "mia-member" : "mia-ee-false");
      square.setAttribute("fill", i < good ? "" : `url(#${hatch})`);
      square.setAttribute("visibility", v.precision === null ? "hidden" : "visible");
    });
    nobody.textContent = v.precision === null ? "nobody is accused" : "";
  };
}

/** The main numbers, each with its interval. */
function tilesWithEnds(entries) {
  const cells = Object.fromEntries(entries.map(([name]) => [name, { value: h("dd"), ends: h("dd", { class: "mia-ends-of" }) }]));
  return { element: h("dl", { class: "mia-tiles" }, ...entries.map(([name, label]) => h("div", {}, h("dt", {}, label), ...Object.values(cells[name])))),
    show(v) {
      for (const [name, { value, ends }] of Object.entries(cells)) {
        value.textContent = v[name] === null ? "–" : percent(v[name]);
        ends.textContent = v[name] === null ? "nobody accused" : `${percent(v[name + "_low"])} to ${percent(v[name + "_high"])}`;
      }
    } };
}

export default lab({ prepare, values, words, build });
