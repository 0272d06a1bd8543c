'use strict';
// Pictures of paths: dagre places at most 60 principals in layers, and we draw them.

const MOST = 60; // places in one picture: more cannot be read
const SEVERAL = 3; // who start alike stand in one place from so many on
const LISTED = 20; // names of those who stand in one place
const BOX = { width: 184, height: 54 };
const VERB = { width: 26, lines: 3, line: 15, letter: 6.4 };
const CUT = 26; // room for the mark where a fix cuts
const ADMINISTRATOR = '#administrator';
const SMALLEST = 0.72; // how far a picture shrinks before it is scrolled: letters must stay legible
const NARROW = 700; // pixels of room below which the layers stand below each other

/** Who starts alike, by the same hops to the same ends, and is nobody's end: those stand in one place. */
function alike(edges) {
  const ends = new Set(edges.filter((edge) => edge.source !== edge.target).map((edge) => edge.target));
  const ways = new Map();
  for (const edge of edges) {
    const way = `${edge.method} ${edge.verdict} ${edge.source === edge.target ? 'itself' : edge.target}`;
    if (ways.has(edge.source)) ways.get(edge.source).add(way); else ways.set(edge.source, new Set([way]));
  }
  const groups = new Map();
  for (const [arn, own] of ways) {
    const key = ends.has(arn) ? arn : `${shortArn(arn).split('/')[0]}\n${Array.from(own).sort().join('\n')}`;
    if (groups.has(key)) groups.get(key).push(arn); else groups.set(key, [arn]);
  }
  return new Map(Array.from(groups.values()).filter((arns) => arns.length >= SEVERAL).flatMap((arns) => arns.map((arn) => [arn, arns])));
}

/** The places and hops of the paths: of as many of the first as have room. */
function graphOf(data, paths) {
  const groups = alike(paths.flatMap((path) => path.edges.map((place) => data.edges[place])));
  const idOf = (arn) => (groups.get(arn) || [arn])[0];
  const endOf = (edge) => (edge.source === edge.target ? idOf(edge.target) + ADMINISTRATOR : idOf(edge.target));
  const places = new Map();
  const hops = new Map();
  let drawn = 0;
  for (const path of paths) {
    const edges = path.edges.map((place) => data.edges[place]);
    const ends = new Set(edges.flatMap((edge) => [idOf(edge.source), endOf(edge)]));
    const more = Array.from(ends).filter((end) => !places.has(end)).length;
    if (places.size + more > MOST) continue;
    drawn += 1;
    for (const end of ends) if (!places.has(end)) places.set(end, placeOf(end, path, groups));
    if (escalates(path)) places.get(endOf(edges[edges.length - 1])).goal = true;
    places.get(idOf(edges[0].source)).start = true;
    for (const edge of edges) {
      const [from, to] = [idOf(edge.source), endOf(edge)];
      const key = `${from} ${edge.method} ${to}`;
      if (hops.has(key)) edge.cuts.forEach((cut) => hops.get(key).cuts.add(cut));
      else hops.set(key, { key, edge, from, to, cuts: new Set(edge.cuts) });
    }
  }
  return { places, hops, drawn, paths };
}

function placeOf(id, path, groups) {
  const arn = id.endsWith(ADMINISTRATOR) ? id.slice(0, -ADMINISTRATOR.length) : id;
  const others = groups.get(arn);
  if (arn !== id) return { id, arn, name: 'itself', kind: others ? 'each with more power' : 'with more power', arns: [arn] };
  const subject = [path.source, path.target].find((one) => one.arn === id);
  const name = subject ? named(subject) : shortArn(id);
  const kind = subject ? subject.kind : name.split('/')[0];
  if (others) return { id, arn, name: `${count(others.length, `${kind}s`)} alike`, kind: shortened(shortArn(arn), 20), arns: others, several: true };
  return { id, arn, name, kind, arns: [arn] };
}

