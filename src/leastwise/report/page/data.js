'use strict';
// The data of the page, read once, with what the views look up in it.

/** The parsed data. What is compressed is unpacked here, which needs no network. */
async function readData() {
  const block = document.getElementById('data');
  if (block.dataset.packed !== 'yes') return JSON.parse(block.textContent);
  const letters = atob(block.textContent);
  const bytes = new Uint8Array(letters.length);
  for (let place = 0; place < letters.length; place += 1) bytes[place] = letters.charCodeAt(place);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return JSON.parse(await new Response(stream).text());
}

/** A map from each entry's key to the entries that have it, in their order. */
function grouped(entries, keysOf) {
  const found = new Map();
  for (const entry of entries) {
    for (const key of keysOf(entry)) {
      if (found.has(key)) found.get(key).push(entry);
      else found.set(key, [entry]);
    }
  }
  return found;
}

/** The data with its indexes. */
function indexed(data) {
  for (const finding of data.findings) {
    [finding.check, finding.title, finding.attack, finding.fix, finding.cites, finding.impact] = data.abouts[finding.about];
    finding.words = [
      finding.name, finding.arn, finding.check, finding.title, finding.message, SEVERITIES[finding.severity],
    ].join('\n').toLowerCase();
  }
  data.findingOf = new Map(data.findings.map((finding) => [finding.id, finding]));
  data.findingsOf = grouped(data.findings, (finding) => [finding.arn]);
  data.pathOf = new Map(data.paths.map((path) => [path.id, path]));
  data.pathsFrom = grouped(data.paths, (path) => [path.source.arn]);
  data.pathsThrough = grouped(data.paths, (path) => new Set(path.edges.flatMap((edge) => [data.edges[edge].source, data.edges[edge].target])));
  data.scoreOf = new Map(data.scores.map((score) => [score.subject.arn, score]));
  data.portraitOf = new Map(data.portraits.map((portrait) => [portrait.arn, portrait]));
  data.adviceOf = new Map(data.recommendations.map((advice) => [advice.subject.arn, advice]));
  data.fixesOf = grouped(data.fixes, (fix) => fix.subjects);
  data.principals = principalsOf(data);
  return data;
}

/** Everyone that the report names, riskiest first. */
function principalsOf(data) {
  const found = new Map();
  const add = (subject) => { if (!found.has(subject.arn)) found.set(subject.arn, subject); };
  data.scores.forEach((score) => add(score.subject));
  data.findings.forEach(add);
  data.paths.forEach((path) => { add(path.source); add(path.target); });
  const all = Array.from(found.values(), (subject) => ({
    arn: subject.arn,
    name: subject.name,
    kind: subject.kind,
    score: data.scoreOf.get(subject.arn)?.score ?? 0,
    tier: data.scoreOf.get(subject.arn)?.tier ?? '',
    findings: (data.findingsOf.get(subject.arn) || []).length,
    paths: (data.pathsFrom.get(subject.arn) || []).length,
    words: `${subject.name}\n${subject.arn}\n${subject.kind}`.toLowerCase(),
  }));
  return all.sort((a, b) => b.score - a.score || b.findings - a.findings || (a.arn < b.arn ? -1 : 1));
}
