/* What the panel knows, and what can be asked of it. Views are told when it has changed. */

const ENDED = ["done", "failed", "cancelled"];
const MOST_ENDED = 3; // of those that ended before the panel was opened
const UNKNOWN = "What did this has ended, and nobody knows how far it came. Look at what is there, and try again.";

class Store {
  runtimes = [];
  environments = [];
  backends = new Map(); // by name as listings have it; those that ended unasked stay until they are dismissed
  tasks = new Map();
  notice = null;
  isWaiting = false; // what is asked has no answer just now
  loaded = false;
  #expected = new Set(); // backends that this panel stops or restarts just now
  #stopped = new Map(); // those that it has stopped, with the worker each had: news of that one come late
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
    const known = new Set([...this.backends.keys(), ...this.tasks.keys()]); // what comes meanwhile is in no list
    await Promise.all([
      this.#load("backends", (found) => this.#takeBackends(found, known)),
      this.#load("tasks", (found) => this.#takeTasks(found, known)),
      this.refreshEnvironments(),
      this.refreshRuntimes(),
    ]);
    this.#change(() => (this.loaded = true));
  }

  refreshEnvironments() {
    return this.#load("environments", (found) => (this.environments = found));
  }

  refreshRuntimes() {
    return this.#load("runtimes", (found) => (this.runtimes = found));
  }

  #takeTasks(found, known) {
    const ended = found.filter(({ state }) => ENDED.includes(state));
    if (!this.loaded) ended.slice(0, -MOST_ENDED).forEach(({ id }) => this.#dismissed.add(id));
    const ids = new Set(found.map(({ id }) => id));
    for (const task of [...this.tasks.values()]) {
      const isGone = known.has(task.id) && !ids.has(task.id) && !ENDED.includes(task.state); // with its server
      if (isGone) this.#keepTask({ ...task, state: "failed", error: { message: UNKNOWN } });
    }
    const hasEnded = ({ id }) => ENDED.includes(this.tasks.get(id)?.state); // which was told while the list was made
    found.filter((task) => !hasEnded(task)).forEach((task) => this.#keepTask(task));
  }

  #takeBackends(found, known) {
    const names = new Set(found.map(({ name }) => name));
    for (const facts of [...this.backends.values()]) {
      if (known.has(facts.name) && !names.has(facts.name)) this.#hearBackend({ ...facts, state: "ended" });
    }
    found.forEach((facts) => this.#hearBackend(facts));
  }

  #hearBackend(facts) {
    const { name, state, worker_pid: worker } = facts;
    if (this.#isLate(facts)) return;
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

  /** Whether it tells of a backend that this panel has stopped, and not of another one of that name. */
  #isLate({ name, state, worker_pid: worker }) {
    if (!this.#stopped.has(name)) return false;
    const isLate = state === "ended" || !worker || worker === this.#stopped.get(name);
    if (state === "ended" || !isLate) this.#stopped.delete(name);
    return isLate;
  }

  #hearTask(task) {
    this.#keepTask(task);
    if (!ENDED.includes(task.state)) return;
    if (task.method.startsWith("runtimes.")) this.refreshRuntimes();
    else this.refreshEnvironments();
  }

  #keepTask(task) {
    if (!this.#dismissed.has(task.id)) this.tasks.set(task.id, task);
  }

  async #begin(path, body) {
    const begun = await this.#attempt("POST", path, { body });
    if (begun && !this.tasks.has(begun.content.id)) this.#change(() => this.#keepTask(begun.content));
    return begun !== null;
  }

  download(version) {
    return this.#begin(["runtimes"], { version });
  }

  async removeRuntime(id) {
    await this.#attempt("DELETE", ["runtimes", id]);
    await this.refreshRuntimes();
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
    const done = await this.#expecting(running, () => this.#attempt("DELETE", ["environments", name], { flags }));
    if (done) running.forEach((backend) => this.#haveStopped(backend));
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
    if (done) this.#haveStopped(name);
    else await this.refresh();
  }

  #haveStopped(name) {
    this.#stopped.set(name, this.backends.get(name)?.lastWorker);
    this.dismiss(name);
  }

  async restart(name) {
    const done = await this.#expecting([name], async () => {
      const found = await this.#attempt("POST", ["backends", name, "restart"]);
      if (found) this.#change(() => this.#hearBackend(found.content));
      return found;
    });
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
    return this.carrier.call("GET", ["backends", name, "logs"], { flags: ["no_track_activity"] });
  }
}
