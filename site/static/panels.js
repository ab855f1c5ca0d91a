// Brings a page's panels to life without Python. The page carries each panel's saved state, which holds its script and
// style too; all that a panel asks of a host is its model, here one that tells no kernel. What cannot be brought to life
// keeps the picture and words that stand in its place.
(() => {
  class Model {
    constructor({ state, buffers = [] }) {
      this.state = state;
      this.listeners = {};
      for (const { path, data } of buffers) {
        const inside = path.slice(0, -1).reduce((one, key) => one[key], this.state);
        inside[path.at(-1)] = new DataView(Uint8Array.from(atob(data), (c) => c.charCodeAt(0)).buffer);
      }
    }
    get(name) { return this.state[name]; }
    set(name, value) {
      if (this.state[name] === value) return;
      this.state[name] = value;
      for (const listener of this.listeners[`change:${name}`] ?? []) listener();
    }
    on(event, listener) { (this.listeners[event] ??= []).push(listener); }
    off(event, listener) { this.listeners[event] = (this.listeners[event] ?? []).filter((one) => one !== listener); }
    save_changes() {}
    send() {}
  }

  const styled = new Set();
  function style(css) {
    if (styled.has(css)) return;
    styled.add(css);
    document.head.append(Object.assign(document.createElement("style"), { textContent: css }));
  }

  async function wake(place, saved) {
    const model = new Model(saved), live = document.createElement("div");
    const url = URL.createObjectURL(new Blob([model.get("_esm")], { type: "text/javascript" }));
    const { default: panel } = await import(url);
    URL.revokeObjectURL(url);
    style(model.get("_css"));
    panel.render({ model, el: live });
    place.querySelector(".mia-plain").replaceWith(live);
    place.querySelector(".mia-aside").hidden = false;
    place.dataset.alive = "";
  }

  const script = document.querySelector('script[type="application/vnd.jupyter.widget-state+json"]');
  if (!script) return;
  const { state } = JSON.parse(script.textContent);
  for (const place of document.querySelectorAll(".mia-place")) {
    wake(place, state[place.dataset.panel]).catch((error) => console.error(error));
  }
})();
