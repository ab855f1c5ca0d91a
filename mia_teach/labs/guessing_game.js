import { lab, h, svg, slider, tiles, linear, plot, axes, draggable, steps, hatching, sides, unpack, percent, say } from "./lab.js";

const HAND = 12;
const signed = (share) => percent(share).replace("-", "−");
const whole = (threshold) => `${Math.round(100 * threshold)} %`;

const prepare = (get) => ({
  about: get("_about"), confidence: unpack(get("_confidence")), member: unpack(get("_member"), "i4"),
  luck: unpack(get("_luck")), found: unpack(get("_found"), "i4"), accused: unpack(get("_accused"), "i4"),
  ends: unpack(get("_intervals")), histogram: get("_histogram"), deals: get("_about").length / HAND,
});

function values(data, { deal, marks, revealed, threshold }) {
  const place = Math.round(100 * threshold);
  const members = data.found[0], others = data.accused[0];
  const found = data.found[place], accused = data.accused[place], rounds = members + others, wins = found + others - accused;
  const truth = data.member.slice(HAND * deal, HAND * (deal + 1));
  const count = (test) => marks.filter((mark, i) => test(mark, truth[i])).length;
  const right = revealed ? count((mark, was) => mark === was) : null;
  return {
    deal: deal + 1, judged: marks.filter((mark) => mark >= 0).length, right,
    members: revealed ? count((mark, was) => was) : null,
    members_found: revealed ? count((mark, was) => was && mark === 1) : null,
    others_accused: revealed ? count((mark, was) => !was && mark === 1) : null,
    luck: revealed ? data.luck[right] : null,
    threshold, rounds, wins, accuracy: wins / rounds, low: data.ends[2 * wins], high: data.ends[2 * wins + 1],
    tpr: found / members, fpr: accused / others, advantage: found / members - accused / others,
  };
}

function words(v, { deals }) {
  let said = `Deal ${v.deal} of ${deals}: ${v.judged} of ${HAND} judged.`;
  if (v.right !== null) {
    said = `Deal ${v.deal} of ${deals}: you win ${v.right} of ${HAND}. Members found: ${v.members_found} of ${v.members}. `
      + `Others wrongly called members: ${v.others_accused} of ${HAND - v.members}. `
      + `Flipping coins wins ${v.right} or more in ${percent(v.luck)} of deals.`;
  }
  if (v.threshold === 0) return `${said} No rule yet: at 0 % everybody is called a member.`;
  return `${said} Rule: “was in” above ${whole(v.threshold)}. It wins ${v.wins} of ${v.rounds} rounds: accuracy ${percent(v.accuracy)} `
    + `(${percent(v.low)} to ${percent(v.high)}), advantage ${signed(v.advantage)}.`;
}

function build({ body, data, get, set, id }) {
  const eye = table({ data, get, set, id });
  const rule = ruler({ data, set, id });
  body.append(h("h4", { class: "mia-heading" }, "By eye"), eye.element, h("h4", { class: "mia-heading" }, "By rule"), rule.element);
  return (v, controls) => { eye.show(v, controls); rule.show(v); };
}

/** Twelve people, each with a bar and two radio buttons, and one button: it uncovers the truth, then deals again. */
function table({ data, get, set, id }) {
  const rows = Array.from({ length: HAND }, (_, i) => person(i, { get, set, id }));
  const asked = h("p", { class: "mia-small", role: "status" });
  const won = h("p", { class: "mia-won" }); // the read-out below says it too, aloud
  const button = h("button", { type: "button" });
  button.addEventListener("click", () => {
    const open = get("marks").flatMap((mark, i) => (mark < 0 ? [i + 1] : []));
    if (get("revealed")) {
      set("revealed", false);
      set("marks", Array(HAND).fill(-1));
      set("deal", (get("deal") + 1) % data.deals);
    } else if (open.length) {
      say(asked, `Judge all twelve first; still open: ${open.join(", ")}.`);
    } else set("revealed", true);
  });
  const element = h("div", {},
    h("p", { class: "mia-small" }, "How confident is the model in each patient's true disease group?"),
    h("div", { class: "mia-hand" }, ...rows.map((row) => row.element)),
    h("div", { class: "mia-row mia-uncover" }, button, asked, won));
  return { element, show(v, { deal, marks, revealed }) {
    rows.forEach((row, i) => {
      const who = HAND * deal + i;
      row.show({ about: data.about[who], confidence: data.confidence[who], mark: marks[i], member: revealed ? data.member[who] : null });
    });
    button.textContent = !revealed ? "Uncover the truth" : v.deal < data.deals ? "Another twelve" : "Back to the first twelve";
    if (revealed || v.judged === HAND) say(asked, "");
    say(won, v.right === null ? "" : `You win ${v.right} of ${HAND}. Coin flips win ${v.right} or more in ${percent(v.luck)} of deals.`);
  } };
}

