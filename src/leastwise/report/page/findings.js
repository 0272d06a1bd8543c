'use strict';
// All findings: searched, filtered, sorted.

function findingColumns() {
  return [
    { key: 'severity', title: 'Severity', down: true, sort: byNumber('severity'), cell: (f) => severityBadge(f.severity) },
    { key: 'risk', title: 'Risk', down: true, sort: byNumber('risk'), cell: (f) => [String(f.risk), f.confidence === 'conditional' ? h('abbr', { title: 'hangs on something that was not seen' }, '?') : null] },
    { key: 'who', title: 'Principal', sort: byText('name'), cell: (f) => h('span', { title: f.arn }, named(f)) },
    { key: 'what', title: 'Issue', sort: byText('message'), cell: (f) => findingLink(f, f.message) },
    { key: 'check', title: 'Check', sort: byText('check'), cell: (f) => f.check },
  ];
}

/** The view of all findings; `open(query)` shows it with the filters of an address. */
function findingsView(data) {
  const wanted = { text: '', severity: new Set(), confidence: '', check: '', status: '', principal: '' };
  const told = h('p', { class: 'quiet', role: 'status' });
  const table = windowedTable({
    label: 'Findings', columns: findingColumns(), rowClass: (finding) => finding.status,
  });
  const set = (name) => (value) => { wanted[name] = value; update(); };
  const severity = severityButtons(data.findings, set('severity'));
  const controls = {
    text: searchBox('Search findings', set('text')),
    principal: searchBox('Principal', set('principal')),
    check: chooser('Check', 'every check', tally(data.findings, (f) => f.check), set('check')),
    confidence: chooser('Confidence', 'any confidence', tally(data.findings, (f) => f.confidence), set('confidence')),
    status: chooser('Status', 'any status', tally(data.findings, (f) => f.status), set('status')),
  };
  const clear = h('button', { type: 'button', class: 'clear' }, 'Clear');
  clear.addEventListener('click', () => { open(new URLSearchParams()); controls.text.focus(); });

  function update() {
    const found = measured('filter', () => fittingFindings(data.findings, wanted));
    measured('draw', () => table.show(found));
    const every = count(data.findings.length, 'findings');
    const aside = found.filter((finding) => finding.status !== 'open').length;
    told.textContent = (found.length === data.findings.length ? every : `${found.length.toLocaleString('en')} of ${every}`)
      + (aside ? `, ${aside.toLocaleString('en')} of them set aside` : '');
  }

  function open(query) {
    const words = (query.get('severity') || '').split(',').filter(Boolean);
    wanted.severity = new Set(words.map((word) => SEVERITIES.indexOf(word)).filter((place) => place >= 0));
    severity.set(wanted.severity);
    for (const [name, control] of Object.entries(controls)) {
      control.value = query.get(name) || '';
      wanted[name] = control.value;
    }
    update();
  }

  const element = h('section', { 'aria-labelledby': 'findings-title' },
    h('h1', { id: 'findings-title' }, 'Findings'),
    h('form', { class: 'filters', role: 'search', onsubmit: (event) => event.preventDefault() },
      controls.text, severity.element, controls.principal, controls.check, controls.confidence, controls.status, clear),
    told, table.element);
  return { element, open, title: 'Findings', update };
}
