'use strict';
// One principal: who can become it, what it is, what it can become, and which policies would be enough.

function usedShown(data, portrait) {
  return bullets(portrait.used.map(([what, when]) => (
    when ? `${what}: ${moment(when)}, ${count(daysBetween(when, data.takenAt), 'days')} before the audit` : `${what}: no use recorded`)));
}

/** What the boundary and the SCPs leave of what the policies grant. */
function effectShown(portrait) {
  const told = [`its policies allow ${count(portrait.granted, 'actions')}, on some resource`];
  if (portrait.boundary) {
    told.push(portrait.bounded === null
      ? `the boundary ${portrait.boundary} could not be read`
      : `the boundary ${portrait.boundary} leaves ${portrait.bounded.toLocaleString('en')} of them`);
  } else told.push('no boundary');
  if (portrait.limited !== null) {
    told.push(`the SCPs leave ${portrait.limited.toLocaleString('en')}`);
  } else told.push('no SCP that was seen limits it');
  return bullets(told);
}

/** Its policies, with the statements that some finding or hop points at. */
function policiesShown(data, arn, portrait) {
  const own = new Set([arn, ...(portrait ? portrait.policies.map(([, where]) => where) : [])]);
  const edges = (data.pathsThrough.get(arn) || []).flatMap((path) => path.edges.map((place) => data.edges[place]));
  const pointed = new Set([
    ...(data.findingsOf.get(arn) || []).flatMap((finding) => finding.evidence),
    ...edges.flatMap((edge) => (edge.source === arn ? edge.permissions.flatMap((used) => used.evidence) : [])),
    ...edges.flatMap((edge) => (edge.target === arn ? edge.trust : [])),
  ]);
  const mine = Array.from(pointed, (place) => [place, data.evidence[place]])
    .filter(([, one]) => one.text !== null && own.has(one.document)).map(([place]) => place);
  const held = portrait ? portrait.policies.map(([name, where, through]) => [
    h('strong', {}, name), where === arn ? ' (inline)' : ' (managed)', through ? ` ${through}` : '',
  ]) : [];
  return [bullets(held), evidenceShown(data, mine)];
}

/** What the recommendation rests on, and what is proven of it. */
function adviceGround(data, advice) {
  const { use, proof } = advice;
  const closed = proof.paths_closed.map((id) => data.pathOf.get(id)).filter(Boolean);
  const index = (value) => `${value.toLocaleString('en')} of 100`;
  return facts([
    ['Evidence of use', advice.evidence.length ? bullets(advice.evidence.map((one) => [
      `${one.name}: ${count(one.days, 'days')}`, one.first ? `, from ${moment(one.first)}` : '', one.gaps.length ? `; cannot see ${one.gaps.join(', ')}` : '',
    ])) : ''],
    ['Its grade', `${advice.grade}${advice.grade_reasons.length ? `: ${advice.grade_reasons.join('; ')}` : ''}`],
    ['Known of use', advice.evidence.length ? `${use.used.toLocaleString('en')} used, ${use.unused_proven.toLocaleString('en')} proven unused, ${use.unknown.toLocaleString('en')} unknown` : ''],
    ['Unused index', advice.exposure_before !== null ? `${index(advice.exposure_before)} today, ${index(advice.exposure_after)} then` : ''],
    ['Grants nothing new', `${proof.subset_of_current}${proof.method ? ` (${proof.method})` : ''}`],
    ['Keeps what was used', advice.evidence.length ? `${proof.covers_observed} (${count(proof.observed, 'permissions')} asked)` : ''],
    ['Not proven', bullets([...proof.reasons, ...proof.counterexamples.map((one) => `${one.action} on ${one.resource}${one.note ? `: ${one.note}` : ''}`)])],
    ['Closes', closed.length ? bullets(closed.map((path) => pathLink(path, pathEnds(path)))) : ''],
  ]);
}