/** Where everything stands, in layers from left to right, or from top to bottom. */
function laidOut(graph, rankdir) {
  const layout = new dagre.graphlib.Graph({ multigraph: true });
  layout.setGraph({ rankdir, nodesep: 26, edgesep: 18, ranksep: rankdir === 'LR' ? 72 : 40, marginx: 6, marginy: 6 });
  layout.setDefaultEdgeLabel(() => ({}));
  for (const id of graph.places.keys()) layout.setNode(id, { ...BOX });
  for (const { key, edge, from, to, cuts } of graph.hops.values()) {
    const verb = wrapped(edge.title, VERB.width, VERB.lines);
    const width = Math.max(...verb.map((line) => line.length), cuts.size ? 16 : 0) * VERB.letter + 12;
    const cut = cuts.size ? CUT : 0;
    const high = verb.length * VERB.line + 8; // in a row the line runs between the verb and the mark
    const height = rankdir === 'LR' ? 2 * Math.max(high, cut) : high + cut;
    const top = rankdir === 'LR' ? -high : -height / 2;
    layout.setEdge(from, to, { width, height, labelpos: 'c', verb, top, high, aside: rankdir === 'LR' ? 4 : 0 }, key);
  }
  dagre.layout(layout);
  return layout;
}

/** The corners of a line: out of the middle of a side, straight along under the verb, into the middle of a side. */
function corners(label, from, to, flat) {
  const along = flat ? 'x' : 'y';
  const across = flat ? 'y' : 'x';
  const half = (flat ? BOX.width : BOX.height) / 2;
  const sides = (node, toward) => ({ [along]: node[along] + Math.sign(toward[along] - node[along]) * half, [across]: node[across] });
  const inner = label.points.slice(1, -1).flatMap((point) => {
    if (Math.abs(point.x - label.x) > 1 || Math.abs(point.y - label.y) > 1) return [point];
    const reach = (flat ? label.width : label.height) / 2;
    const ends = [-reach, reach].map((step) => ({ [along]: label[along] + step, [across]: label[across] }));
    return to[along] < from[along] ? ends.reverse() : ends;
  });
  return [sides(from, inner[0]), ...inner, sides(to, inner[inner.length - 1])];
}

/** A line through the corners that runs along the layers' direction at each of them. */
function curve(points, flat) {
  const at = (point) => `${point.x.toFixed(1)} ${point.y.toFixed(1)}`;
  return points.slice(1).reduce((drawn, point, place) => {
    const before = points[place];
    const [middleX, middleY] = [(before.x + point.x) / 2, (before.y + point.y) / 2];
    const pulls = flat
      ? [{ x: middleX, y: before.y }, { x: middleX, y: point.y }]
      : [{ x: before.x, y: middleY }, { x: point.x, y: middleY }];
    return `${drawn}C${pulls.map(at).join(' ')} ${at(point)}`;
  }, `M${at(points[0])}`);
}

function arrowHead(points, flat) {
  const end = points[points.length - 1];
  const before = points[points.length - 2];
  const angle = flat ? (end.x < before.x ? 180 : 0) : (end.y < before.y ? 270 : 90);
  return s('path', { class: 'head', d: 'M0 0l-10 -5v10z', transform: `translate(${end.x.toFixed(1)} ${end.y.toFixed(1)}) rotate(${angle})` });
}

function drawnHop(hop, layout, places, onHop) {
  const { edge, from, to, key } = hop;
  const label = layout.edge(from, to, key);
  const { verb, width, high } = label;
  const flat = layout.graph().rankdir === 'LR';
  const points = corners(label, layout.node(from), layout.node(to), flat);
  const top = label.y + label.top;
  const words = `${places.get(from).name}: ${edge.title}, becoming ${places.get(to).name}; ${edge.verdict}`;
  const group = s('g', { class: `hop ${edge.verdict}`, role: onHop ? 'link' : 'img', 'aria-label': words },
    s('title', {}, words),
    s('path', { class: 'reach', d: curve(points, flat) }),
    s('rect', { class: 'reach', x: label.x - width / 2, y: label.y - label.height / 2, width, height: label.height }),
    s('path', { class: 'line', d: curve(points, flat) }), arrowHead(points, flat),
    flat ? null : s('rect', { class: 'behind', x: label.x - width / 2, y: top + 1, width, height: high - 4, rx: 4 }),
    verb.map((line, place) => s('text', { class: 'verb', x: label.x, y: top + 12 + place * VERB.line, 'text-anchor': 'middle' }, line)));
  if (hop.cuts.size) {
    const y = top + high + label.aside + 13;
    const [first] = hop.cuts;
    group.append(
      s('rect', { class: 'cut', x: label.x - 54, y: y - 13, width: 108, height: 18, rx: 9 }),
      s('text', { class: 'cut', x: label.x, y, 'text-anchor': 'middle' }, hop.cuts.size === 1 ? `cut here: fix ${first + 1}` : `cut by ${hop.cuts.size} fixes`));
  }
  if (onHop) reached(group, () => onHop(edge));
  return group;
}

