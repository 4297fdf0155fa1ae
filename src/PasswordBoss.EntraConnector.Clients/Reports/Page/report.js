(() => {
  'use strict';

  // The data. A change is an array; these are its places.
  const CONNECTION = 0, TIME = 1, KIND = 2, ACTION = 3, OUTCOME = 4, EMAIL = 5, NAME = 6, GROUP = 7, REASON = 8, BEFORE = 9, AFTER = 10, MESSAGE = 11;
  const HELD_BACK = 5, FAILED = 6, KINDS = 7;
  const CHANGES_PER_PAGE = 25, CONNECTIONS_PER_PAGE = 25, PRINTED_CHANGES = 200, EXPIRIES = 5, MAX_QUIET_DAYS = 100;
  const DAY = 86400;

  const dataOf = id => JSON.parse(document.getElementById(id).textContent);
  const report = dataOf('report-data');
  const changes = dataOf('changes-data');
  const words = report.words;
  const connections = report.connections;
  const isSingle = connections.length === 1;

  // Texts. The clock of the report is stored as seconds since 1970, so that it is the same wherever the page is opened.
  const numbers = new Intl.NumberFormat(report.language, { numberingSystem: 'latn' });
  const count = number => numbers.format(number);
  const fill = (text, ...values) => text.replace(/\{(\d)\}/g, (_, place) => values[place]);
  // A later version may have stored a value that this page has no word for.
  const wordOf = (name, value) => words[name + value] || words.notKnown;
  const two = number => String(number).padStart(2, '0');
  const dateOf = seconds => {
    const time = new Date(seconds * 1000);
    return String(time.getUTCFullYear()).padStart(4, '0') + '-' + two(time.getUTCMonth() + 1) + '-' + two(time.getUTCDate());
  };
  const timeOf = seconds => {
    const time = new Date(seconds * 1000);
    return dateOf(seconds) + ' ' + two(time.getUTCHours()) + ':' + two(time.getUTCMinutes());
  };
  const dayOf = seconds => Math.floor(seconds / DAY);
  // Lower case, without accents.
  const fold = text => {
    const lower = text.toLowerCase();
    return /[\u0080-\uffff]/.test(lower) ? lower.normalize('NFD').replace(/\p{M}/gu, '') : lower;
  };

  // Elements. Data become text nodes only, never markup.
  const byId = id => document.getElementById(id);
  const add = (parent, children) => {
    for (const child of children) {
      if (child !== null && child !== undefined && child !== '')
        parent.append(child);
    }
    return parent;
  };
  const make = (tag, style, ...children) => {
    const element = document.createElement(tag);
    if (style)
      element.className = style;
    return add(element, children);
  };
  const draw = (tag, attributes, ...children) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const name in attributes)
      element.setAttribute(name, attributes[name]);
    return add(element, children);
  };
  const button = (style, action, ...children) => {
    const element = make('button', style, ...children);
    element.type = 'button';
    element.addEventListener('click', action);
    return element;
  };
  const dot = style => draw('svg', { class: 'dot', viewBox: '0 0 10 10', 'aria-hidden': 'true' }, draw('rect', { class: style, width: 10, height: 10, rx: 3 }));

  const tones = ['good', 'warn', 'bad'];
  const fills = ['k0', 'k2', 'k3'];
  const outcomeTone = outcome => outcome === 2 ? 'bad' : outcome === 1 ? '' : 'warn';

  // Header.
  byId('written').textContent = timeOf(report.written);
  byId('period').textContent = fill(words.fromTo, dateOf(report.since), dateOf(report.written));
  byId('zone').textContent = report.zone;
  if (isSingle) {
    byId('scope').textContent = connections[0].name;
    byId('scope').hidden = false;
    document.title = words.title + ' – ' + connections[0].name;
  }

  // Overview.
  const totals = new Array(KINDS).fill(0);
  for (const [, , kind, number] of report.days)
    totals[kind] += number;
  const sum = (items, number) => items.reduce((total, item) => total + number(item), 0);

  function showCard(title, value, parts) {
    const all = sum(parts, part => part.number);
    const meter = draw('svg', { class: 'meter', viewBox: '0 0 1000 6', preserveAspectRatio: 'none', 'aria-hidden': 'true' });
    let from = 0;
    for (const part of parts) {
      const width = all ? part.number / all * 1000 : 0;
      if (width > 0)
        meter.append(draw('rect', { class: part.fill, x: from, width, height: 6 }));
      from += width;
    }
    const list = make('ul', 'parts', ...parts.map(part => part.label ? make('li', '', dot(part.fill), part.label) : ''));
    byId('cards').append(make('div', 'card', make('h3', '', title), make('p', 'value', value), meter, list));
  }
  const part = (label, number, style) => ({ label: make('span', '', make('b', '', count(number)), ' ' + label), number, fill: style });
  const needing = [0, 1, 2].map(attention => sum(connections, connection => connection.attention === attention ? 1 : 0));
  if (isSingle) {
    const [only] = connections;
    const label = only.lastSync === undefined ? words.never : timeOf(only.lastSync);
    showCard(words.status, wordOf('status', only.status), [{ label: words.lastSync + ' ' + label, number: 1, fill: fills[only.attention] }]);
  } else {
    showCard(words.connections, count(connections.length), [
      { label: fill(words.inOrder, count(needing[0])), number: needing[0], fill: fills[0] },
      { label: fill(words.needAttention, count(needing[1] + needing[2])), number: needing[2], fill: fills[2] },
      { number: needing[1], fill: fills[1] },
    ]);
  }
  const accounts = state => sum(connections, connection => connection[state]);
  showCard(words.accounts, count(accounts('active') + accounts('pending') + accounts('disabled')), [
    part(words.active, accounts('active'), 'k0'), part(words.pending, accounts('pending'), 'k1'), part(words.disabled, accounts('disabled'), 'k2'),
  ]);
  const made = [0, 1, 2, 3, 4];
  showCard(words.changes, count(sum(made, kind => totals[kind])), made.map(kind => part(words['kind' + kind], totals[kind], 'k' + kind)));
  showCard(words.notMade, count(totals[HELD_BACK] + totals[FAILED]), [HELD_BACK, FAILED].map(kind => part(words['kind' + kind], totals[kind], 'k' + kind)));

  // Changes over time.
  // A period that began long before the history is not drawn in full.
  const lastDay = report.days.reduce((latest, item) => Math.max(latest, item[1]), dayOf(report.written));
  const firstDay = report.days.reduce((earliest, item) => Math.min(earliest, item[1]), Math.min(lastDay, Math.max(dayOf(report.since), lastDay - MAX_QUIET_DAYS)));
  const perDay = Array.from({ length: lastDay - firstDay + 1 }, () => new Array(KINDS).fill(0));
  for (const [, day, kind, number] of report.days) {
    if (perDay[day - firstDay])
      perDay[day - firstDay][kind] += number;
  }
  for (let kind = 0; kind < KINDS; kind++)
    byId('legend').append(make('li', '', dot('k' + kind), words['kind' + kind], make('b', '', count(totals[kind]))));

  function roundUp(number) {
    const power = 10 ** Math.floor(Math.log10(Math.max(number, 1)));
    return [1, 2, 5, 10].map(factor => factor * power).find(step => step >= number);
  }

  function drawChart() {
    const box = byId('chart');
    const width = Math.max(box.clientWidth, 320), height = 250, left = 46, bottom = 26, top = 8;
    const high = Math.max(1, ...perDay.map(kinds => sum(kinds, number => number)));
    const step = Math.max(1, roundUp(high / 4));
    const ceiling = Math.ceil(high / step) * step;
    const slot = (width - left) / perDay.length;
    const bar = Math.max(1, Math.min(34, slot * .72));
    const y = value => top + (height - top - bottom) * (1 - value / ceiling);
    const label = fill(words.chart, dateOf(firstDay * DAY), dateOf(lastDay * DAY));
    const picture = draw('svg', { viewBox: '0 0 ' + width + ' ' + height, role: 'img', 'aria-label': label });
    for (let value = 0; value <= ceiling; value += step) {
      picture.append(
        draw('line', { class: 'line', x1: left, x2: width, y1: y(value), y2: y(value) }),
        draw('text', { x: left - 8, y: y(value) + 4, 'text-anchor': 'end' }, count(value)));
    }
    const apart = Math.max(1, Math.ceil(100 / slot));
    perDay.forEach((kinds, index) => {
      const x = left + slot * index + (slot - bar) / 2;
      let from = 0;
      kinds.forEach((number, kind) => {
        if (number > 0)
          picture.append(draw('rect', { class: 'k' + kind, x, width: bar, y: y(from + number), height: Math.max(y(from) - y(from + number), 1) }));
        from += number;
      });
      if ((perDay.length - 1 - index) % apart === 0 && left + slot * (index + .5) > left + 24)
        picture.append(draw('text', { x: Math.min(left + slot * (index + .5), width - 30), y: height - 6, 'text-anchor': 'middle' }, dateOf((firstDay + index) * DAY)));
    });
    const tip = make('div', 'tip');
    tip.hidden = true;
    tip.setAttribute('aria-hidden', 'true');
    perDay.forEach((kinds, index) => {
      const column = draw('rect', { class: 'column', x: left + slot * index, width: slot, y: top, height: height - top - bottom });
      column.addEventListener('pointerenter', () => {
        const items = kinds.map((number, kind) => number ? make('li', '', dot('k' + kind), words['kind' + kind], make('b', '', count(number))) : '');
        tip.replaceChildren(make('strong', '', dateOf((firstDay + index) * DAY)), make('ul', '', ...items));
        tip.hidden = false;
        const place = (left + slot * (index + 1)) / width * box.clientWidth;
        tip.style.left = (place + tip.offsetWidth + 12 > box.clientWidth ? place - slot - tip.offsetWidth - 6 : place + 6) + 'px';
      });
      column.addEventListener('pointerleave', () => { tip.hidden = true; });
      column.addEventListener('click', () => chooseDay(firstDay + index));
      picture.append(column);
    });
    box.replaceChildren(picture, tip);
  }

  byId('days').addEventListener('toggle', () => {
    const table = byId('days').querySelector('table');
    if (table.tHead.rows.length > 0)
      return;
    const head = make('tr', '', make('th', '', words.day));
    for (let kind = 0; kind < KINDS; kind++)
      head.append(make('th', 'number', words['kind' + kind]));
    head.append(make('th', 'number', words.total));
    for (const cell of head.cells)
      cell.scope = 'col';
    table.tHead.append(head);
    for (let index = perDay.length - 1; index >= 0; index--) {
      const total = sum(perDay[index], number => number);
      if (total === 0)
        continue;
      const name = button('link', () => chooseDay(firstDay + index), dateOf((firstDay + index) * DAY));
      table.tBodies[0].append(make('tr', '', make('td', '', name), ...perDay[index].map(number => make('td', 'number', count(number))), make('td', 'number', count(total))));
    }
  });

  // Secrets.
  const daysLeft = connection => dayOf(connection.expires) - dayOf(report.written);
  const fromNow = new Intl.RelativeTimeFormat(report.language, { numeric: 'auto' });
  const expiryText = connection => {
    const when = fromNow.format(daysLeft(connection), 'day');
    return connection.expires <= report.written ? fill(words.expired, when) : when;
  };
  const expiryTone = connection => connection.expires <= report.written ? 'bad' : daysLeft(connection) <= 30 ? 'warn' : '';
  const expiring = connections.filter(connection => connection.expires !== undefined).sort((one, other) => one.expires - other.expires);
  for (const connection of expiring.slice(0, EXPIRIES)) {
    byId('expiries').append(make('li', '',
      make('span', 'name', connection.name), make('span', 'date', dateOf(connection.expires)),
      make('span', 'pill ' + expiryTone(connection), expiryText(connection))));
  }
  byId('expiries-note').textContent = expiring.length === 0 ? words.noExpiry : expiring.length > EXPIRIES ? fill(words.moreExpiries, count(expiring.length - EXPIRIES)) : '';
  byId('expiries').hidden = expiring.length === 0;

  // A table of which one page is drawn. "view" contains the places of the rows that are shown, in their order.
  class PagedTable {
    constructor(section, columns, perPage, printed, rowOf, emptyText) {
      this.section = section;
      this.table = section.querySelector('table');
      this.columns = columns;
      this.perPage = perPage;
      this.printed = printed;
      this.rowOf = rowOf;
      this.emptyText = emptyText;
      this.view = [];
      this.page = 0;
      this.sortedBy = columns.find(column => column.first);
      this.isDescending = this.sortedBy.descends;
      this.drawHead();
      this.drawPager();
    }

    drawHead() {
      const row = make('tr');
      for (const column of this.columns) {
        column.cell = make('th', column.style, button('', () => this.sortBy(column), column.title));
        column.cell.scope = 'col';
        row.append(column.cell);
      }
      this.table.tHead.append(row);
      this.markSorted();
    }

    markSorted() {
      for (const column of this.columns) {
        if (column === this.sortedBy)
          column.cell.setAttribute('aria-sort', this.isDescending ? 'descending' : 'ascending');
        else
          column.cell.removeAttribute('aria-sort');
      }
    }

    sortBy(column) {
      this.isDescending = column === this.sortedBy ? !this.isDescending : Boolean(column.descends);
      this.sortedBy = column;
      this.markSorted();
      this.onSort();
    }

    // The places 0 … length - 1 in the chosen order. Equal rows keep their order.
    order(length) {
      const keys = new Array(length);
      for (let place = 0; place < length; place++)
        keys[place] = this.sortedBy.key(place);
      const sign = this.isDescending ? -1 : 1;
      const places = Array.from(keys.keys());
      return places.sort((one, other) => keys[one] < keys[other] ? -sign : keys[one] > keys[other] ? sign : one - other);
    }

    drawPager() {
      const paths = { first: 'm8 3-5 5 5 5m5-10-5 5 5 5', previous: 'm10 3-5 5 5 5', next: 'm6 3 5 5-5 5', last: 'm3 3 5 5-5 5m5-10 5 5-5 5' };
      this.pageLabel = make('span');
      const turn = (name, label, target) => {
        const icon = draw('svg', { viewBox: '0 0 16 16', 'aria-hidden': 'true' }, draw('path', { d: paths[name] }));
        const element = button('', () => {
          const wanted = Math.min(Math.max(target(), 0), this.pages - 1);
          if (wanted !== this.page)
            this.show(this.view, wanted);
        }, icon);
        element.setAttribute('aria-label', label);
        return element;
      };
      this.back = [turn('first', words.firstPage, () => 0), turn('previous', words.previousPage, () => this.page - 1)];
      this.forward = [turn('next', words.nextPage, () => this.page + 1), turn('last', words.lastPage, () => this.pages - 1)];
      this.section.querySelector('.pager').append(...this.back, this.pageLabel, ...this.forward);
    }

    get pages() {
      return Math.max(1, Math.ceil(this.view.length / this.perPage));
    }

    show(view, page = 0) {
      this.view = view;
      this.page = page;
      this.draw(page * this.perPage, this.perPage);
      this.pageLabel.textContent = fill(words.pageOf, count(page + 1), count(this.pages));
      for (const element of this.back)
        element.setAttribute('aria-disabled', String(page === 0));
      for (const element of this.forward)
        element.setAttribute('aria-disabled', String(page >= this.pages - 1));
      this.section.querySelector('.pager').hidden = this.pages === 1;
    }

    draw(from, number) {
      const rows = this.view.slice(from, from + number).map(this.rowOf);
      if (rows.length === 0) {
        const cell = make('td', 'empty', this.emptyText());
        cell.colSpan = this.columns.length;
        rows.push(make('tr', '', cell));
      }
      this.table.tBodies[0].replaceChildren(...rows);
    }

    beforePrint() {
      this.draw(0, this.printed);
      const note = this.section.querySelector('.printed');
      note.hidden = this.view.length <= this.printed;
      note.textContent = fill(words.printed, count(this.printed), count(this.view.length));
    }

    afterPrint() {
      this.show(this.view, this.page);
      this.section.querySelector('.printed').hidden = true;
    }
  }

  // Connections.
  const foldedNames = connections.map(connection => fold(connection.name));
  const orZero = time => time === undefined ? 0 : time;
  const onlyAttention = byId('only-attention');
  const connectionTable = new PagedTable(
    byId('connections'),
    [
      { title: words.connection, style: 'wide', key: place => foldedNames[place] },
      { title: words.status, first: true, descends: true, key: place => connections[place].attention },
      ...['active', 'pending', 'disabled'].map(state => ({ title: words[state], style: 'number', descends: true, key: place => connections[place][state] })),
      { title: words.lastSync, descends: true, key: place => orZero(connections[place].lastSync) },
      { title: words.nextSync, key: place => orZero(connections[place].nextSync) },
      { title: words.secretExpires, key: place => connections[place].expires === undefined ? Infinity : connections[place].expires },
    ],
    CONNECTIONS_PER_PAGE,
    Infinity,
    place => {
      const connection = connections[place];
      const tone = tones[connection.attention];
      const flags = [
        connection.failingSince === undefined ? '' : fill(words.failingSince, timeOf(connection.failingSince)),
        connection.overdue ? words.overdue : '',
        connection.deletions ? fill(words.deletionsWait, count(connection.deletions)) : '',
      ].filter(text => text !== '').join(' · ');
      const name = isSingle ? make('span', 'main', connection.name) : button('link', () => chooseConnection(place), connection.name);
      return make('tr', '',
        make('td', 'wide', name,
          connection.group ? make('div', 'sub', connection.group) : '',
          flags ? make('div', 'sub ' + (connection.attention ? tone : ''), flags) : '',
          connection.message ? make('div', 'sub ' + tone, connection.message) : ''),
        make('td', '', make('span', 'pill ' + tone, wordOf('status', connection.status))),
        make('td', 'number', count(connection.active)), make('td', 'number', count(connection.pending)), make('td', 'number', count(connection.disabled)),
        make('td', 'time', connection.lastSync === undefined ? words.never : timeOf(connection.lastSync),
          connection.outcome === undefined ? '' : make('div', 'sub', wordOf('run', connection.outcome))),
        make('td', 'time', connection.nextSync === undefined ? words.notScheduled : timeOf(connection.nextSync)),
        make('td', 'time', connection.expires === undefined ? words.notKnown : dateOf(connection.expires),
          expiryTone(connection) ? make('div', 'sub ' + expiryTone(connection), expiryText(connection)) : ''));
    },
    () => words.noMatch);

  function filterConnections() {
    const wanted = fold(byId('find-connection').value.trim());
    const view = connectionTable.order(connections.length).filter(place =>
      (!onlyAttention.checked || connections[place].attention > 0) && (foldedNames[place].includes(wanted) || fold(connections[place].tenant).includes(wanted)));
    connectionTable.show(view);
    byId('connections').querySelector('.count').textContent = fill(words.connectionsShown, count(view.length), count(connections.length));
  }
  connectionTable.onSort = filterConnections;
  byId('find-connection').addEventListener('input', filterConnections);
  onlyAttention.addEventListener('change', filterConnections);
  if (isSingle)
    byId('connections').querySelector('.tools').hidden = true;

  // Changes. The texts that are searched are folded once, and the shared ones only once each.
  const texts = report.texts;
  const once = build => {
    let value;
    return () => value === undefined ? value = build() : value;
  };
  const folded = once(() => ({
    emails: changes.map(change => fold(change[EMAIL])),
    names: changes.map(change => fold(change[NAME])),
    texts: texts.map(fold),
    actions: Array.from({ length: 32 }, (_, action) => fold(words['action' + action] || '')),
  }));
  const subjectOf = place => folded().names[place] || folded().emails[place] || folded().texts[changes[place][GROUP]];
  const filter = { kind: -1, connection: -1, day: -1 };
  let order = null;

  const connectionColumn = { title: words.connection, key: place => foldedNames[changes[place][CONNECTION]] };
  const changeTable = new PagedTable(
    byId('changes'),
    [
      { title: words.time, first: true, descends: true, key: place => changes[place][TIME] },
      ...(isSingle ? [] : [connectionColumn]),
      { title: words.change, key: place => folded().actions[changes[place][ACTION]] || '' },
      { title: words.subject, style: 'person', key: subjectOf },
      { title: words.why, style: 'wide', key: place => folded().texts[changes[place][REASON]] },
      { title: words.result, key: place => wordOf('outcome', changes[place][OUTCOME]) },
    ],
    CHANGES_PER_PAGE,
    PRINTED_CHANGES,
    place => {
      const change = changes[place];
      const group = texts[change[GROUP]];
      const [main, ...rest] = [change[NAME], change[EMAIL], group].filter(text => text !== '');
      const before = texts[change[BEFORE]], after = texts[change[AFTER]], message = texts[change[MESSAGE]];
      return make('tr', '',
        make('td', 'time', timeOf(change[TIME])),
        isSingle ? '' : make('td', '', connections[change[CONNECTION]].name),
        make('td', '', make('span', 'act', dot('k' + change[KIND]), wordOf('action', change[ACTION]))),
        make('td', 'person', make('div', 'main', main), ...rest.map(text => make('div', 'sub', text))),
        make('td', 'wide', texts[change[REASON]],
          before || after ? make('div', 'sub', (before || '–') + ' → ' + (after || '–')) : '',
          message ? make('div', 'sub ' + outcomeTone(change[OUTCOME]), message) : ''),
        make('td', 'result ' + outcomeTone(change[OUTCOME]), wordOf('outcome', change[OUTCOME])));
    },
    () => changes.length === 0 ? words.noChange : words.noMatch);

  const chips = [];
  const chip = (kind, label) => {
    const number = make('b');
    const element = button('chip', () => {
      filter.kind = filter.kind === kind ? -1 : kind;
      filterChanges();
    }, kind < 0 ? '' : dot('k' + kind), label, number);
    chips.push({ kind, element, number });
    return element;
  };
  const clear = button('chip clear', () => {
    Object.assign(filter, { kind: -1, connection: -1, day: -1 });
    byId('find-change').value = '';
    filterChanges();
    byId('find-change').focus();
  });
  byId('kinds').append(chip(-1, words.all), ...Array.from({ length: KINDS }, (_, kind) => chip(kind, words['kind' + kind])), clear);
  const choice = byId('change-connection');
  connections.map((connection, place) => place).sort((one, other) => foldedNames[one] < foldedNames[other] ? -1 : 1).forEach(place => {
    const option = make('option', '', connections[place].name);
    option.value = String(place);
    choice.append(option);
  });
  byId('of-connection').hidden = isSingle;
  choice.addEventListener('change', () => {
    filter.connection = Number(choice.value);
    filterChanges();
  });

  function filterChanges() {
    if (order === null)
      order = changeTable.order(changes.length);
    const terms = fold(byId('find-change').value).split(/\s+/).filter(term => term !== '');
    const found = terms.map(term => ({
      term,
      texts: folded().texts.map(text => text.includes(term)),
      names: foldedNames.map(text => text.includes(term)),
      actions: folded().actions.map(text => text.includes(term)),
    }));
    const has = (place, change, { term, texts, names, actions }) =>
      names[change[CONNECTION]] || texts[change[GROUP]] || texts[change[REASON]] || texts[change[MESSAGE]] || texts[change[BEFORE]] || texts[change[AFTER]]
      || actions[change[ACTION]] || folded().emails[place].includes(term) || folded().names[place].includes(term);
    const counts = new Array(KINDS).fill(0);
    const view = [];
    for (const place of order) {
      const change = changes[place];
      if ((filter.connection >= 0 && change[CONNECTION] !== filter.connection) || (filter.day >= 0 && dayOf(change[TIME]) !== filter.day)
        || !found.every(one => has(place, change, one)))
        continue;
      counts[change[KIND]]++;
      if (filter.kind < 0 || change[KIND] === filter.kind)
        view.push(place);
    }
    changeTable.show(view);
    byId('changes').querySelector('.count').textContent = fill(words.changesShown, count(view.length), count(changes.length));
    for (const { kind, element, number } of chips) {
      element.setAttribute('aria-pressed', String(kind === filter.kind));
      number.textContent = count(kind < 0 ? sum(counts, one => one) : counts[kind]);
    }
    choice.value = String(filter.connection);
    clear.hidden = filter.kind < 0 && filter.connection < 0 && filter.day < 0 && terms.length === 0;
    clear.textContent = (filter.day < 0 ? '' : fill(words.onDay, dateOf(filter.day * DAY)) + ' · ') + words.clear;
  }
  changeTable.onSort = () => {
    order = null;
    filterChanges();
  };
  byId('find-change').addEventListener('input', filterChanges);

  function goToChanges() {
    filterChanges();
    byId('changes').scrollIntoView({ block: 'start' });
    byId('changes').focus({ preventScroll: true });
  }
  function chooseDay(day) {
    filter.day = day;
    goToChanges();
  }
  function chooseConnection(place) {
    filter.connection = place;
    goToChanges();
  }

  const all = sum(totals, number => number);
  if (report.listed < all) {
    byId('listed').textContent = fill(words.listed, count(report.listed), count(all), timeOf(report.listedSince));
    byId('listed').hidden = false;
  }

  filterConnections();
  filterChanges();
  drawChart();
  new ResizeObserver(drawChart).observe(byId('chart'));
  window.addEventListener('beforeprint', () => [connectionTable, changeTable].forEach(table => table.beforePrint()));
  window.addEventListener('afterprint', () => [connectionTable, changeTable].forEach(table => table.afterPrint()));
  // The first search must not wait for this.
  (window.requestIdleCallback || setTimeout)(() => folded());
  document.documentElement.dataset.ready = 'true';
})();
