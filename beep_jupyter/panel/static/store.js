/* What the panel knows, and what can be asked of it. Views are told when it has changed. */

const ENDED = ["done", "failed", "cancelled"];

class Store {
  runtimes = [];
  environments = [];
  backends = new Map(); // by name as listings have it; those that ended unasked stay until they are dismissed
  tasks = new Map();
  notice = null;
  isWaiting = false; // what is asked has no answer just now
  loaded = false;
  #expected = new Set(); // backends that this panel stops or restarts just now
  #dismissed = new Set(); // tasks

  constructor(carrier, kernelPid, onChange) {
    Object.assign(this, { carrier, kernelPid, onChange });
  }

  open() {
    const hear = { backend: (data) => this.#hearBackend(data), task: (data) => this.#hearTask(data) };
    hear.progress = ({ id, ...progress }) => this.tasks.has(id) && (this.tasks.get(id).progress = progress);
    const onEvent = (name, data) => this.#change(() => hear[name]?.(data));
    this.carrier.listen(onEvent, () => this.refresh(), (isWaiting) => this.#change(() => (this.isWaiting = isWaiting)));
  }

  #change(act) {
    act();
    this.onChange();
  }

  say(text, isError = false) {
    this.#change(() => (this.notice = text && { text, isError }));
  }

  /** Does something, and says what went wrong; null then. */
  async #attempt(method, path, details, { quiet = false } = {}) {
    if (!quiet) this.say(null);
    try {
      return { content: await this.carrier.call(method, path, details) };
    } catch (error) {
      this.say(error.message, true);
      return null;
    }
  }

  async #load(what, take) {
    const found = await this.#attempt("GET", [what], {}, { quiet: true });
    if (found) this.#change(() => take(found.content));
  }

  async refresh() {
    await Promise.all([
      this.#load("backends", (found) => this.#takeBackends(found)),
      this.#load("tasks", (found) => found.forEach((task) => this.#keepTask(task))),
      this.refreshEnvironments(),
      this.#load("runtimes", (found) => (this.runtimes = found)),
    ]);
    this.#change(() => (this.loaded = true));
  }

  refreshEnvironments() {
    return this.#load("environments", (found) => (this.environments = found));
  }

  #takeBackends(found) {
    const names = new Set(found.map(({ name }) => name));
    for (const known of [...this.backends.values()]) {
      if (!names.has(known.name)) this.#hearBackend({ ...known, state: "ended" });
    }
    found.forEach((facts) => this.#hearBackend(facts));
  }

  #hearBackend(facts) {
    const { name, state, worker_pid: worker } = facts;
    const known = this.backends.get(name);
    const before = known?.state === "ended" ? null : known; // one of that name that runs is another
    if (state === "ended") {
      if (this.#expected.has(name)) this.backends.delete(name);
      else if (before) this.backends.set(name, { ...before, state, lost: false });
      return;
    }
    const isFresh = before?.lastWorker && worker && worker !== before.lastWorker;
    const lost = isFresh ? !this.#expected.has(name) : Boolean(before?.lost) && state !== "busy";
    this.backends.set(name, { ...before, ...facts, lost, lastWorker: worker ?? before?.lastWorker });
  }

  #hearTask(task) {
    this.#keepTask(task);
    if (ENDED.includes(task.state)) this.refreshEnvironments();
  }

  #keepTask(task) {
    if (!this.#dismissed.has(task.id)) this.tasks.set(task.id, task);
  }

  async #begin(path, body) {
    const begun = await this.#attempt("POST", path, { body });
    if (begun && !this.tasks.has(begun.content.id)) this.#change(() => this.#keepTask(begun.content));
    return begun !== null;
  }

  create(name, python, packages) {
    return this.#begin(["environments"], { name, ...(python && { python }), packages });
  }

  install(name, packages) {
    return this.#begin(["environments", name, "packages"], { packages });
  }

  async preview(name, packages) {
    const path = ["environments", name, "packages"];
    return (await this.#attempt("POST", path, { flags: ["dry_run"], body: { packages } }))?.content ?? null;
  }

  async deleteEnvironment(name, force) {
    const running = force ? this.backendsIn(name).map((backend) => backend.name) : [];
    const flags = force ? ["force"] : [];
    await this.#expecting(running, () => this.#attempt("DELETE", ["environments", name], { flags }));
    await this.refreshEnvironments();
  }

  backendsIn(environment) {
    return [...this.backends.values()].filter((known) => known.environment === environment && known.state !== "ended");
  }

  async start(kind, environment, name) {
    const body = { kind, ...(environment && { environment }), ...(name && { name }) };
    const started = await this.#attempt("POST", ["backends"], { body });
    if (started) this.#change(() => this.#hearBackend(started.content));
    return started !== null;
  }

  /** Starts one that ended; what ran in the default runtime does so again. */
  async startAgain({ name, kind, environment }) {
    const isKnown = environment.includes("/") || this.environments.some((known) => known.name === environment);
    if (await this.start(kind, isKnown ? environment : null, name.split("@")[0])) {
      if (this.backends.get(name)?.state === "ended") this.dismiss(name);
    }
  }

  dismiss(name) {
    this.#change(() => this.backends.delete(name));
  }

  async stop(name) {
    const done = await this.#expecting([name], () => this.#attempt("DELETE", ["backends", name]));
    if (done) this.dismiss(name);
    else await this.refresh();
  }

  async restart(name) {
    const done = await this.#expecting([name], async () => {
      const found = await this.#attempt("POST", ["backends", name, "restart"]);
      if (found) this.#hearBackend(found.content);
      return found;
    });
    if (done) this.#change(() => (this.backends.get(name).lost = false));
    if (done) this.say(`Backend '${name}' has a fresh worker; its variables are gone.`);
  }

  async interrupt(name) {
    const done = await this.#attempt("POST", ["backends", name, "interrupt"]);
    if (done) this.say(`Backend '${name}' ${done.content.interrupted ? "is interrupted." : "runs nothing now."}`);
  }

  async #expecting(names, act) {
    names.forEach((name) => this.#expected.add(name));
    try {
      return await act();
    } finally {
      names.forEach((name) => this.#expected.delete(name));
    }
  }

  cancel(id) {
    return this.#attempt("DELETE", ["tasks", id]);
  }

  dismissTask(id) {
    this.#dismissed.add(id);
    this.#change(() => this.tasks.delete(id));
  }

  logs(name) {
    return this.carrier.call("GET", ["backends", name, "logs"]);
  }
}
