import { lab, h, say } from "./lab.js";

const whole = (text) => text.replaceAll(" %", "\u00a0%"); // a number stays on the line of its sign

const prepare = (get) => get("_questions").map(({ text, choices }) => ({
  text: whole(text), choices: choices.map(([text, reply, right]) => ({ text: whole(text), reply, right })),
}));

const values = (questions, { first }) => ({
  answered: first.filter((choice) => choice >= 0).length,
  right_at_first: first.filter((choice, i) => questions[i].choices[choice]?.right).length,
  questions: questions.length,
});

const words = (v) => (v.answered
  ? `${v.answered} of ${v.questions} answered, ${v.right_at_first} right at the first answer.`
  : "Nothing answered yet. Your first answer to a question counts; after it, try the other choices too.");

// An answer is checked with a button: the arrow keys pass over choices, and passing is not answering.
function build({ body, data, get, set, id }) {
  const items = data.map((question, number) => {
    const radios = question.choices.map((_, i) => h("input", { type: "radio", name: id(number), value: i }));
    const reply = h("p", { class: "mia-reply", role: "status" });
    const form = h("form", { class: "mia-question" },
      h("fieldset", {}, h("legend", {}, `${number + 1}. ${question.text}`),
        ...question.choices.map((choice, i) => h("label", {}, radios[i], h("span", {}, choice.text)))),
      h("div", { class: "mia-check" }, h("button", { type: "submit" }, "Check", h("span", { class: "mia-unseen" }, ` question ${number + 1}`)), reply));
    const replied = (choice) => {
      const chosen = question.choices[choice];
      say(reply, chosen ? (chosen.right ? "✓ Right. " : "✗ Not this one. ") + chosen.reply : "");
      reply.classList.toggle("mia-right", Boolean(chosen?.right));
    };
    form.addEventListener("change", () => replied(-1));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const choice = radios.findIndex((radio) => radio.checked);
      if (choice < 0) { say(reply, "Choose one of the answers first."); return; }
      const put = (name, value) => set(name, get(name).map((old, i) => (i === number ? value : old)));
      if (get("first")[number] < 0) put("first", choice);
      put("answers", choice);
      replied(choice);
    });
    body.append(form);
    let shown = -1;
    return (answer) => {
      if (answer === shown) return;
      shown = answer;
      radios.forEach((radio, i) => { radio.checked = i === answer; });
      replied(answer);
    };
  });
  return (v, { answers }) => answers.forEach((answer, i) => items[i](answer));
}

export default lab({ prepare, values, words, build });
