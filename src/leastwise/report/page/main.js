'use strict';
// From the address to the view.

const LISTS = { findings: findingsView, paths: pathsView, principals: principalsView };
const DETAILS = {
  finding: (data, id) => findingDetail(data, id),
  path: (data, id, more) => pathDetail(data, id, more),
  principal: (data, id) => principalDetail(data, id),
};
const SECTION = { finding: 'findings', path: 'paths', principal: 'principals' };

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `#finding/ID`, `#path/ID/HOP`, `#principal/ARN`, `#findings?severity=high`; anything else is the overview. */
function addressOf(hash) {
  const [before, query = ''] = hash.replace(/^#/, '').split('?');
  const [word, ...rest] = before.split('/');
  if (word === 'path') return { word, id: decoded(rest[0] || ''), more: rest[1], query };
  return { word, id: decoded(rest.join('/')), query };
}

function start(data) {
  const overview = document.getElementById('overview');
  const view = document.getElementById('view');
  const nav = document.querySelector('nav');
  const lists = {};
  const title = document.title;
  const opened = new Set();
  const places = {}; // how far each list was scrolled when it was left
  let shows = '';
  nav.hidden = false;

  function go(first) {
    if (LISTS[shows]) places[shows] = window.scrollY;
    const { word, id, more, query } = addressOf(window.location.hash);
    shows = word;
    const found = LISTS[word] ? list(word, query) : DETAILS[word] ? DETAILS[word](data, id, more) : null;
    overview.hidden = Boolean(found);
    view.hidden = !found;
    document.title = found ? shown(`${shortened(found.title, 60)} · ${title}`) : title;
    for (const link of nav.querySelectorAll('a')) {
      const here = link.getAttribute('href') === `#${SECTION[word] || (found ? word : 'overview')}`;
      if (here) link.setAttribute('aria-current', 'page'); else link.removeAttribute('aria-current');
    }
    if (found) show(found, word, id);
    else if (word && word !== 'overview') showPart(document.getElementById(word));
    else if (!first) window.scrollTo(0, 0);
    if (!first) focusTitle(found ? view : overview);
  }

  function list(word, query) {
    lists[word] ??= LISTS[word](data);
    return { ...lists[word], query };
  }

  function show(found, word, id) {
    const name = `${word}/${id}?${found.query || ''}`;
    if (view.firstElementChild !== found.element) view.replaceChildren(found.element);
    window.scrollTo(0, 0);
    if (found.open) {
      const again = opened.has(word) && !found.query;
      if (again) found.update(); else found.open(new URLSearchParams(found.query));
      if (again) window.scrollTo(0, places[word] || 0);
      opened.add(word);
    }
    found.shown?.();
    view.dataset.shows = name;
  }

  window.addEventListener('hashchange', () => go(false));
  go(true);
}

/** A part of the overview, such as a fix, opened. */
function showPart(part) {
  if (!part) return;
  part.querySelector('details')?.setAttribute('open', '');
  part.scrollIntoView();
}

function focusTitle(place) {
  const title = place.querySelector('h1');
  if (!title) return;
  title.tabIndex = -1;
  title.focus({ preventScroll: true });
}

readData().then(indexed).then(start).then(
  () => { document.documentElement.dataset.ready = 'yes'; performance.mark('leastwise:ready'); },
  (error) => {
    document.querySelector('noscript')?.remove();
    const note = h('p', { class: 'note', role: 'alert' }, `The data of this page cannot be read (${error.message}): make the page again.`);
    document.getElementById('main').prepend(note);
  },
);
