'use strict';
// Long tables: only the rows in sight are elements, with room above and below for the others.

const SPARE = 12; // rows drawn beyond what is in sight
const PRINTED = 2000; // rows that are drawn for paper

/**
 * A table of many rows. `columns` are { key, title, sort? (compares two rows), cell (row) => content }.
 * Returns { element, show(rows) }; the order of the rows is kept until a column is asked for.
 */
function windowedTable({ label, columns, rowClass = () => '' }) {
  let rows = [];
  let sorted = [];
  let order = { key: '', down: false };
  const above = h('div', { 'aria-hidden': 'true' });
  const below = h('div', { 'aria-hidden': 'true' });
  const body = h('div', { role: 'rowgroup', class: 'body' });
  const heads = columns.map((column) => h('div', { role: 'columnheader', class: `c-${column.key}`, 'aria-sort': 'none' },
    column.sort ? h('button', { type: 'button', onclick: () => reorder(column) }, column.title) : column.title));
  const head = h('div', { role: 'rowgroup', class: 'head' }, h('div', { role: 'row', 'aria-rowindex': 1 }, heads));
  const table = h('div', { role: 'table', 'aria-label': label, class: `table ${label.toLowerCase()}` }, head, above, body, below);

  function reorder(column) {
    order = { key: column.key, down: order.key === column.key ? !order.down : Boolean(column.down) };
    heads.forEach((one, place) => {
      const mine = columns[place].key === order.key;
      one.setAttribute('aria-sort', mine ? (order.down ? 'descending' : 'ascending') : 'none');
    });
    arrange();
    tell(`Sorted by ${column.title}, ${order.down ? 'descending' : 'ascending'}`);
  }

  function arrange() {
    const column = columns.find((one) => one.key === order.key);
    sorted = rows;
    if (column) {
      const sign = order.down ? -1 : 1;
      sorted = Array.from(rows).sort((a, b) => sign * column.sort(a, b));
    }
    table.setAttribute('aria-rowcount', String(sorted.length + 1));
    draw(true);
  }

  function rowElement(row, place) {
    return h('div', { role: 'row', class: `row ${rowClass(row)}`, 'aria-rowindex': place + 2 },
      columns.map((column) => h('div', { role: 'cell', class: `c-${column.key}` }, column.cell(row))));
  }

  let drawn = '';
  function draw(force = false, everything = false) {
    const height = rowHeight();
    const top = table.getBoundingClientRect().top + head.offsetHeight;
    const first = everything ? 0 : Math.max(0, Math.floor(-top / height) - SPARE);
    const last = everything
      ? Math.min(sorted.length, PRINTED)
      : Math.min(sorted.length, Math.ceil((window.innerHeight - top) / height) + SPARE);
    const from = Math.min(first, Math.max(0, last - 1));
    const range = `${from}-${last}-${height}`;
    if (range === drawn && !force) return;
    drawn = range;
    const focused = body.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null;
    body.replaceChildren(...sorted.slice(from, last).map((row, place) => rowElement(row, from + place)));
    above.style.height = `${from * height}px`;
    below.style.height = `${everything ? 0 : (sorted.length - last) * height}px`;
    if (focused) Array.from(body.querySelectorAll('a')).find((a) => a.getAttribute('href') === focused)?.focus({ preventScroll: true });
  }

  function rowHeight() {
    return parseFloat(getComputedStyle(table).getPropertyValue('--row')) || 44;
  }

  const redraw = () => { if (table.isConnected) draw(); };
  window.addEventListener('scroll', redraw, { passive: true });
  window.addEventListener('resize', redraw);
  window.addEventListener('beforeprint', () => { if (table.isConnected) draw(true, true); });
  window.addEventListener('afterprint', () => { if (table.isConnected) draw(true); });

  return {
    element: table,
    show(found) {
      rows = found;
      arrange();
    },
  };
}

const byText = (field) => (a, b) => (a[field] < b[field] ? -1 : a[field] > b[field] ? 1 : 0);
const byNumber = (field) => (a, b) => a[field] - b[field];
