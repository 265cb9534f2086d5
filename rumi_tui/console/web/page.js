// What the page does beside the terminal of textual-serve, which it cannot ask anything.
"use strict";

// The console is where the page was found, whatever stands between the two. What stands behind # has let a person in.
const place = document.querySelector(".textual-terminal");
place.dataset.sessionWebsocketUrl = `${location.origin.replace("http", "ws")}/ws`;
history.replaceState(null, "", location.pathname + location.search);

// What is typed before the console is there waits for it. Of files it tells which are to be shown, not saved.
let connection = null;
const shown = new Set();
window.WebSocket = class extends WebSocket {
    constructor(...where) {
        super(...where);
        connection = this;
        this.addEventListener("message", ({ data }) => {
            const [kind, key] = typeof data === "string" ? JSON.parse(data) : [];
            if (kind === "show") {
                shown.add(key);
            }
        });
    }

    send(data) {
        if (this.readyState === WebSocket.CONNECTING) {
            this.addEventListener("open", () => super.send(data), { once: true });
        } else {
            super.send(data);
        }
    }
};

// A window that opens long after a key was pressed, browsers block; a link that saves a file, they do not.
const openWindow = window.open;
window.open = (address, ...how) => {
    const [, key] = String(address).split(`${location.origin}/download/`);
    if (!key || shown.has(key)) {
        return openWindow.call(window, address, ...how);
    }
    const link = Object.assign(document.createElement("a"), { href: address, download: "" });
    link.click();
    return null;
};

// The keyboard is the console's, from the first moment and whenever the page is in front again.
const again = document.querySelector("#closed button");
again.addEventListener("click", () => location.reload());
const keyboard = () => document.querySelector(".xterm-helper-textarea");
const has = (state) => document.body.classList.contains(state);
const takeFocus = () => (has("-closed") ? again : keyboard()).focus();
for (const event of ["load", "focus", "click"]) {
    window.addEventListener(event, takeFocus);
}
document.addEventListener("visibilitychange", () => document.hidden || takeFocus());

// textual-serve tells the page's state by classes. A console takes itself for one out of sight until it is told otherwise.
let hasBegun = false;
new MutationObserver(() => {
    if (has("-closed")) {
        takeFocus();
    } else if (has("-first-byte") && !hasBegun) {
        hasBegun = true;
        if (document.hasFocus()) {
            keyboard().dispatchEvent(new FocusEvent("focus"));
        }
    }
}).observe(document.body, { attributeFilter: ["class"] });

// Keys for which xterm.js has no sequence, or that of another key, as the keyboard protocol of kitty writes them.
const ARROWS = { ArrowUp: "A", ArrowDown: "B", ArrowRight: "C", ArrowLeft: "D" };
const EDITING = "akz";

function sequenceOf(event) {
    const modifiers = 1 + event.shiftKey + 2 * event.altKey + 4 * event.ctrlKey;
    const { key } = event;
    if (modifiers === 1 || event.metaKey) {
        return "";
    }
    if (event.altKey && key in ARROWS) {
        return `\x1b[1;${modifiers}${ARROWS[key]}`;
    }
    if (event.ctrlKey && event.shiftKey && EDITING.includes(key.toLowerCase())) {
        return `\x1b[${key.toLowerCase().charCodeAt(0)};${modifiers}u`;
    }
    const end = { Enter: `13;${modifiers}u`, Backspace: `127;${modifiers}u`, F3: `13;${modifiers}~` }[key];
    return end ? `\x1b[${end}` : "";
}

window.addEventListener(
    "keydown",
    (event) => {
        const sequence = sequenceOf(event);
        if (sequence && !has("-closed")) {
            event.preventDefault();
            connection.send(JSON.stringify(["stdin", sequence]));
        }
        const pastes = event.ctrlKey && !event.altKey && (event.key === "v" || event.code === "KeyV");
        if (sequence || pastes) {
            event.stopImmediatePropagation(); // the browser pastes what was copied anywhere, not only here
        }
    },
    true,
);

// Only pages that are safe for browsers, of this machine or by https, have a clipboard; others have what was there before.
if (!navigator.clipboard) {
    const writeText = async (text) => {
        const copied = document.body.appendChild(document.createElement("textarea"));
        copied.value = text;
        copied.select();
        document.execCommand("copy");
        copied.remove();
        takeFocus();
    };
    Object.defineProperty(navigator, "clipboard", { value: { writeText } });
}
