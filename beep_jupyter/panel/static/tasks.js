/* Work that takes long: what it does, how far it is, and how it ended. */

const VERBS = {
  "runtimes.init": "Get Python",
  "environments.create": "Create environment",
  "environments.lock": "Lock environment",
  "environments.install": "Install into",
  "environments.uninstall": "Uninstall from",
};

function tasksView(store) {
  const list = element("ul", {});
  const view = element("section", { "data-beep": "tasks", "aria-label": "Work" }, element("h3", {}, "Work"), list);
  view.update = () => {
    view.hidden = store.tasks.size === 0;
    keep(list, [...store.tasks.values()].reverse(), ({ id }) => id, (task) => taskItem(store, task));
  };
  return view;
}

function taskItem(store, { id, method, target }) {
  const title = `${VERBS[method] ?? method} ${target}`;
  const attributes = { "data-beep": "task-state", "data-name": target, class: "beep-state", role: "status" };
  const state = element("span", attributes);
  const bar = element("progress", { "data-beep": "task-progress", "data-name": target, "aria-label": title });
  const text = element("span", { "data-beep": "task-text", "data-name": target, class: "beep-text" });
  const cancel = button("task-cancel", "Cancel", () => store.cancel(id), { name: target });
  const dismiss = button("task-dismiss", "Dismiss", () => store.dismissTask(id), { name: target });
  const head = element("div", { class: "beep-line" }, element("strong", {}, title), state, bar, cancel, dismiss);
  const item = element("li", { "data-beep": "task", "data-name": target }, head, text);
  item.update = (task) => {
    const hasEnded = ENDED.includes(task.state);
    state.textContent = state.dataset.state = task.state;
    text.classList.toggle("beep-wrong", task.state === "failed");
    bar.hidden = cancel.hidden = hasEnded;
    dismiss.hidden = !hasEnded;
    showProgress(bar, task.progress);
    text.textContent = task.error?.message ?? (task.state === "done" ? outcome(task) : (task.progress?.text ?? ""));
  };
  return item;
}

/** What is worth saying of work that is done: of a runtime, that it did not come as one would think. */
function outcome({ result }) {
  return result?.note || (result?.how === "present" ? `It was there already: ${result.runtime}.` : "");
}

/** A share where the size is known; else that something goes on. */
function showProgress(bar, progress) {
  if (!progress?.total_bytes) return bar.removeAttribute("value");
  bar.max = progress.total_bytes;
  bar.value = progress.done_bytes;
}
