/* The log of one backend, and its new lines while it is followed. */

const FOLLOW_MS = 1000;

function logsView(store) {
  const title = element("h3", {});
  const follow = element("input", { type: "checkbox", "data-beep": "logs-follow", checked: true });
  const text = element("pre", { "data-beep": "logs-text", tabindex: 0, "aria-label": "Log" });
  const close = button("logs-close", "Close", () => view.close());
  const head = element("div", { class: "beep-line" }, title, element("label", {}, follow, "Follow"), close);
  const view = element("section", { "data-beep": "logs", "aria-label": "Log", hidden: true }, head, text);
  let [name, timer, opener] = [null, null, null];

  const show = (said) => {
    if (said === text.textContent) return; // what is selected in it stays selected
    const isAtEnd = text.scrollHeight - text.scrollTop - text.clientHeight < 8;
    text.textContent = said;
    if (isAtEnd) text.scrollTop = text.scrollHeight;
  };
  const load = async () => {
    clearTimeout(timer);
    const asked = name;
    try {
      const lines = await store.logs(asked);
      if (asked !== name) return;
      show(lines.join("\n") || "The log is empty.");
    } catch (error) {
      if (asked !== name) return;
      text.textContent += `\n(${error.message})`;
      follow.checked = false;
    }
    if (follow.checked && !view.hidden) timer = setTimeout(load, FOLLOW_MS);
  };
  follow.addEventListener("change", () => follow.checked && load());
  view.addEventListener("keydown", (event) => event.key === "Escape" && view.close());
  view.open = (wanted) => {
    [name, opener] = [wanted, document.activeElement];
    title.textContent = `Log of ${name}`;
    text.textContent = "";
    follow.checked = true;
    view.hidden = false;
    text.focus();
    return load();
  };
  view.stop = () => {
    clearTimeout(timer);
    name = null;
  };
  view.close = () => {
    view.stop();
    keepingFocus(view.closest(".beep-panel"), () => (view.hidden = true));
    opener?.focus(); // which does nothing where that has gone with its backend
  };
  return view;
}
