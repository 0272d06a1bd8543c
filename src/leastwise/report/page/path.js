'use strict';
// One path, hop by hop, each with its proof.

function hopDetail(data, edge, number) {
  const statements = Array.from(new Set([...edge.permissions.flatMap((used) => used.evidence), ...edge.trust, ...edge.running]));
  return h('section', { class: 'hop-detail', id: `hop-${number}`, tabindex: -1 },
    h('h2', {}, `${number}. ${edge.title} `, verdictMark(edge.verdict)),
    h('p', {}, principalLink(edge.source), ' becomes ', edge.source === edge.target ? 'an administrator itself' : principalLink(edge.target),
      edge.end_of_life ? h('span', { class: 'badge status' }, 'closed service') : null),
    edge.attack ? h('p', {}, edge.attack) : null,
    facts([
      ['Method', h('code', {}, edge.method)],
      ['Needs', bullets(edge.permissions.map((used) => [h('code', {}, used.action), ' on ', h('code', {}, used.resource)]))],
      ['Hangs on', bullets(edge.conditions)],
      ['Missing', bullets(edge.missing)],
      ['Cut here', edge.cuts.length ? bullets(edge.cuts.map((place) => [fixName(data, data.fixes[place]), `: ${data.fixes[place].text}`])) : ''],
      ['What stops it', bullets(edge.stops)],
    ]),
    h('h3', {}, 'Where it stands'), evidenceShown(data, statements),
    edge.commands.length ? [h('h3', {}, 'What an attacker would run'), codeBlock(edge.commands, 'the attacker\u2019s commands')] : null);
}

function pathDetail(data, id, hop) {
  const path = data.pathOf.get(id.split(':').pop());
  if (!path) return missing('path', id);
  const edges = path.edges.map((place) => data.edges[place]);
  const steps = Array.from(new Set(edges.flatMap((edge) => edge.fix)));
  const pointed = edges.flatMap((edge) => [...edge.permissions.flatMap((used) => used.evidence), ...edge.trust]);
  const title = pathEnds(path);
  const element = h('article', { class: 'detail' },
    h('p', { class: 'back' }, h('a', { href: '#paths' }, '← All paths')),
    h('h1', {}, title),
    h('p', { class: 'marks' }, severityBadge(path.severity), ' ', verdictMark(path.verdict), ` risk ${path.risk} of 100`,
      path.outside ? h('span', { class: 'badge status' }, 'from outside') : null),
    picture(data, [path], { label: `The path from ${title}`, onHop: (edge) => showHop(element, edges.indexOf(edge) + 1) }),
    edges.map((edge, place) => hopDetail(data, edge, place + 1)),
    part('How to end it', h('ul', {}, steps.map((step) => h('li', {}, step))), remedyTabs(data, path.source.arn, pointed)),
    h('p', { class: 'quiet' }, 'Id ', h('code', {}, `path:${path.id}`)));
  return { element, title, shown: () => { if (hop) showHop(element, Number(hop)); } };
}

function showHop(element, number) {
  const part = element.querySelector(`#hop-${number}`);
  if (!part) return;
  part.scrollIntoView({ block: 'start' });
  part.focus({ preventScroll: true });
}
