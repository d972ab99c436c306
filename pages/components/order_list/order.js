// A list that is put in order by dragging or by keyboard; what is not ticked is left out. Text stays text.
const lists = new WeakMap();

function make(tag, name, ...inside) {
  const one = document.createElement(tag);
  if (name) one.className = name;
  one.append(...inside);
  return one;
}

function button(text, label, act) {
  const one = make("button", "", text);
  one.type = "button";
  one.ariaLabel = label;
  one.title = label;
  one.addEventListener("click", act);
  return one;
}

class OrderList {
  constructor(root, data) {
    this.data = data;
    this.signature = JSON.stringify([data.items, data.words]);
    this.rows = make("ol", "rows");
    this.said = make("p", "said");
    this.said.ariaLive = "polite";
    this.rows.addEventListener("focusout", () => this.waiting && this.tell());  // whoever starts the demo at once, too
    root.replaceChildren(this.rows, this.said);
    const known = new Map(data.items.map((item) => [item.id, item]));
    const order = (data.order ?? []).filter((id) => known.has(id));
    order.push(...data.items.map((item) => item.id).filter((id) => !order.includes(id)));
    const left = new Set(data.left_out ?? []);
    for (const id of order) this.rows.append(this.row(known.get(id), !left.has(id)));
    this.number();
  }

  row(item, isShown) {
    const words = this.data.words, row = make("li"), name = `${item.key} ${item.title}`;
    row.dataset.id = item.id;
    row.draggable = true;
    const handle = button("⠿", `${words.move}: ${name}`, () => undefined);
    handle.className = "handle";
    handle.addEventListener("keydown", (event) => {
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      this.step(row, step, handle);
    });
    const tick = make("input");
    tick.type = "checkbox";
    tick.checked = isShown;
    tick.ariaLabel = `${words.show}: ${name}`;
    tick.addEventListener("change", () => this.tell());
    const up = button("↑", `${words.up}: ${name}`, () => this.step(row, -1, up));
    const down = button("↓", `${words.down}: ${name}`, () => this.step(row, 1, down));
    up.className = "up";
    down.className = "down";
    row.append(
      handle, make("span", "number"), tick, make("span", "key", item.key), make("span", "title", item.title),
      make("span", "quiet", item.outcome), make("span", "points", item.points), up, down,
    );
    this.drag(row, handle);
    return row;
  }

  drag(row, handle) {
    row.addEventListener("dragstart", (event) => {
      this.dragged = row;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", row.dataset.id);
      row.classList.add("dragged");
    });
    row.addEventListener("dragover", (event) => {
      if (!this.dragged || this.dragged === row) return;
      event.preventDefault();
      const box = row.getBoundingClientRect();
      row[event.clientY < box.top + box.height / 2 ? "before" : "after"](this.dragged);
      this.number();
    });
    row.addEventListener("drop", (event) => event.preventDefault());
    row.addEventListener("dragend", () => this.dropped(row));
    handle.addEventListener("pointerdown", (event) => {  // a finger drags no native way
      if (event.pointerType === "mouse") return;
      event.preventDefault();
      this.dragged = row;
      row.classList.add("dragged");
      handle.setPointerCapture(event.pointerId);
    });
    handle.addEventListener("pointermove", (event) => {
      if (this.dragged !== row || event.pointerType === "mouse") return;
      const over = [...this.rows.children].find((one) => {
        const box = one.getBoundingClientRect();
        return one !== row && event.clientY >= box.top && event.clientY <= box.bottom;
      });
      if (!over) return;
      over[row.compareDocumentPosition(over) & Node.DOCUMENT_POSITION_FOLLOWING ? "after" : "before"](row);
      this.number();
    });
    const lifted = (event) => event.pointerType !== "mouse" && this.dragged === row && this.dropped(row);
    handle.addEventListener("pointerup", lifted);
    handle.addEventListener("pointercancel", lifted);
  }

  dropped(row) {
    row.classList.remove("dragged");
    this.dragged = undefined;
    this.tell();
  }

  step(row, by, focused) {
    const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    other[by < 0 ? "before" : "after"](row);
    focused.focus();
    this.number();
    const place = [...this.rows.children].indexOf(row) + 1;
    this.said.textContent = this.data.words.now.replace("{place}", place).replace("{key}", row.querySelector(".key").textContent);
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.tell(), 400);
  }

  number() {
    [...this.rows.children].forEach((row, index, all) => {
      row.querySelector(".number").textContent = index + 1;
      row.querySelector(".up").ariaDisabled = String(index === 0);
      row.querySelector(".down").ariaDisabled = String(index === all.length - 1);
    });
  }

  tell() {
    clearTimeout(this.waiting);
    this.waiting = undefined;
    const rows = [...this.rows.children], id = (row) => row.dataset.id;
    const left = rows.filter((row) => !row.querySelector("input").checked).map(id);
    this.emit("wanted", { order: rows.map(id), left_out: left });
  }
}

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  const root = parentElement.querySelector(".order");
  let list = lists.get(root);
  if (!list || list.signature !== JSON.stringify([data.items, data.words])) {
    list = new OrderList(root, data);
    lists.set(root, list);
  }
  list.emit = setStateValue;
}
