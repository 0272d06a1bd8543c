'use strict';
// Elements. Everything from the report reaches the page through here: as text, never as markup.

const SVG = 'http://www.w3.org/2000/svg';
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu; // what would not show, or would turn what follows around

/** The text as it may be shown: what hides in it stands there as an escape. */
function shown(text) {
  return String(text).replace(HIDDEN, (one) => `\\u${one.codePointAt(0).toString(16).padStart(4, '0')}`);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'href' && !String(value).startsWith('#')) throw new Error('links lead within the page only');
    else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? '' : shown(value));
    }
  }
  for (const child of children.flat(3)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : shown(child));
  }
  return element;
}

/** An HTML element: `h('a', { href: '#x' }, 'text', h('b'))`. */
function h(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** The same for SVG. */
function s(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

/** Tell those who listen rather than look. */
function tell(text) {
  document.getElementById('told').textContent = shown(text);
}

/** A button that copies what is shown: no hidden character gets into anybody's shell. */
function copyButton(text, what) {
  const button = h('button', { type: 'button', class: 'copy', 'aria-label': `Copy ${what}` }, 'Copy');
  button.addEventListener('click', async () => {
    const done = await copied(text.split('\n').map(shown).join('\n'));
    button.textContent = done ? 'Copied' : 'Press Ctrl+C';
    tell(done ? `Copied ${what}` : 'Could not copy: select the text and press Ctrl+C');
    setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  });
  return button;
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = h('textarea', { class: 'unseen', 'aria-hidden': 'true', readonly: true });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}

/** Lines of code with a button that copies them. */
function codeBlock(lines, what) {
  return h('div', { class: 'code' },
    h('pre', { tabindex: 0, role: 'region', 'aria-label': what }, lines.map((line) => h('span', {}, line))),
    copyButton(lines.join('\n'), what));
}

let tabGroups = 0;

/** Tabs as ARIA wants them: arrows move, one panel shows. `tabs` are [title, element]. */
function tabs(label, entries) {
  tabGroups += 1;
  const group = `tabs-${tabGroups}`;
  const buttons = entries.map(([title], place) => h('button', {
    type: 'button', role: 'tab', id: `${group}-${place}`, 'aria-controls': `${group}-${place}-panel`,
  }, title));
  const panels = entries.map(([, content], place) => h('div', {
    role: 'tabpanel', id: `${group}-${place}-panel`, 'aria-labelledby': `${group}-${place}`, tabindex: 0,
  }, content));
  const choose = (chosen) => buttons.forEach((button, place) => {
    button.setAttribute('aria-selected', String(place === chosen));
    button.tabIndex = place === chosen ? 0 : -1;
    panels[place].hidden = place !== chosen;
  });
  buttons.forEach((button, place) => {
    button.addEventListener('click', () => choose(place));
    button.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = (place + step + buttons.length) % buttons.length;
      choose(next);
      buttons[next].focus();
    });
  });
  choose(0);
  return h('div', { class: 'tabs' }, h('div', { role: 'tablist', 'aria-label': label }, buttons), panels);
}
