'use strict';
// Words and small marks that several views use.

const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical']; // by their number in the data

/** `1 path`, `1,200 paths`. */
function count(number, nouns) {
  if (number !== 1) return `${number.toLocaleString('en')} ${nouns}`;
  return `1 ${nouns.endsWith('ies') ? `${nouns.slice(0, -3)}y` : nouns.replace(/s$/, '')}`;
}

/** `2026-01-01 09:30 UTC` of an ISO time in UTC. */
function moment(stamp) {
  const [day, clock] = String(stamp).split('T');
  return clock ? `${day} ${clock.slice(0, 5)} UTC` : day;
}

/** Whole days between two ISO times. */
function daysBetween(earlier, later) {
  return Math.floor((Date.parse(later) - Date.parse(earlier)) / 86400000);
}

/** The end of an ARN that tells it from the others of its account: `role/admin`. */
function shortArn(arn) {
  const resource = arn.split(':').slice(5).join(':') || arn;
  const slash = resource.indexOf('/');
  if (slash < 0) return resource;
  return `${resource.slice(0, slash)}/${resource.slice(resource.lastIndexOf('/') + 1)}`;
}

/** What people call a subject. */
function named(subject) {
  if (subject.kind === 'anyone' || subject.kind === 'identity provider') return subject.name;
  return ['user', 'role', 'group'].includes(subject.kind) ? shortArn(subject.arn) : `${subject.kind} ${subject.name}`;
}

/** Names differ at their ends: what is too long loses its middle. */
function shortened(text, room) {
  const letters = Array.from(shown(text));
  if (letters.length <= room) return letters.join('');
  const head = Math.floor(room / 2);
  return `${letters.slice(0, head).join('')}…${letters.slice(head + 1 - room).join('')}`;
}

/** The sentence in lines of at most so many letters; what does not fit is left off. */
function wrapped(text, width, most) {
  const lines = [''];
  for (const word of shown(text).split(' ')) {
    const last = lines[lines.length - 1];
    if (!last || last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`.trim();
    else lines.push(word);
  }
  const kept = lines.slice(0, most).map((line) => (line.length > width ? `${line.slice(0, width - 1)}…` : line));
  if (lines.length > most) kept[most - 1] = `${kept[most - 1].slice(0, width - 1)}…`;
  return kept;
}

function severityBadge(severity) {
  const word = SEVERITIES[severity];
  return h('span', { class: `badge ${word}` }, word);
}

function verdictMark(verdict) {
  return h('span', { class: `verdict ${verdict}` }, verdict);
}

/** A list of sentences, or nothing. */
function bullets(sentences, className = 'plain') {
  return sentences.length ? h('ul', { class: className }, sentences.map((one) => h('li', {}, one))) : null;
}

/** A titled part of a view, or nothing where it would be empty. */
function part(title, ...content) {
  const told = content.flat(3).filter((one) => one !== null && one !== undefined && one !== false && one !== '');
  return told.length ? h('section', { class: 'part' }, h('h2', {}, title), told) : null;
}

/** Labelled facts; those without a value are left out. */
function facts(entries) {
  return h('dl', {}, entries.filter(([, value]) => value !== null && value !== undefined && value !== '' && value !== false)
    .flatMap(([label, value]) => [h('dt', {}, label), h('dd', {}, value)]));
}

function principalLink(arn, text) {
  return h('a', { href: `#principal/${encodeURIComponent(arn)}`, title: arn }, text || shortArn(arn));
}

function pathLink(path, text) {
  return h('a', { href: `#path/${path.id}` }, text);
}

function findingLink(finding, text) {
  return h('a', { href: `#finding/${finding.id}` }, text);
}
