// The least that can show an anywidget: its state stands in `entry`, and there is no kernel.
class Model {
  constructor({ state, buffers }) {
    this.state = structuredClone(state);
    this.listeners = {};
    this.saved = 0;
    for (const { path, data } of buffers) {
      const place = path.slice(0, -1).reduce((inside, key) => inside[key], this.state);
      place[path.at(-1)] = new DataView(Uint8Array.from(atob(data), (c) => c.charCodeAt(0)).buffer);
    }
  }
  get(name) { return this.state[name]; }
  set(name, value) {
    if (this.state[name] === value) return;
    this.state[name] = value;
    for (const listener of this.listeners["change:" + name] ?? []) listener();
  }
  on(event, listener) { (this.listeners[event] ??= []).push(listener); }
  off(event, listener) { this.listeners[event] = (this.listeners[event] ?? []).filter((one) => one !== listener); }
  save_changes() { this.saved += 1; }
}

const model = (window.model = new Model(entry));
const style = document.createElement("style");
style.textContent = model.get("_css");
document.head.append(style);
const module = await import(URL.createObjectURL(new Blob([model.get("_esm")], { type: "text/javascript" })));
window.cleanup = module.default.render({ model, el: document.getElementById("place") });
