'use strict';
// Everyone that the report names.

function principalColumns() {
  return [
    { key: 'severity', title: 'Risk', down: true, sort: byNumber('score'), cell: (p) => String(p.score) },
    { key: 'risk', title: 'Kind', sort: byText('kind'), cell: (p) => p.kind },
    { key: 'what', title: 'Name', sort: byText('name'), cell: (p) => principalLink(p.arn, p.name) },
    { key: 'who', title: 'Tier', sort: byText('tier'), cell: (p) => p.tier },
    { key: 'check', title: 'Findings', down: true, sort: byNumber('findings'), cell: (p) => `${count(p.findings, 'findings')}, ${count(p.paths, 'paths')}` },
  ];
}

function principalsView(data) {
  const wanted = { text: '', kind: '' };
  const told = h('p', { class: 'quiet', role: 'status' });
  const table = windowedTable({ label: 'Principals', columns: principalColumns() });
  const controls = {
    text: searchBox('Search principals', (value) => { wanted.text = value; update(); }),
    kind: chooser('Kind', 'every kind', tally(data.principals, (p) => p.kind), (value) => { wanted.kind = value; update(); }),
  };

  function update() {
    const text = wanted.text.toLowerCase();
    const found = data.principals.filter((one) => (!wanted.kind || one.kind === wanted.kind) && (!text || one.words.includes(text)));
    table.show(found);
    told.textContent = `${found.length.toLocaleString('en')} with findings or on a path`;
  }

  function open(query) {
    for (const [name, control] of Object.entries(controls)) {
      control.value = query.get(name) || '';
      wanted[name] = control.value;
    }
    update();
  }

  const element = h('section', { 'aria-labelledby': 'principals-title' },
    h('h1', { id: 'principals-title' }, 'Principals'),
    h('form', { class: 'filters', role: 'search', onsubmit: (event) => event.preventDefault() }, controls.text, controls.kind),
    told, table.element);
  return { element, open, title: 'Principals', update };
}
