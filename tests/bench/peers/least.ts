/** No tracker: sends one request, and does nothing else. What it costs, any script costs that sends anything. */
const { src } = document.currentScript as HTMLScriptElement;
fetch(src, { method: "POST", body: "1", keepalive: true }).then((answer) => answer.text());
