/* The table of backends, and the form that starts one. */

const TROUBLES = {
  dead: "Its worker has died and its variables are gone; the log says why. Restart gives it a fresh one.",
  ended: "It has ended without this panel's doing.",
  lost: "It has a fresh worker, which this panel did not ask for: the variables are gone.",
};

function ownerText({ name, owner }, kernelPid) {
  if (owner === null) return "nobody (detached)";
  if (owner === kernelPid) return "this kernel";
  return name.includes("@") ? `process ${owner}` : "Jupyter server";
}

function backendsView(store, showLogs) {
  const empty = "No backends run. Start one below, or run a cell with %%beep_eval NAME.";
  const columns = ["Name", "Kind", "Environment", "State", "Ends with", ""];
  const view = section("backends", "Backends", columns, empty);
  const start = startForm(store);
  view.append(start);
  view.update = () => {
    const sorted = [...store.backends.values()].sort((a, b) => a.name.localeCompare(b.name));
    view.show(sorted, ({ name }) => name, (backend) => backendRow(store, backend, showLogs));
    start.update();
  };
  return view;
}

function backendRow(store, { name, owner: ownerPid }, showLogs) {
  const short = ownerPid === store.kernelPid ? name.split("@")[0] : name; // as cells of this notebook call it
  const state = element("span", { "data-beep": "backend-state", "data-name": name, class: "beep-state" });
  const restart = button("backend-restart", "Restart", () => store.restart(name), { name });
  const alive = [
    button("backend-interrupt", "Interrupt", () => store.interrupt(name), { name }),
    restart,
    button("backend-stop", "Stop", () => store.stop(name), { name }),
    button("backend-logs", "Logs", () => showLogs(name), { name }),
  ];
  const gone = [
    button("backend-again", "Start again", () => store.startAgain(store.backends.get(name)), { name, main: true }),
    button("backend-dismiss", "Dismiss", () => store.dismiss(name), { name }),
  ];
  const [kind, environment, owner] = ["", "", ""].map((text) => document.createTextNode(text));
  const trouble = element("p", { "data-beep": "backend-problem", "data-name": name, role: "status" });
  const troubled = element("tr", { class: "beep-trouble" }, element("td", { colspan: 6 }, trouble));
  const row = cells([short, kind, environment, state, owner], [...alive, ...gone]);
  const body = element("tbody", { "data-beep": "backend", "data-name": name }, row, troubled);
  body.update = (backend) => {
    const isGone = backend.state === "ended";
    kind.data = backend.kind;
    environment.data = backend.environment;
    owner.data = ownerText(backend, store.kernelPid);
    state.textContent = state.dataset.state = backend.state;
    alive.forEach((each) => (each.hidden = isGone));
    gone.forEach((each) => (each.hidden = !isGone));
    restart.classList.toggle("beep-main", backend.state === "dead");
    trouble.textContent = TROUBLES[backend.state] ?? (backend.lost ? TROUBLES.lost : "");
    troubled.hidden = !trouble.textContent;
  };
  return body;
}

function startForm(store) {
  const kinds = ["pipe", "http", "grpc"].map((kind) => element("option", { value: kind }, kind));
  const kind = element("select", { "data-beep": "start-kind" }, ...kinds);
  const environment = element("select", { "data-beep": "start-environment" });
  const name = field("start-name", "as the environment");
  const start = button("start", "Start", async () => {
    if (await store.start(kind.value, environment.value, name.value.trim())) name.value = "";
  }, { type: "submit", main: true });
  const parts = [labelled("Kind", kind), labelled("Environment", environment), labelled("Name", name), start];
  const made = form("start-form", "Start a backend", start, ...parts);
  made.update = () => {
    const usable = store.environments.filter(({ state }) => state === "ready" || state === "modified");
    offer(environment, [...usable.map((known) => [known.name, known.name]), ["", "(default runtime)"]]);
  };
  return made;
}
