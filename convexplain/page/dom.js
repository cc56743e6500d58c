// Making elements. Text always goes in as text: nothing is ever read as HTML.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element.
 *
 * @param {string} tag
 * @param {Object} attributes  `on` holds listeners by event name, `style` custom properties by
 *     name; false, null and undefined leave an attribute out, true writes it empty.
 * @param {...(Node|string|number|null|Array)} children
 */
export function make(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** Make an SVG element, as `make` does. */
export function makeSvg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  setAttributes(element, attributes);
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== false));
  return element;
}

/** Set, replace or remove attributes and listeners as `make` does. */
export function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) {
        element.addEventListener(event, listener);
      }
    } else if (name === "style") {
      for (const [property, text] of Object.entries(value)) {
        element.style.setProperty(property, text);
      }
    } else if (value === false || value === null || value === undefined) {
      element.removeAttribute(name);
    } else {
      const text = value === true ? "" : String(value);
      if (element.getAttribute(name) !== text) element.setAttribute(name, text);
    }
  }
}

let refilling = false;

/** Whether an element loses the focus only because `refill` moves it, and gets it back at once. */
export function isRefilling() {
  return refilling;
}

/**
 * Replace the children of an element; who had the focus keeps it, found by its `data-key`.
 *
 * A text field that is being typed into keeps its text and its caret.
 */
export function refill(element, ...children) {
  const active = document.activeElement;
  const key = element.contains(active) ? active.dataset.key : undefined;
  const typed = key && active.tagName === "INPUT" ? active : null;
  refilling = true;
  element.replaceChildren(...children.flat(Infinity).filter(Boolean));
  const next = key ? element.querySelector(`[data-key="${CSS.escape(key)}"]`) : null;
  const goesOn = next && typed && next.tagName === "INPUT";
  const caret = goesOn ? [typed.selectionStart, typed.selectionEnd] : null;
  if (goesOn) next.replaceWith(typed);
  (goesOn ? typed : next)?.focus({ preventScroll: true });
  if (goesOn && typed.type === "text") typed.setSelectionRange(...caret);
  refilling = false;
}

/** Whether a key press goes into a text field, where letters are text. */
export function isTyping(target) {
  return target instanceof HTMLElement && target.matches("input:not([type=range]), textarea, select");
}

/** Let one element of a group take part in Tab; arrow keys move between them. */
export function roving(elements, current, event) {
  const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  let next = null;
  if (event.key in steps) next = (current + steps[event.key] + elements.length) % elements.length;
  if (event.key === "Home") next = 0;
  if (event.key === "End") next = elements.length - 1;
  if (next === null || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return null;
  event.preventDefault();
  event.stopPropagation();
  elements[next].focus();
  return next;
}
