// @ts-check
/** A long list of equally high rows of which only those in view are elements; follows its end while that is in view. */

/** @typedef {import("./lines.js").Line} Line */
/** @typedef {import("../page/stamps.js").Stamped} Stamped */

// Heights in pixels, as in the style sheets; the head stays in view above the rows.
const ROW = 24;
const HEAD = 25;
const BEYOND = 8;

export class Scroller {
  /** @type {Line[]} */ #lines = [];
  /** @type {Map<Line, Stamped>} */ #placed = new Map();
  /** @type {Stamped[]} */ #spare = [];
  #frame;
  #canvas;
  #rows;
  /** How many lines have been drawn: more may have come since, of which nobody has seen anything. */
  #count = 0;
  /** How much of the frame can be seen, in pixels. */ #height = 0;
  /** Whether the end is in view, and so followed. */
  following = true;

  /**
   * @param {HTMLElement} frame what scrolls
   * @param {HTMLElement} canvas what is scrolled
   * @param {object} rows how they are made and filled, and what to call when somebody has scrolled
   * @param {() => Stamped} rows.make
   * @param {(row: Stamped, line: Line, index: number) => void} rows.fill
   * @param {() => void} rows.moved
   */
  constructor(frame, canvas, rows) {
    this.#frame = frame;
    this.#canvas = canvas;
    this.#rows = rows;
    frame.addEventListener(
      "scroll",
      () => {
        const followed = this.following;
        this.following = this.#atEnd();
        this.#draw();
        // It scrolls by itself where it follows.
        if (!followed || !this.following) rows.moved();
      },
      { passive: true },
    );
    new ResizeObserver(([{ contentRect }]) => {
      this.#height = contentRect.height;
      this.#draw();
    }).observe(frame);
  }

  /** Show these lines; all of them anew where their look has changed. @param {Line[]} lines */
  show(lines, anew = false) {
    this.#lines = lines;
    this.#count = lines.length;
    this.#draw(anew);
  }

  /** Go to the end and stay there. */
  follow() {
    this.following = true;
    this.#draw();
  }

  /** Stay here, whatever comes. */
  stay() {
    this.following = false;
  }

  /** Bring a line into view, moving as little as possible. @param {number} index */
  reveal(index) {
    const { scrollTop, clientHeight } = this.#frame;
    if (index * ROW < scrollTop) this.#frame.scrollTop = index * ROW;
    else if (HEAD + (index + 1) * ROW > scrollTop + clientHeight)
      this.#frame.scrollTop = HEAD + (index + 1) * ROW - clientHeight;
  }

  /** How many rows fit. */
  get page() {
    return Math.max(1, Math.floor((this.#frame.clientHeight - HEAD) / ROW) - 1);
  }

  /** Whether all that comes can be seen, followed or not. */
  get endInView() {
    return this.following || this.#atEnd();
  }

  #atEnd() {
    const { scrollTop, clientHeight } = this.#frame;
    return scrollTop + clientHeight >= HEAD + this.#count * ROW - ROW / 2;
  }

  #draw(anew = false) {
    // To ask where it stands, and to say where it is to, makes the browser lay out what is there: of
    // an end that is followed both are known, and so that is done once, when all rows are filled.
    const end = HEAD + this.#count * ROW;
    const top = this.following ? end - this.#height : this.#frame.scrollTop;
    const first = Math.max(0, Math.floor(top / ROW) - BEYOND);
    const last = Math.min(
      this.#lines.length,
      this.#count,
      Math.ceil((top + this.#height) / ROW) + BEYOND,
    );
    const wanted = new Set(this.#lines.slice(first, last));
    // Rows whose lines are out of view are filled anew where they stand: to move them costs more.
    /** @type {Map<Element | null, Stamped>} */ const free = new Map();
    for (const [line, row] of this.#placed) {
      if (wanted.has(line)) continue;
      this.#placed.delete(line);
      free.set(row.element, row);
    }
    this.#canvas.style.height = `${this.#count * ROW}px`;
    this.#canvas.style.paddingTop = `${first * ROW}px`;
    // The elements stand in the order of their lines, for whoever selects or hears them.
    let next = this.#canvas.firstElementChild;
    for (let index = first; index < last; index += 1) {
      const line = this.#lines[index];
      let row = this.#placed.get(line);
      if (row) while (free.has(next)) next = next?.nextElementSibling ?? null;
      if (!row || anew || line.gap) {
        row ??= this.#anyOf(free, next);
        this.#placed.set(line, row);
        this.#rows.fill(row, line, index);
      }
      if (row.element === next) next = next.nextElementSibling;
      else this.#canvas.insertBefore(row.element, next);
    }
    for (const row of free.values()) {
      row.element.remove();
      this.#spare.push(row);
    }
    if (this.#spare.length > 100) this.#spare.length = 100;
    if (this.following) this.#frame.scrollTop = end;
  }

  /** A row to be filled: best the one that stands at the place. @param {Map<Element | null, Stamped>} free @param {Element | null} place @returns {Stamped} */
  #anyOf(free, place) {
    const row = free.get(place) ?? free.values().next().value;
    if (!row) return this.#spare.pop() ?? this.#rows.make();
    free.delete(row.element);
    return row;
  }
}
