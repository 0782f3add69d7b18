/* The panel: a line that says how it works here, what happened last, and the views. */

function headView(store) {
  const mode = element("p", { "data-beep": "mode", class: "beep-mode" }, store.carrier.sentence);
  const refresh = button("refresh", "Refresh", () => store.refresh());
  const text = element("span", {});
  const dismiss = button("notice-dismiss", "Dismiss", () => store.say(null));
  const attributes = { "data-beep": "notice", class: "beep-notice beep-line", role: "status" };
  const notice = element("div", attributes, text, dismiss);
  const view = element("header", {}, element("div", { class: "beep-line" }, mode, refresh), notice);
  view.update = () => {
    const waits = store.isWaiting && { text: store.carrier.waiting, isError: false };
    const said = store.notice ?? waits;
    notice.hidden = !said;
    text.textContent = said ? said.text : "";
    notice.classList.toggle("beep-error", Boolean(said && said.isError));
  };
  return view;
}

/** What anywidget calls for each place where the panel is shown. */
async function render({ model, el }) {
  const root = element("div", { class: "beep-panel", "data-beep": "panel", "data-lm-suppress-shortcuts": "true" });
  root.append(element("p", { class: "beep-empty" }, "Looking for runtimes, environments and backends…"));
  el.append(root);
  const carrier = await carrierFor(model);
  const store = new Store(carrier, model.get("kernel_pid"), () => store.loaded && show());
  const logs = logsView(store);
  const views = [headView(store), backendsView(store, (name) => logs.open(name)), logs, tasksView(store)];
  views.push(environmentsView(store), runtimesView(store));
  const show = () => {
    if (!root.contains(views[0])) root.replaceChildren(...views);
    keepingFocus(root, () => views.forEach((view) => view.update?.()));
  };
  store.open();
  const leave = () => {
    removeEventListener("pagehide", leave);
    logs.stop();
    carrier.close();
  };
  addEventListener("pagehide", leave); // nothing else tells the kernel of a page that is reloaded
  return leave;
}

export default { render };
