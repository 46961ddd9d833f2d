/** What a page of another origin can try with a server; every attempt tells all that it learns. */

const PATIENCE = 8000;

const said = (event) => `${event.type}${event.message ? `: ${event.message}` : ""}`;

/** What can be read of another window, one that has been loaded. */
function look(other) {
  const read = (what) => {
    try {
      return String(what());
    } catch (error) {
      return error.name;
    }
  };
  return {
    closed: other.closed,
    frames: other.length,
    href: read(() => other.location.href),
    text: read(() => other.document.documentElement.outerHTML),
  };
}

const ways = {
  socket: (url) =>
    new Promise((resolve) => {
      const socket = new WebSocket(url.replace("http", "ws"));
      const learnt = { opened: false, messages: [] };
      socket.onopen = () => {
        learnt.opened = true;
        socket.send("from a stranger");
      };
      socket.onmessage = ({ data }) => {
        learnt.messages.push(data);
        socket.close();
      };
      socket.onclose = ({ code, reason }) => resolve({ ...learnt, code, reason });
    }),

  async fetch(url, options) {
    try {
      const response = await fetch(url, options);
      return { status: response.status, type: response.type, text: await response.text() };
    } catch (error) {
      return error.name;
    }
  },

  xhr: (url) =>
    new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open("GET", url);
      request.withCredentials = true;
      request.onloadend = () =>
        resolve({
          status: request.status,
          text: request.responseText,
          headers: request.getAllResponseHeaders(),
        });
      request.send();
    }),

  events: (url) =>
    new Promise((resolve) => {
      const source = new EventSource(url, { withCredentials: true });
      source.onopen = source.onmessage = (event) => resolve(event.data ?? event.type);
      source.onerror = (event) => {
        resolve(said(event));
        source.close();
      };
    }),

  beacon: (url) => navigator.sendBeacon(url, "from a stranger"),

  async module(url) {
    try {
      return Object.keys(await import(url));
    } catch (error) {
      return error.name;
    }
  },

  worker: (url) =>
    new Promise((resolve) => {
      try {
        new Worker(url).onerror = (event) => resolve(said(event));
      } catch (error) {
        resolve(error.name);
      }
    }),

  /** Anything that loads something: a script, an image, a style sheet. */
  element: (url, name, attribute, others = {}) =>
    new Promise((resolve) => {
      const element = Object.assign(document.createElement(name), others, { [attribute]: url });
      element.onload = element.onloadedmetadata = (event) => resolve(said(event));
      element.onerror = (event) => resolve(said(event));
      document.body.append(element);
    }),

  /** What shows another page within this one. */
  frame: (url, name, attribute) =>
    new Promise((resolve) => {
      const element = Object.assign(document.createElement(name), { [attribute]: url });
      element.onload = () =>
        resolve(element.contentWindow ? look(element.contentWindow) : "nothing");
      element.onerror = (event) => resolve(said(event));
      document.body.append(element);
    }),

  form: (url, enctype) =>
    new Promise((resolve) => {
      const frame = Object.assign(document.createElement("iframe"), { name: url });
      const form = Object.assign(document.createElement("form"), {
        action: url,
        method: "post",
        enctype,
        target: url,
      });
      document.body.append(frame, form);
      frame.onload = () => resolve(look(frame.contentWindow));
      form.submit();
    }),
};

/** Whatever this page is told without having asked. */
const heard = [];
for (const type of ["error", "message", "messageerror"]) {
  addEventListener(type, (event) => heard.push(`${said(event)} ${event.data ?? ""}`));
}

/** Make attempts, all at once; each is a way, an address, and what else there is to say. */
globalThis.attempt = async (attempts) => {
  const late = () => new Promise((resolve) => setTimeout(resolve, PATIENCE, "no answer"));
  return Promise.all(attempts.map(([way, ...rest]) => Promise.race([ways[way](...rest), late()])));
};

/** What there is to be known besides: of what was loaded from elsewhere, and without asking. */
globalThis.besides = (target) => ({
  heard,
  timings: performance
    .getEntriesByType("resource")
    .filter(({ name }) => name.startsWith(target))
    .map(({ responseStatus, encodedBodySize, decodedBodySize, contentType }) => [
      responseStatus,
      encodedBodySize,
      decodedBodySize,
      contentType,
    ]),
});
globalThis.look = look;
