'use strict';
// Policy documents: printed with the statements at fault marked, and compared line by line.

const ELEMENTS = ['Version', 'Sid', 'Effect', 'Principal', 'NotPrincipal', 'Action', 'NotAction', 'Resource', 'NotResource'];
const FOLD = 60; // lines from which statements that are not at fault are folded away

function ranked(element) {
  const place = ELEMENTS.indexOf(element);
  return place < 0 ? ELEMENTS.length : place;
}

/** The document with its elements in one order, so that only what they say differs. */
function inOrder(value) {
  if (Array.isArray(value)) return value.map(inOrder);
  if (value === null || typeof value !== 'object') return value;
  const keys = Object.keys(value).sort((a, b) => ranked(a) - ranked(b) || (a < b ? -1 : 1));
  return Object.fromEntries(keys.map((key) => [key, inOrder(value[key])]));
}

function linesOf(body) {
  return body === null ? ['nothing'] : JSON.stringify(inOrder(body), null, 2).split('\n');
}

/** The number of the statement that a pointer within a document names; a lone one is the first. */
function statementOf(pointer) {
  if (!pointer.startsWith('/Statement')) return -1;
  return Number(pointer.split('/')[2] || 0);
}

/** The document with the statements at these pointers marked. */
function policyText(title, body, pointers) {
  const guilty = new Set(pointers.map(statementOf));
  const statements = Array.isArray(body.Statement) ? body.Statement : [body.Statement];
  const fold = linesOf(body).length > FOLD;
  const rest = Object.keys(body).filter((key) => key !== 'Statement');
  const pieces = rest.map((key) => h('span', {}, `  ${JSON.stringify(key)}: ${JSON.stringify(body[key])},`));
  let left = 0;
  const flush = () => {
    if (left) pieces.push(h('span', { class: 'gap' }, `    … ${count(left, 'other statements')}`));
    left = 0;
  };
  statements.forEach((statement, place) => {
    const isGuilty = guilty.has(place);
    if (fold && guilty.size && !isGuilty) { left += 1; return; }
    flush();
    const lines = linesOf(statement).map((line) => `    ${line}`);
    if (place < statements.length - 1) lines[lines.length - 1] += ',';
    const text = lines.map((line) => h('span', {}, line));
    pieces.push(isGuilty ? h('mark', { 'aria-label': `Statement ${place + 1}, at fault` }, text) : h('span', {}, text));
  });
  flush();
  return h('figure', { class: 'policy' },
    h('figcaption', {}, title),
    h('div', { class: 'code' },
      h('pre', { tabindex: 0, role: 'region', 'aria-label': title },
        h('span', {}, '{'), pieces.slice(0, rest.length), h('span', {}, '  "Statement": ['),
        pieces.slice(rest.length), h('span', {}, '  ]'), h('span', {}, '}')),
      copyButton(JSON.stringify(body, null, 2), 'the policy')));
}

/** How many lines two texts have in common from each pair of places on: the table from which the difference is read. */
function common(before, after) {
  const table = Array.from({ length: before.length + 1 }, () => new Uint16Array(after.length + 1));
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      table[i][j] = before[i] === after[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
    }
  }
  return table;
}

/** What goes (-), comes (+) and stays ( ), line by line. */
function differences(before, after) {
  const table = common(before, after);
  const found = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      found.push([' ', before[i]]);
      i += 1;
      j += 1;
    } else if (i < before.length && (j === after.length || table[i + 1][j] >= table[i][j + 1])) {
      found.push(['-', before[i]]);
      i += 1;
    } else {
      found.push(['+', after[j]]);
      j += 1;
    }
  }
  return found;
}

const MARKS = { '+': 'more', '-': 'less', ' ': 'same' };

/** Two documents as a difference; null is none. Equal lines far from a change are folded away. */
function policyDiff(title, before, after) {
  const found = differences(linesOf(before), linesOf(after));
  const near = found.map((_, place) => found.slice(Math.max(0, place - 3), place + 4).some(([mark]) => mark !== ' '));
  const lines = [];
  found.forEach(([mark, text], place) => {
    if (near[place]) lines.push(h('span', { class: MARKS[mark] }, `${mark}${text}`));
    else if (place && near[place - 1]) lines.push(h('span', { class: 'gap' }, ' …'));
  });
  return h('figure', { class: 'policy' },
    h('figcaption', {}, title),
    h('div', { class: 'code' },
      h('pre', { class: 'diff', tabindex: 0, role: 'region', 'aria-label': title }, lines),
      after === null ? null : copyButton(JSON.stringify(after, null, 2), 'the new policy')));
}
