'use strict';
// One finding: what is wrong, where it stands, how it is abused, how it is mended.

function policyName(text) {
  if (text.kind === 'managed') return `managed policy ${text.name}`;
  return `${text.kind === 'inline' ? `inline policy ${text.name}` : text.name} of ${shortArn(text.arn)}`;
}

/** The policies that evidence points into, each with its statements marked; what is no policy as words. */
function evidenceShown(data, places) {
  const pointers = places.map((place) => data.evidence[place]);
  const texts = grouped(pointers.filter((one) => one.text !== null), (one) => [one.text]);
  const drawn = Array.from(texts, ([place, ones]) => {
    const text = data.documents[place];
    const notes = ones.map((one) => one.note).filter(Boolean);
    const title = `${policyName(text)}${notes.length ? ` (${notes.join('; ')})` : ''}`;
    return policyText(title, text.body, ones.map((one) => one.statement));
  });
  const words = pointers.filter((one) => one.text === null).map((one) => [
    h('code', {}, shortArn(one.document)), ' ', [one.name, one.sid && `(${one.sid})`, one.pointer].filter(Boolean).join(' '),
    one.note ? `: ${one.note}` : '', h('span', { class: 'quiet' }, ` seen by ${one.source}`),
  ]);
  const without = !data.hasBackdrop && words.length
    ? h('p', { class: 'note' }, 'This page was made from the JSON file of an audit, which has no policy documents: a page made by the audit itself (leastwise scan --format html) shows the statements.')
    : null;
  return [drawn, bullets(words), without];
}

function findingDetail(data, id) {
  const finding = data.findingOf.get(id.split(':').pop());
  if (!finding) return missing('finding', id);
  const paths = finding.check === 'principal_can_escalate' ? (data.pathsFrom.get(finding.arn) || []).filter(escalates) : [];
  const element = h('article', { class: 'detail' },
    h('p', { class: 'back' }, h('a', { href: '#findings' }, '← All findings')),
    h('h1', {}, finding.message),
    h('p', { class: 'marks' }, severityBadge(finding.severity), ` risk ${finding.risk} of 100 · ${finding.confidence}`,
      finding.status === 'open' ? null : h('span', { class: 'badge status' }, finding.status)),
    finding.status !== 'open' ? h('p', { class: 'note' }, `Set aside: ${finding.reason}`) : null,
    facts([
      ['About', principalLink(finding.arn, named(finding))],
      ['ARN', h('code', {}, finding.arn)],
      ['Check', `${finding.check}: ${finding.title}`],
      ['Severity', finding.because ? `${SEVERITIES[finding.severity]}, because ${finding.because}` : ''],
      ['Impact', finding.impact],
      ['Who can use it', finding.likelihood],
      ['Hangs on', bullets(finding.assumes)],
      ['First seen', finding.firstSeen.slice(0, 10)],
    ]),
    paths.length ? part('How', picture(data, paths, { label: `Paths of ${named(finding)}`, onHop: hopOpener(paths, data) }),
      h('p', {}, paths.slice(0, 8).map((path) => [pathLink(path, `hop by hop: ${pathEnds(path)}`), ' ']))) : null,
    part('How it is abused', h('p', {}, finding.attack)),
    part('Where it stands', evidenceShown(data, finding.evidence)),
    part('How to mend it', h('ol', {}, finding.fix.map((step) => h('li', {}, step))), remedyTabs(data, finding.arn, finding.evidence)),
    part('More', facts([
      ['How it weighs', bullets(finding.reasons)],
      ['See also', finding.cites.join(' · ')],
      ['The check', h('code', {}, `leastwise explain ${finding.check}`)],
      ['Id', h('code', {}, `${finding.check}:${finding.id}`)],
    ])));
  return { element, title: finding.message };
}

/** `user/ann to role/admin`; who gets more for itself is on both ends. */
function pathEnds(path) {
  return `${named(path.source)} to ${path.source.arn === path.target.arn ? 'more power' : named(path.target)}`;
}

function escalates(path) {
  return path.verdict === 'proven' || path.verdict === 'conditional';
}

/** A click on a hop opens the first path that takes it. */
function hopOpener(paths, data) {
  return (edge) => {
    const place = data.edges.indexOf(edge);
    const path = paths.find((one) => one.edges.includes(place));
    if (path) window.location.hash = `#path/${path.id}/${path.edges.indexOf(place) + 1}`;
  };
}

function missing(what, id) {
  return {
    element: h('article', { class: 'detail' }, h('h1', {}, `There is no such ${what} here`),
      h('p', {}, `Nothing in this page is called ${shortened(id, 80)}. It may be of another audit.`),
      h('p', {}, h('a', { href: '#overview' }, 'To the overview'))),
    title: `No such ${what}`,
  };
}
