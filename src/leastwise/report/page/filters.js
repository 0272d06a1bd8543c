'use strict';
// Which rows are wanted: pure functions over the data, and the controls that ask.

/** The findings that fit. `wanted` = { text, severity: Set, confidence, check, status, principal }; empty means any. */
function fittingFindings(findings, wanted) {
  const text = wanted.text.toLowerCase();
  const principal = wanted.principal.toLowerCase();
  return findings.filter((finding) => (
    (!wanted.severity.size || wanted.severity.has(finding.severity))
    && (!wanted.confidence || finding.confidence === wanted.confidence)
    && (!wanted.check || finding.check === wanted.check)
    && (!wanted.status || finding.status === wanted.status)
    && (!principal || finding.arn.toLowerCase().includes(principal) || finding.name.toLowerCase().includes(principal))
    && (!text || finding.words.includes(text))
  ));
}

/** What took how long stands in the browser's own record of the page, for whoever measures. */
function measured(name, work) {
  const start = performance.now();
  const found = work();
  performance.measure(`leastwise:${name}`, { start, end: performance.now() });
  return found;
}

function searchBox(label, onChange) {
  const box = h('input', { type: 'search', placeholder: label, 'aria-label': label, autocomplete: 'off', spellcheck: 'false' });
  box.addEventListener('input', () => onChange(box.value));
  return box;
}

/** A choice among words; `counts` maps each to how often it is there. */
function chooser(label, any, counts, onChange) {
  const options = Array.from(counts, ([word, number]) => h('option', { value: word }, `${word} (${number.toLocaleString('en')})`));
  const select = h('select', { 'aria-label': label }, h('option', { value: '' }, any), options);
  select.addEventListener('change', () => onChange(select.value));
  return select;
}

/** How often each word is there, by the word. */
function tally(entries, wordOf) {
  const found = new Map();
  for (const entry of entries) found.set(wordOf(entry), (found.get(wordOf(entry)) || 0) + 1);
  return new Map(Array.from(found).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** One button for each severity, worst first, with its number. */
function severityButtons(findings, onChange) {
  const counts = tally(findings, (finding) => finding.severity);
  const chosen = new Set();
  const buttons = SEVERITIES.map((word, severity) => {
    const button = h('button', { type: 'button', class: `chip ${word}`, 'aria-pressed': 'false' },
      word, ' ', h('span', { class: 'number' }, (counts.get(severity) || 0).toLocaleString('en')));
    button.addEventListener('click', () => {
      if (chosen.has(severity)) chosen.delete(severity); else chosen.add(severity);
      mark();
      onChange(new Set(chosen));
    });
    return button;
  });
  const mark = () => buttons.forEach((button, severity) => button.setAttribute('aria-pressed', String(chosen.has(severity))));
  return {
    element: h('div', { class: 'chips', role: 'group', 'aria-label': 'Severity' }, buttons.slice().reverse()),
    set(severities) {
      chosen.clear();
      severities.forEach((one) => chosen.add(one));
      mark();
    },
  };
}