/** Make a part of a picture something that can be gone to by mouse and keyboard. */
function reached(group, go) {
  group.setAttribute('tabindex', '0');
  group.addEventListener('click', go);
  group.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    go();
  });
}

function drawnPlace(place, at) {
  const x = at.x - BOX.width / 2;
  const y = at.y - BOX.height / 2;
  const classes = `box${place.goal ? ' goal' : ''}${place.start ? ' start' : ''}`;
  const words = `${place.name}${place.goal ? ', administrator' : ''}`;
  const [kind, ...rest] = place.several ? [place.kind] : place.name.split('/');
  const what = [place.goal ? '★ administrator' : '', place.several ? `${place.kind}, …` : rest.length ? kind : place.goal ? '' : place.kind];
  const link = s('a', { class: classes, href: `#principal/${encodeURIComponent(place.arn)}`, 'aria-label': words },
    s('title', {}, place.arns.slice(0, LISTED).join(', ') + (place.arns.length > LISTED ? ` and ${place.arns.length - LISTED} more` : '')),
    s('rect', { x, y, width: BOX.width, height: BOX.height, rx: 8 }),
    s('text', { class: 'kind', x: x + 12, y: y + 20 }, what.filter(Boolean).join(' · ')),
    s('text', { class: 'name', x: x + 12, y: y + 40 }, shortened(rest.join('/') || place.name, 20)));
  return link;
}

function drawing(graph, rankdir, onHop, label) {
  const layout = laidOut(graph, rankdir);
  const { width, height } = layout.graph();
  return s('svg', {
    class: 'graph', viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`, role: 'group', 'aria-label': label,
    width: Math.ceil(width), height: Math.ceil(height),
  },
  Array.from(graph.hops.values(), (hop) => drawnHop(hop, layout, graph.places, onHop)),
  Array.from(graph.places.values(), (place) => drawnPlace(place, layout.node(place.id))));
}

const LEGEND = [
  ['proven', 'proven'],
  ['conditional', 'conditional: hangs on what could not be seen'],
  ['latent', 'latent or lateral: nothing usable today, or no administrator'],
  ['goal', 'administrator'],
  ['cutmark', 'cut here: the fix of that number ends it'],
];

/** A picture of the paths with its legend, drawn again when the room for it changes its shape. */
function picture(data, paths, { label, onHop = null }) {
  const graph = graphOf(data, paths);
  const frame = h('div', { class: 'frame', tabindex: 0, role: 'region', 'aria-label': label });
  const used = new Set(Array.from(graph.hops.values(), ({ edge }) => edge.verdict));
  const figure = h('figure', { class: 'picture' },
    frame,
    h('figcaption', { class: 'legend' },
      LEGEND.filter(([key]) => !['proven', 'conditional'].includes(key) || used.has(key))
        .filter(([key]) => key !== 'latent' || used.has('latent') || used.has('lateral'))
        .map(([key, text]) => h('span', { class: `key ${key}` }, text)),
      graph.drawn < paths.length
        ? h('span', {}, `${graph.drawn} of ${count(paths.length, 'paths')} are drawn: there is room for ${MOST} places`)
        : null));
  let drawn = null;
  const draw = (room) => {
    const wanted = room < NARROW ? 'TB' : 'LR';
    if (drawn?.wanted !== wanted) {
      drawn = { wanted, svg: drawing(graph, wanted, onHop, label) };
      frame.replaceChildren(drawn.svg);
    }
    const { width, height } = drawn.svg.viewBox.baseVal;
    const scale = Math.max(SMALLEST, Math.min(1, room / width));
    drawn.svg.setAttribute('width', Math.floor(width * scale));
    drawn.svg.setAttribute('height', Math.floor(height * scale));
  };
  new ResizeObserver(([entry]) => draw(entry.contentRect.width)).observe(frame);
  draw(document.getElementById('main').clientWidth || NARROW);
  return figure;
}
