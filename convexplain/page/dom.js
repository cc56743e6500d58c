/**
 * Making elements. Text always goes in as text: nothing is ever read as HTML.
 *
 * @typedef {Node|string|number|null|undefined|false} Child
 * @typedef {Child|readonly Child[]} Few
 * @typedef {Few|readonly Few[]|readonly (readonly Few[])[]} Children  lists of lists, too
 * @typedef {{[E in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[E]) => unknown}} Listeners
 * @typedef {{on?: Listeners, style?: Record<string, string|number>, [name: string]: unknown}} Attributes
 *   `on` holds listeners by event name, `style` custom properties by name; false, null and undefined
 *   leave an attribute out, true writes it empty
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} attributes
 * @param {...Children} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/**
 * Make an SVG element, as `make` does.
 *
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} attributes
 * @param {...Children} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function makeSvg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

/**
 * Make a button.
 *
 * @param {((event: MouseEvent) => unknown)|null} click
 * @param {Attributes} attributes
 * @param {...Children} children
 */
export function button(click, attributes = {}, ...children) {
  const on = { ...attributes.on, ...(click ? { click } : {}) };
  return make("button", { type: "button", ...attributes, on }, ...children);
}

/**
 * Make one button of a group of which one is chosen.
 *
 * @param {boolean} checked
 * @param {() => unknown} choose
 * @param {Attributes} attributes
 * @param {...Children} children
 */
export function radio(checked, choose, attributes, ...children) {
  return button(choose, { role: "radio", "aria-checked": String(checked), ...attributes }, ...children);
}

/**
 * Make a list to choose from.
 *
 * @param {(value: string) => unknown} choose
 * @param {Attributes} attributes
 * @param {...Children} options
 */
export function select(choose, attributes, ...options) {
  const made = make("select", attributes, ...options);
  made.addEventListener("change", () => choose(made.value));
  return made;
}

/**
 * @template {Element} Made
 * @param {Made} element
 * @param {Attributes} attributes
 * @param {Children[]} children
 */
function filled(element, attributes, children) {
  setAttributes(element, attributes);
  element.append(...present(children).map((child) => (child instanceof Node ? child : String(child))));
  return element;
}

/** @param {Children[]} children @returns {(Node|string|number)[]} */
function present(children) {
  const flat = /** @type {Child[]} */ (children.flat(Infinity));
  return flat.filter((child) => child !== null && child !== undefined && child !== false);
}

/**
 * Set, replace or remove attributes and listeners as `make` does.
 *
 * @param {Element} element
 * @param {Attributes} attributes
 */
export function setAttributes(element, { on = {}, style = {}, ...attributes }) {
  for (const [event, listener] of Object.entries(on)) {
    element.addEventListener(event, /** @type {EventListener} */ (listener));
  }
  for (const [property, text] of Object.entries(style)) {
    const { style: own } = /** @type {HTMLElement} */ (element);
    if (own.getPropertyValue(property) !== String(text)) own.setProperty(property, String(text));
  }
  for (const [name, value] of Object.entries(attributes)) {
    const text = value === true ? "" : String(value);
    if (value === false || value === null || value === undefined) element.removeAttribute(name);
    else if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
}

/** Write a text, if it is not there: the browser lays out anew for the same one, too. @param {Element} element @param {string} text */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

let refilling = false;

/** Whether an element loses the focus only because `refill` moves it, and gets it back at once. */
export function isRefilling() {
  return refilling;
}

/**
 * Replace the children of an element; who had the focus keeps it, found by its `data-key`.
 *
 * A text field that is being typed into keeps its text and its caret. Children that are there already stay.
 *
 * @param {Element} element
 * @param {...Children} children
 */
export function refill(element, ...children) {
  const nodes = present(children).map((child) => (child instanceof Node ? child : String(child)));
  if (nodes.length === element.childNodes.length && nodes.every((node, i) => node === element.childNodes[i])) return;
  const active = element.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement) : null;
  const key = active?.dataset.key;
  refilling = true;
  element.replaceChildren(...nodes);
  const next = key ? /** @type {HTMLElement|null} */ (element.querySelector(`[data-key="${CSS.escape(key)}"]`)) : null;
  if (active instanceof HTMLInputElement && next instanceof HTMLInputElement) {
    const { selectionStart, selectionEnd } = active;
    next.replaceWith(active);
    active.focus({ preventScroll: true });
    if (active.type === "text") active.setSelectionRange(selectionStart, selectionEnd);
  } else {
    next?.focus({ preventScroll: true });
  }
  refilling = false;
}

/** Whether a key press goes into a text field, where letters are text. @param {EventTarget|null} target */
export function isTyping(target) {
  return target instanceof HTMLElement && target.matches("input:not([type=range]), textarea, select");
}

/** Whether a key is pressed together with one that makes it another. @param {KeyboardEvent} event */
export function isModified(event) {
  return event.shiftKey || event.ctrlKey || event.altKey || event.metaKey;
}

/** The event is dealt with, here and above. @param {Event} event */
export function consume(event) {
  event.preventDefault();
  event.stopPropagation();
}

/**
 * Let one element of a group take part in Tab; arrow keys move between them.
 *
 * @param {HTMLElement[]} elements
 * @param {number} current
 * @param {KeyboardEvent} event
 * @returns {number|null} the element that has the focus now; null if the key means nothing
 */
export function roving(elements, current, event) {
  const last = elements.length - 1;
  const next = {
    ArrowRight: current + 1, ArrowDown: current + 1, ArrowLeft: current - 1, ArrowUp: current - 1, Home: 0, End: last,
  }[event.key];
  if (next === undefined || isModified(event)) return null;
  consume(event);
  const at = (next + elements.length) % elements.length;
  elements[at].focus();
  return at;
}