function changesShown(title, changes) {
  if (!changes.length) return null;
  return h('details', {}, h('summary', {}, title), bullets(changes.map((change) => (
    `${change.kind}: ${change.reason}${change.before ? ` (${change.before}${change.after ? ` → ${change.after}` : ''})` : ''}`))));
}

function adviceShown(data, advice) {
  if (!advice) return null;
  const { actions_before: before, actions_after: after, affects } = advice;
  return [
    h('p', {}, `${count(before, 'actions')} are granted today, ${after.toLocaleString('en')} would be. Confidence: ${advice.confidence}.`),
    bullets([...advice.confidence_reasons, ...advice.warnings.map((one) => `Mind: ${one}`)]),
    adviceGround(data, advice),
    affects.length ? h('p', {}, `Also affects ${affects.slice(0, 8).map(shortArn).join(', ')}${affects.length > 8 ? ' and others' : ''}`) : null,
    changesShown(`${count(advice.changes.length, 'changes')}, each with its reason`, advice.changes),
    changesShown(`${count(advice.aggressive.length, 'more changes')}, were unknown use taken for none`, advice.aggressive),
  ];
}

function principalDetail(data, arn) {
  const known = data.principals.find((one) => one.arn === arn);
  if (!known) return missing('principal', arn);
  const portrait = data.portraitOf.get(arn);
  const score = data.scoreOf.get(arn);
  const through = data.pathsThrough.get(arn) || [];
  const into = through.filter((path) => path.edges.some((place) => data.edges[place].target === arn && data.edges[place].source !== arn));
  const outOf = data.pathsFrom.get(arn) || [];
  const findings = data.findingsOf.get(arn) || [];
  const element = h('article', { class: 'detail' },
    h('p', { class: 'back' }, h('a', { href: '#principals' }, '← All principals')),
    h('h1', {}, named(known)),
    h('p', { class: 'marks' }, `risk ${known.score} of 100`, known.tier ? ` · ${known.tier}` : ''),
    facts([
      ['ARN', h('code', {}, arn)],
      ['Created', portrait?.created ? moment(portrait.created) : ''],
      ['Last used', portrait ? usedShown(data, portrait) : ''],
      ['Not used', portrait?.idle.length ? `AWS recorded no use of ${portrait.idle.join(', ')}` : ''],
      ['What it may do', portrait ? effectShown(portrait) : ''],
      ['Weight', score ? bullets(score.reasons) : ''],
    ]),
    part('Findings', findings.length ? h('ul', { class: 'plain' }, findings.map((finding) => h('li', {}, severityBadge(finding.severity), ' ', findingLink(finding, finding.message),
      finding.status === 'suppressed' ? h('span', { class: 'badge status' }, 'suppressed') : null))) : null),
    part('Who can become it, and what it can become', becoming(data, arn, into, outOf)),
    part('Its policies', policiesShown(data, arn, portrait)),
    part('Which policies would be enough', adviceShown(data, data.adviceOf.get(arn))),
    part('How to change them', remedyTabs(data, arn, [])));
  return { element, title: named(known) };
}

function becoming(data, arn, into, outOf) {
  const paths = Array.from(new Set([...outOf, ...into]));
  if (!paths.length) return h('p', { class: 'quiet' }, 'No reported path leads to it or from it.');
  const sources = new Set(into.flatMap((path) => path.edges.map((place) => data.edges[place])).filter((edge) => edge.target === arn && edge.source !== arn).map((edge) => edge.source));
  const told = [
    sources.size ? `${count(sources.size, 'principals')} can become it` : 'Nobody can become it on a reported path',
    outOf.length ? `${count(outOf.length, 'paths')} from it` : 'no path leads on from it',
  ];
  return [
    h('p', {}, `${told.join('; ')}.`),
    picture(data, paths, { label: 'Who can become it, and what it can become', onHop: hopOpener(paths, data) }),
    h('details', {}, h('summary', {}, count(paths.length, 'paths')), h('ul', { class: 'plain' }, paths.slice(0, 200).map((path) => h('li', {}, verdictMark(path.verdict), ' ',
      pathLink(path, pathEnds(path)))))),
  ];
}
