// @ts-check
/** A file to be sent in the place of what is typed: chosen, or dropped on the pane. */

import { part, write } from "../page/stamps.js";
import { size } from "../words/format.js";
import { show } from "../words/visible.js";

export class Attachment extends EventTarget {
  /** @type {File | null} */ file = null;
  #kind = /** @type {HTMLSelectElement} */ (part("try-file-kind"));

  /** @param {() => void} reveal bring the field into view */
  constructor(reveal) {
    super();
    const picked = /** @type {HTMLInputElement} */ (part("try-picked"));
    part("try-pick").addEventListener("click", () => picked.click());
    picked.addEventListener("change", () => {
      this.take(picked.files?.[0] ?? null);
      // So that the same one can be chosen again.
      picked.value = "";
    });
    part("try-file-drop").addEventListener("click", () => this.take(null));
    part("try-send").addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.file === null) return;
      event.preventDefault();
      this.take(null);
    });
    this.#mountDrop(part("try"), reveal);
  }

  /** @returns {"text" | "binary"} */
  get kind() {
    return this.#kind.value === "text" ? "text" : "binary";
  }

  /** Have this file in the place of the message, or none. @param {File | null} file */
  take(file) {
    this.file = file;
    part("try-file").hidden = file === null;
    for (const id of ["try-kind-place", "try-message-place"]) part(id).hidden = file !== null;
    show(part("try-file-name"), file?.name ?? "");
    write(part("try-file-size"), file ? size(file.size) : "");
    part(file ? "try-submit" : "try-message").focus();
    this.dispatchEvent(new Event("change"));
  }

  /** Let files be dropped on a pane, and do not leave the page for one that falls beside it. @param {HTMLElement} pane @param {() => void} reveal */
  #mountDrop(pane, reveal) {
    document.addEventListener("dragover", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      const over = event.target instanceof Node && pane.contains(event.target);
      event.dataTransfer.dropEffect = over ? "copy" : "none";
      pane.toggleAttribute("data-drop", over);
    });
    document.addEventListener("dragleave", (event) => {
      if (event.relatedTarget === null) pane.removeAttribute("data-drop");
    });
    document.addEventListener("drop", (event) => {
      pane.removeAttribute("data-drop");
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      const over = event.target instanceof Node && pane.contains(event.target);
      const [file] = event.dataTransfer.files;
      if (!over || !file) return;
      reveal();
      this.take(file);
    });
  }
}