function person(i, { get, set, id }) {
  const about = h("span", { class: "mia-about", id: id(`about${i}`) }), number = h("span", { class: "mia-number", id: id(`number${i}`) });
  const bar = h("span", { class: "mia-fill" }), verdict = h("span", { class: "mia-verdict" });
  const radio = (value) => {
    const input = h("input", { type: "radio", name: id(`mark${i}`), value });
    input.addEventListener("change", () => set("marks", get("marks").map((mark, j) => (j === i ? value : mark))));
    return input;
  };
  const radios = [radio(0), radio(1)];
  const element = h("div", { class: "mia-person", role: "radiogroup", "aria-labelledby": `${id(`about${i}`)} ${id(`number${i}`)}` },
    about, h("span", { class: "mia-bar", "aria-hidden": "true" }, bar), number,
    h("span", { class: "mia-answers" }, h("label", {}, radios[1], h("span", {}, "was in")), h("label", {}, radios[0], h("span", {}, "was not in"))), verdict);
  return { element, show({ about: text, confidence, mark, member }) {
    about.textContent = `${i + 1}. ${text}`;
    number.textContent = percent(confidence).replace(" ", "\u00a0");
    bar.style.width = `${100 * confidence}%`;
    bar.classList.toggle("mia-was-in", member === 1);
    bar.classList.toggle("mia-was-out", member === 0);
    radios.forEach((input, value) => { input.checked = mark === value; input.disabled = member !== null; });
    verdict.textContent = member === null ? "" : `${mark === member ? "✓" : "✗"} ${member ? "was in" : "was not in"}`;
  } };
}

/** The rule's rounds at once: members above the line, the others below, and a threshold to drag. */
function ruler({ data, set, id }) {
  const move = (percents) => set("threshold", Math.min(100, Math.max(0, Math.round(percents))) / 100);
  const range = slider({ id: id("threshold"), label: "“Was in” when the confidence is above", min: 0, max: 100,
    ends: ["0 %: call everybody a member", "100 %: call nobody a member"], onInput: move });
  const numbers = tiles([["wins", "Rounds won"], ["accuracy", "Accuracy"], ["advantage", "Advantage"]]);
  const picture = plot({ height: 240, label: "Confidence of members, upwards, and of the others, downwards, with the threshold as a line" });
  const { members, non_members: others } = data.histogram, { left, right, top, bottom } = picture.area;
  const x = linear([0, 100], [left, right]), y = linear([-Math.max(...others), Math.max(...members)], [bottom, top]);
  x.ticks.forEach((tick) => { tick[1] += " %"; });
  y.ticks.forEach((tick) => { tick[1] = String(Math.abs(tick[0])); });
  const edges = Array.from({ length: members.length + 1 }, (_, i) => (100 * i) / members.length);
  const said = svg("rect", { class: "mia-accused", y: top, height: bottom - top });
  const line = svg("line", { class: "mia-cursor", y1: top, y2: bottom });
  const grip = svg("circle", { class: "mia-grip", r: 6, cy: top });
  // The two sides stay hidden until the learner has judged or moved something: they would give the twelve away.
  const truth = svg("g", { class: "mia-hidden" }, svg("path", { class: "mia-member", d: steps(edges, members, x, y) }),
    svg("path", { class: "mia-non", fill: `url(#${id("hatch")})`, d: steps(edges, others.map((n) => -n), x, y) }));
  const note = svg("text", { x: (left + right) / 2, y: (top + bottom) / 2, "text-anchor": "middle" }, "The patients appear when you move the line.");
  picture.root.append(hatching(id("hatch")), axes(picture.area, x, y, "confidence in the true disease group", "patients"), said, truth, note, line, grip);
  draggable(picture, ([px]) => move(x.invert(px)));
  const show = () => { truth.classList.remove("mia-hidden"); note.remove(); };
  const element = h("div", {}, range.element,
    h("div", { class: "mia-plots" }, h("div", { class: "mia-picture" }, picture.root, sides()), numbers.element));
  return { element, show(v) {
    range.show(Math.round(100 * v.threshold), whole(v.threshold), `${whole(v.threshold)}: ${v.wins} of ${v.rounds} rounds won`);
    numbers.show({ wins: `${v.wins} of ${v.rounds}`, accuracy: percent(v.accuracy), advantage: signed(v.advantage) });
    if (v.threshold > 0 || v.right !== null) show();
    const px = x(100 * v.threshold);
    said.setAttribute("x", px); said.setAttribute("width", right - px);
    line.setAttribute("x1", px); line.setAttribute("x2", px); grip.setAttribute("cx", px);
  } };
}

export default lab({ prepare, values, words, build });
