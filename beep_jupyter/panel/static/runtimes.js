/* The table of runtimes, and the forms that download and remove them. */

function runtimesView(store) {
  const empty = "No Python was found on this machine. Download one: say which version.";
  const view = section("runtimes", "Runtimes", ["Id", "Version", "Found as", "Path", ""], empty);
  view.append(downloadForm(store));
  view.update = () => view.show(store.runtimes, ({ id }) => id, ({ id }) => runtimeRow(store, id));
  return view;
}

function runtimeRow(store, id) {
  const [version, kind, path] = ["", "", ""].map((text) => document.createTextNode(text));
  const note = element("span", {});
  const below = drawer(5);
  const remove = below.opening("runtime-remove", "Remove…", id, (close) => removeForm(store, id, kind.data, close));
  const row = cells([id, version, kind, path], [note, remove]);
  const body = element("tbody", { "data-beep": "runtime", "data-name": id }, row, below);
  body.update = (runtime) => {
    version.data = runtime.version;
    kind.data = runtime.kind;
    path.data = runtime.path;
    note.textContent = runtime.problem || (runtime.is_default ? "default" : "");
    remove.hidden = !["managed", "adopted"].includes(runtime.kind); // others are their owners'
    below.settle();
  };
  return body;
}

function downloadForm(store) {
  const version = field("download-version", "3.12", { required: true, size: 12 });
  const download = button("download", "Download", async () => {
    if (await store.download(version.value.trim())) version.value = "";
  }, { type: "submit", main: true });
  return form("download-form", "Download a Python", download, labelled("Python version", version), download);
}

function removeForm(store, id, kind, close) {
  const what = kind === "managed" ? `Remove runtime '${id}' from the disk?` : `Forget runtime '${id}'? Its files stay.`;
  const keepIt = button("remove-keep", "Keep", close);
  const remove = button("remove", "Remove", () => store.removeRuntime(id), { type: "submit", main: true });
  return [form("remove-form", `Remove ${id}`, remove, element("span", {}, what), remove, keepIt), keepIt];
}
