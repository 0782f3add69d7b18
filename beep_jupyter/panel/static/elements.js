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

const CONTROLS = "button, input, select";
const isShown = (control) => control.getClientRects().length > 0;

/** Changes what is in `root`, and keeps the focus there: where its control goes or is hidden, the nearest one gets it. */
function keepingFocus(root, change) {
  const control = root.contains(document.activeElement) ? document.activeElement : null;
  const around = [];
  for (let place = control; place && place !== root; place = place.parentElement) around.push(place.parentElement);
  change();
  if (!control || (isShown(control) && control === document.activeElement)) return;
  const nearest = around.flatMap((place) => [...place.querySelectorAll(CONTROLS)]).find(isShown);
  (isShown(control) ? control : nearest)?.focus();
}

/** Makes the children of `parent` one for each item, after those that it has of its own (a table's head).
 * Those that were there stay, with the focus that is in them.
 * @param {(item: any) => string} keyOf
 * @param {(item: any) => HTMLElement} make its result has a method `update(item)`
 */
function keep(parent, items, keyOf, make) {
  const kept = () => [...parent.children].filter((child) => child.dataset.key !== undefined);
  const keys = new Set(items.map(keyOf));
  for (const child of kept().filter(({ dataset }) => !keys.has(dataset.key))) child.remove();
  const known = new Map(kept().map((child) => [child.dataset.key, child]));
  items.forEach((item, index) => {
    const child = known.get(keyOf(item)) ?? make(item);
    child.dataset.key = keyOf(item);
    child.update(item);
    if (kept()[index] !== child) parent.insertBefore(child, kept()[index] ?? null);
  });
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

/** A row below another one, for what is said there and for one form at a time.
 * @param {...HTMLElement} said what it always holds; without text in it and without a form the row is hidden
 */
function drawer(columns, ...said) {
  const place = element("td", { colspan: columns }, ...said);
  const row = element("tr", { class: "beep-below" }, place);
  let opener = null;
  row.settle = () => (row.hidden = place.childElementCount === said.length && !place.textContent);
  const close = () => {
    place.replaceChildren(...said);
    row.settle();
    opener?.focus();
  };
  /** A button that opens what `make(close)` answers: a form, and its control that gets the focus. */
  row.opening = (beep, text, name, make) => {
    const by = button(beep, text, () => {
      const [made, first] = make(close);
      opener = by;
      made.addEventListener("keydown", (event) => event.key === "Escape" && close());
      place.replaceChildren(...said, made);
      row.settle();
      first.focus();
    }, { name });
    return by;
  };
  return row;
}

/** The cells of a row; the last holds its buttons. */
function cells(texts, buttons) {
  const plain = texts.map((text) => element("td", {}, text));
  return element("tr", {}, ...plain, element("td", { class: "beep-actions" }, ...buttons));
}
