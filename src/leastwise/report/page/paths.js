'use strict';
// All paths: as one picture as far as there is room, and as a table.

const AT_ONCE = 50; // paths that are drawn at each letter of a search; more wait until the reader does

function pathColumns() {
  return [
    { key: 'severity', title: 'Severity', down: true, sort: byNumber('severity'), cell: (p) => severityBadge(p.severity) },
    { key: 'risk', title: 'Verdict', sort: byText('verdict'), cell: (p) => verdictMark(p.verdict) },
    { key: 'who', title: 'From', sort: byText('from'), cell: (p) => h('span', { title: p.source.arn }, p.from) },
    { key: 'what', title: 'How', sort: byText('how'), cell: (p) => pathLink(p, p.how) },
    { key: 'check', title: 'To', sort: byText('to'), cell: (p) => p.to },
  ];
}

function pathsView(data) {
  for (const path of data.paths) {
    path.from = named(path.source);
    path.to = path.source.arn === path.target.arn ? 'itself' : named(path.target);
    path.how = path.edges.map((edge) => data.edges[edge].title)
      .map((title, place) => (place ? title.charAt(0).toLowerCase() + title.slice(1) : title)).join('; then ');
    path.words = `${path.from}\n${path.source.arn}\n${path.to}\n${path.target.arn}\n${path.how}`.toLowerCase();
  }
  const wanted = { text: '', verdict: '' };
  const told = h('p', { class: 'quiet', role: 'status' });
  const table = windowedTable({ label: 'Paths', columns: pathColumns() });
  const holder = h('div', { class: 'together' });
  let later = 0;
  const controls = {
    text: searchBox('Search paths', (value) => { wanted.text = value; update(true); }),
    verdict: chooser('Verdict', 'any verdict', tally(data.paths, (p) => p.verdict), (value) => { wanted.verdict = value; update(); }),
  };

  function update(typing = false) {
    const text = wanted.text.toLowerCase();
    const found = data.paths.filter((path) => (!wanted.verdict || path.verdict === wanted.verdict)
      && (!text || path.words.includes(text)));
    table.show(found);
    told.textContent = count(found.length, 'paths');
    clearTimeout(later);
    if (!typing || found.length <= AT_ONCE) draw(found); else later = setTimeout(() => draw(found), 200);
  }

  function draw(found) {
    holder.replaceChildren(...(found.length ? [picture(data, found, { label: 'The paths together', onHop: hopOpener(found, data) })] : []));
  }

  function open(query) {
    for (const [name, control] of Object.entries(controls)) {
      control.value = query.get(name) || '';
      wanted[name] = control.value;
    }
    update();
  }

  const element = h('section', { 'aria-labelledby': 'paths-title' },
    h('h1', { id: 'paths-title' }, 'Paths'),
    h('form', { class: 'filters', role: 'search', onsubmit: (event) => event.preventDefault() }, controls.text, controls.verdict),
    told, holder, table.element);
  return { element, open, title: 'Paths', update };
}
