/* Elements of the page. Whatever is put into one is text: there is no way to say HTML, so names and log lines cannot.

   The files of this folder are joined into one module, in the order that widget.py names, and share one scope. */

/** Makes an element.
 * @param {string} tag
 * @param {Object<string, any>} attributes `on…` are listeners; true is an attribute without a value, false is none
 * @param {...(Node|string)} children strings become text
 */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/** A button. While its work is under way it does nothing, and keeps the focus, which a disabled one would lose. */
function button(beep, text, act, { name = null, type = "button", main = false } = {}) {
  const label = name === null ? null : `${text.replace("…", "")} ${name}`;
  const attributes = { type, "data-beep": beep, "data-name": name, "aria-label": label };
  const made = element("button", { ...attributes, class: main ? "beep-main" : null }, text);
  made.work = async () => {
    if (made.ariaDisabled === "true") return;
    made.ariaDisabled = "true";
    try {
      await act();
    } finally {
      made.ariaDisabled = null;
    }
  };
  if (type === "button") made.addEventListener("click", made.work);
  return made;
}

/** A form of one line, in which Enter presses its submit button; JupyterLab keeps browsers from doing that. */
function form(beep, label, submit, ...children) {
  const onsubmit = (event) => {
    event.preventDefault();
    submit.work();
  };
  const onkeydown = (event) => {
    if (event.key !== "Enter" || event.target.type !== "text") return;
    event.preventDefault();
    made.requestSubmit();
  };
  const made = element("form", { "data-beep": beep, "aria-label": label, onsubmit, onkeydown }, ...children);
  return made;
}

/** A control with its label before it. */
function labelled(text, control) {
  return element("label", {}, element("span", {}, text), control);
}

function field(beep, placeholder, more = {}) {
  const plain = { autocomplete: "off", autocapitalize: "off", spellcheck: "false" };
  return element("input", { type: "text", "data-beep": beep, placeholder, ...plain, ...more });
}

/** Makes the children of `parent` one for each item, after those that it has of its own (a table's head).
 * Those that were there stay, with the focus that is in them; where one goes that has it, the first control gets it.
 * @param {(item: any) => string} keyOf
 * @param {(item: any) => HTMLElement} make its result has a method `update(item)`
 */
function keep(parent, items, keyOf, make) {
  const kept = () => [...parent.children].filter((child) => child.dataset.key !== undefined);
  const keys = new Set(items.map(keyOf));
  let hadFocus = false;
  for (const child of kept().filter(({ dataset }) => !keys.has(dataset.key))) {
    hadFocus ||= child.contains(document.activeElement);
    child.remove();
  }
  const known = new Map(kept().map((child) => [child.dataset.key, child]));
  items.forEach((item, index) => {
    const child = known.get(keyOf(item)) ?? make(item);
    child.dataset.key = keyOf(item);
    child.update(item);
    if (kept()[index] !== child) parent.insertBefore(child, kept()[index] ?? null);
  });
  if (!hadFocus) return;
  parent.closest(".beep-panel").querySelector("section:not([hidden]) :is(button, select, input)")?.focus();
}

/** Says what a select offers, and keeps what is chosen. */
function offer(select, choices) {
  const wanted = JSON.stringify(choices);
  if (select.dataset.offered === wanted) return;
  const chosen = select.value;
  select.replaceChildren(...choices.map(([value, text]) => element("option", { value }, text)));
  if (choices.some(([value]) => value === chosen)) select.value = chosen;
  select.dataset.offered = wanted;
}

/** A section with its heading, a table below, and a sentence where that is empty. */
function section(beep, title, columns, empty) {
  const heads = columns.map((column) => element("th", { scope: "col" }, column));
  const table = element("table", {}, element("thead", {}, element("tr", {}, ...heads)));
  const nothing = element("p", { "data-beep": `${beep}-empty`, class: "beep-empty" }, empty);
  const whole = element("section", { "data-beep": beep, "aria-label": title }, element("h3", {}, title), nothing);
  whole.append(element("div", { class: "beep-scroll" }, table));
  whole.show = (items, keyOf, make) => {
    nothing.hidden = items.length > 0;
    table.hidden = items.length === 0;
    keep(table, items, keyOf, make);
  };
  return whole;
}

/** The cells of a row; the last holds its buttons. */
function cells(texts, buttons) {
  const plain = texts.map((text) => element("td", {}, text));
  return element("tr", {}, ...plain, element("td", { class: "beep-actions" }, ...buttons));
}
