import { lab, h, slider, say } from "./lab.js";

const SURE = [5, 99], START = 50; // per cent

const prepare = (get) => ({ unit: get("_unit"), range: get("_range"), within: get("within"), question: get("_question") });

const values = (data, { answer, confidence }) => ({ answer, confidence });

const words = (v, { unit, within }) => (v.answer === null ? "Nothing committed yet."
  : `You predicted ${amount(v.answer, unit)} and are ${v.confidence} % sure that the truth lies within ${within} of it.`);

/** What was written: a number, NaN for nothing, or the text itself when it is no number. The unit may stand behind it. */
export function read(text, unit = "") {
  const bare = text.trim(), number = (unit && bare.endsWith(unit) ? bare.slice(0, -unit.length).trim() : bare).replace("−", "-");
  if (!bare) return NaN;
  return /^[-+]?(\d+\.?\d*|\.\d+)$/.test(number) ? Number(number) : bare;
}

/** What is wrong with what was written, in the words of trouble() in Python. */
export function trouble(answer, confidence, [low, high], unit) {
  const ask = `Write a number from ${plain(low)} to ${amount(high, unit)}`;
  if (typeof answer === "string") return `“${answer}” is no number that can be read here. ${ask}, in digits, with a point if it needs one.`;
  if (typeof answer !== "number" || Number.isNaN(answer)) return `${ask} first.`;
  if (answer < low || answer > high) return `${plain(answer)} lies outside the possible range. ${ask}.`;
  if (!Number.isInteger(confidence) || confidence < SURE[0] || confidence > SURE[1]) {
    return `Say how sure you are: a whole number from ${SURE[0]} to ${SURE[1]} %.`;
  }
  return "";
}

export const plain = (number) => String(Number(number.toPrecision(6))).replace("-", "−");

const amount = (number, unit) => `${plain(number)} ${unit}`.trimEnd();

function build({ body, data, get, set, id }) {
  const { unit, range: [low, high] } = data;
  const number = h("input", { type: "text", inputmode: "decimal", autocomplete: "off", maxlength: 20, id: id("answer"), "aria-describedby": id("message") });
  const sure = slider({ id: id("sure"), label: `How sure are you that the truth lies within ${data.within} of it?`,
    min: SURE[0], max: SURE[1], ends: ["5 %: a wild guess", "99 %: almost certain"], onInput: showSure });
  const button = h("button", { type: "button" }, "Commit");
  const message = h("p", { class: "mia-message", id: id("message"), role: "status" });
  body.append(h("p", { class: "mia-question-text" }, data.question),
    h("div", { class: "mia-row" }, h("div", { class: "mia-choice" },
      h("label", { for: id("answer") }, `Your number, from ${plain(low)} to ${amount(high, unit)}`), h("span", { class: "mia-number" }, number, unit))),
    sure.element, h("div", { class: "mia-check" }, button, message));

  function showSure(value) { sure.show(value, `${value} % sure`); }
  showSure(START);
  const commit = () => {
    const answer = read(number.value, unit), confidence = Number(sure.input.value);
    const wrong = trouble(answer, confidence, data.range, unit);
    number.setAttribute("aria-invalid", String(Boolean(wrong)));
    say(message, wrong);
    if (wrong) { number.focus(); return; }
    set("confidence", confidence);
    set("answer", answer);
  };
  button.addEventListener("click", commit);
  number.addEventListener("keydown", (event) => { // a form would do this by itself, but not inside JupyterLab
    if (event.key !== "Enter") return;
    event.preventDefault();
    commit();
  });

  return (v) => {
    const locked = v.answer !== null;
    [number, sure.input, button].forEach((element) => { element.disabled = locked; });
    if (!locked) return;
    number.value = plain(v.answer);
    showSure(v.confidence);
    button.textContent = "Committed";
    say(message, "The first commitment counts. The lesson comes back to it.");
  };
}

export default lab({ prepare, values, words, build });
