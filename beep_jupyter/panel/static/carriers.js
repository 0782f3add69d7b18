/* Two ways to carry a request: to the server extension, or to the kernel as a message. The rest sees no difference. */

/** @typedef {{flags?: string[], body?: object}} Details flags are what REST has in the query */
/** @typedef {{type: "request", id: string, method: string, path: string[], flags: string[], body: object}} Request */
/** @typedef {{type: "heard", id: string}} Heard the kernel is free and begins with it */
/** @typedef {{type: "reply", id: string, ok: boolean, content: any}} Reply */
/** @typedef {{type: "event", event: "backend"|"task"|"progress", data: object}} Event */

const EVENTS = ["backend", "task", "progress"];
const GONE = "The kernel that showed this panel is gone. Run %beep panel again.";
const SLOW_MS = 3000;
const RETRY_MS = 5000;

/** The events of a server. Panels of one page share one stream, since a browser opens few connections to one server.
 * A browser comes back by itself to a server that is gone, but not to one that refused it, as the proxy before a server
 * does that is started again.
 */
class EventStream {
  /** @param {string} url */
  static at(url) {
    const streams = (globalThis[Symbol.for("beep-jupyter.events")] ??= new Map());
    if (!streams.has(url)) streams.set(url, new EventStream(url, () => streams.delete(url)));
    return streams.get(url);
  }

  constructor(url, onEnd) {
    Object.assign(this, { url, onEnd, listeners: new Set(), isLost: false });
    this.connect();
  }

  connect() {
    this.source = new EventSource(this.url);
    for (const name of EVENTS) {
      this.source.addEventListener(name, ({ data }) => this.tell((listener) => listener.onEvent(name, JSON.parse(data))));
    }
    this.source.addEventListener("open", () => this.become(false));
    this.source.addEventListener("error", () => {
      this.become(true);
      if (this.source.readyState === EventSource.CLOSED) this.retry = setTimeout(() => this.connect(), RETRY_MS);
    });
  }

  become(isLost) {
    this.isLost = isLost;
    this.tell((listener) => (isLost ? listener.onLost() : listener.onOpen()));
  }

  tell(act) {
    [...this.listeners].forEach(act);
  }

  remove(listener) {
    if (!this.listeners.delete(listener) || this.listeners.size > 0) return;
    clearTimeout(this.retry);
    this.source.close();
    this.onEnd();
  }
}

/** Through the Jupyter server, with the login that the page has. */
class RestCarrier {
  sentence =
    "Through the Jupyter server: Interrupt and Stop work while the kernel is busy. " +
    "Backends started here are shared by all notebooks and end with the server.";
  waiting = "The connection to the Jupyter server is lost. Reload the page if it does not come back.";

  constructor(root) {
    this.root = root;
  }

  /** The home folder that the server works in; null where it does not offer the extension. */
  async home() {
    const reply = await fetch(`${this.root}/environments`, { credentials: "same-origin" }).catch(() => null);
    return reply?.ok ? decodeURIComponent(reply.headers.get("Beep-Home") ?? "") : null;
  }

  async call(method, path, { flags = [], body = null } = {}) {
    const query = flags.length ? `?${flags.map((flag) => `${flag}=1`).join("&")}` : "";
    const xsrf = document.cookie.match(/(?:^|; *)_xsrf=([^;]*)/)?.[1] ?? "";
    const headers = { "Content-Type": "application/json", "X-XSRFToken": xsrf };
    const options = { method, headers, credentials: "same-origin", body: body && JSON.stringify(body) };
    const reply = await fetch(`${this.root}/${path.map(encodeURIComponent).join("/")}${query}`, options).catch(() => {
      throw new Error("The Jupyter server does not answer. Look whether it still runs.");
    });
    const content = reply.status === 204 ? null : await reply.json().catch(() => null);
    if (!reply.ok) throw new Error(content?.message ?? `The Jupyter server answered with status ${reply.status}.`);
    return content;
  }

  /** Hears of events, of each new connection, before which some may have been missed, and of a connection that is lost. */
  listen(onEvent, onOpen, onWait) {
    const stream = EventStream.at(`${this.root}/events`);
    let isFirst = stream.listeners.size === 0;
    const onReopen = () => {
      onWait(false);
      if (!isFirst) onOpen();
      isFirst = false;
    };
    const listener = { onEvent, onOpen: onReopen, onLost: () => onWait(true) };
    stream.listeners.add(listener);
    this.close = () => stream.remove(listener);
    if (stream.isLost) onWait(true);
    onOpen();
  }

  close() {}
}

/** Through the kernel, which hears of it when no cell runs. */
class KernelCarrier {
  waiting = "The kernel is busy or gone: what you asked waits for it.";

  constructor(model, reason) {
    this.sentence =
      `Through the kernel, since ${reason}: while a cell runs, everything here waits until it has ended, ` +
      "Interrupt and Stop too. Backends started here end with the kernel.";
    this.model = model;
    this.page = Math.random().toString(36).slice(2);
    this.count = 0;
    this.asked = new Map();
    this.hear = (message) => this.take(message);
    model.on("msg:custom", this.hear);
  }

  call(method, path, { flags = [], body = {} } = {}) {
    const id = `${this.page}-${(this.count += 1)}`;
    return new Promise((resolve, reject) => {
      if (!this.say({ type: "request", id, method, path, flags, body })) return reject(new Error(GONE));
      const slow = setTimeout(() => this.onWait?.(true), SLOW_MS);
      return this.asked.set(id, { resolve, reject, slow });
    });
  }

  /** Sends a message; false where the kernel was started again, which closes the comms of the one before. */
  say(message) {
    try {
      this.model.send(message);
      return true;
    } catch {
      return false;
    }
  }

  /** @param {Heard|Reply|Event} message */
  take(message) {
    if (message.type === "event") this.onEvent?.(message.event, message.data);
    const found = this.asked.get(message.id);
    if (!found) return; // another page's
    clearTimeout(found.slow);
    this.onWait?.(false);
    if (message.type === "heard") return;
    this.asked.delete(message.id);
    if (message.ok) found.resolve(message.content);
    else found.reject(new Error(message.content.message));
  }

  listen(onEvent, onOpen, onWait) {
    Object.assign(this, { onEvent, onWait });
    this.say({ type: "come", page: this.page });
    onOpen();
  }

  close() {
    for (const { slow } of this.asked.values()) clearTimeout(slow);
    this.model.off("msg:custom", this.hear);
    this.say({ type: "go", page: this.page });
  }
}

/** The base URL of the Jupyter server that the page comes from; null where it comes from none. */
function baseUrl() {
  const config = document.getElementById("jupyter-config-data")?.textContent;
  return (config ? JSON.parse(config).baseUrl : document.body.dataset.baseUrl) ?? null;
}

/** The way that works here: the server's, where it has the extension and steers what this kernel has. */
async function carrierFor(model) {
  const base = baseUrl();
  if (base === null) return new KernelCarrier(model, "this page comes from no Jupyter server");
  const rest = new RestCarrier(`${base}beep/v1`);
  const home = await rest.home();
  if (home === null) return new KernelCarrier(model, "the Jupyter server does not offer beep-jupyter's extension");
  if (home === model.get("home")) return rest;
  return new KernelCarrier(model, "the Jupyter server has another home than this kernel");
}
