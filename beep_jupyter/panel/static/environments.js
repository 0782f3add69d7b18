/* The table of environments, and the forms that create, change and delete them. */

/** Requirements with blanks or commas between them; both may also stand within one, as in `numpy >=1.26, <3`. */
const words = (text) => text.trim().split(/(?<![<>=!~@;,\s])[\s,]+(?![<>=!~@;\s,[]|[^[]*\])/).filter(Boolean);

function sizeText(bytes) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  return `${(bytes / 1024 ** power).toFixed(power ? 1 : 0)} ${units[power]}`;
}

function environmentsView(store) {
  const empty = "No environments yet. Create one: give it a name, choose a Python, and list the packages it needs.";
  const columns = ["Name", "Python", "State", "Packages", "Size", ""];
  const view = section("environments", "Environments", columns, empty);
  const create = createForm(store);
  view.append(create);
  view.update = () => {
    view.show(store.environments, ({ name }) => name, ({ name }) => environmentRow(store, name));
    create.update();
  };
  return view;
}

function environmentRow(store, name) {
  const state = element("span", { "data-beep": "environment-state", "data-name": name, class: "beep-state" });
  const [python, packages, size] = ["", "", ""].map((text) => document.createTextNode(text));
  const problem = element("p", { "data-beep": "environment-problem", "data-name": name, role: "status" });
  const below = drawer(6, problem);
  const install = below.opening("environment-install", "Install…", name, (close) => installForm(store, name, close));
  const remove = below.opening("environment-delete", "Delete…", name, (close) => deleteForm(store, name, close));
  const row = cells([name, python, state, packages, size], [install, remove]);
  const body = element("tbody", { "data-beep": "environment", "data-name": name }, row, below);
  body.update = (environment) => {
    python.data = environment.version;
    packages.data = String(environment.packages.length);
    row.cells[3].title = environment.packages.join("\n");
    size.data = sizeText(environment.size_bytes);
    state.textContent = state.dataset.state = environment.state;
    problem.textContent = environment.problem;
    below.settle();
  };
  return body;
}

function createForm(store) {
  const name = field("create-name", "legacy", { required: true, maxlength: 64 });
  const python = element("select", { "data-beep": "create-python" });
  const packages = field("create-packages", "pandas<2 requests", { size: 28 });
  const create = button("create", "Create", async () => {
    if (await store.create(name.value.trim(), python.value, words(packages.value))) name.value = packages.value = "";
  }, { type: "submit", main: true });
  const parts = [labelled("Name", name), labelled("Python", python), labelled("Packages", packages), create];
  const made = form("create-form", "Create an environment", create, ...parts);
  made.update = () => {
    const usable = store.runtimes.filter(({ problem }) => !problem);
    const choices = usable.map(({ id, version, kind }) => [id, `${version} (${kind})`]);
    offer(python, [["", "default"], ...choices]);
  };
  return made;
}

function changesText({ added, removed }) {
  if (!added.length && !removed.length) return "Nothing would change.";
  const parts = [added.length && `add ${added.join(", ")}`, removed.length && `remove ${removed.join(", ")}`];
  return `Would ${parts.filter(Boolean).join(" and ")}.`;
}

/** Shows what an install would do before it does it. */
function installForm(store, name, close) {
  const packages = field("install-packages", "numpy>=2", { required: true, size: 28 });
  const changes = element("p", { "data-beep": "install-changes", role: "status" });
  const install = button("install", "Install", async () => {
    if (await store.install(name, words(packages.value))) close();
  }, { main: true });
  const preview = button("install-preview", "Preview", async () => {
    changes.textContent = "Looking what would change…";
    const found = await store.preview(name, words(packages.value));
    changes.textContent = found ? changesText(found) : "";
    install.hidden = !found;
    if (found) install.focus();
  }, { type: "submit" });
  install.hidden = true;
  packages.addEventListener("input", () => {
    install.hidden = true;
    changes.textContent = "";
  });
  const label = labelled(`Packages for ${name}`, packages);
  const parts = [label, preview, install, button("install-close", "Close", close), changes];
  return [form("install-form", `Install into ${name}`, preview, ...parts), packages];
}

function deleteForm(store, name, close) {
  const running = store.backendsIn(name).length;
  const count = running === 1 ? "A backend runs" : `${running} backends run`;
  const also = running ? ` ${count} in it and will be stopped.` : "";
  const question = element("span", {}, `Delete environment '${name}' with its packages?${also}`);
  const keepIt = button("delete-keep", "Keep", close);
  const act = () => store.deleteEnvironment(name, running > 0);
  const remove = button("delete", "Delete", act, { type: "submit", main: true });
  return [form("delete-form", `Delete ${name}`, remove, question, remove, keepIt), keepIt];
}
