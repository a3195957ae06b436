// Where there is a WebSocket (everywhere but on Lambda), new entries appear by themselves.
const live = new WebSocket(location.href.replace(/^http/, "ws") + "live");
live.onmessage = (message) => {
  const { name, text } = JSON.parse(message.data);
  const [row, who] = [document.createElement("li"), document.createElement("b")];
  who.textContent = name;
  row.append(who, `: ${text}`);
  document.querySelector("ul").append(row);
};
