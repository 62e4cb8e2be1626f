/**
 * Drawings of the products, by product id. Shapes only; their colours are classes of `drawings.css`,
 * so that they follow the palette of the page.
 */
const VIEW_BOX = "0 0 200 150";

/** A line laid in a coil: the rope, and its braid on top. */
const coil = (rope, braid, dash) => `
  <ellipse cx="100" cy="118" rx="62" ry="9" class="shade"/>
  ${[
    [100, 92, 58, 22],
    [100, 80, 54, 21],
    [100, 68, 50, 20],
  ]
    .map(
      ([x, y, rx, ry]) => `
  <ellipse cx="${x}" cy="${y}" rx="${rx}" ry="${ry}" class="line ink w15"/>
  <ellipse cx="${x}" cy="${y}" rx="${rx}" ry="${ry}" class="line ${rope} w10"/>
  <ellipse cx="${x}" cy="${y}" rx="${rx}" ry="${ry}" class="line ${braid} w3" stroke-dasharray="${dash}"/>`,
    )
    .join("")}`;

const pennant = (x, y, fill, mark) => `
  <g transform="translate(${x} ${y})"><path d="M0 0h44v32H0z" class="${fill} edge"/>${mark}</g>`;

const SHAPES = {
  "halyard-8": `${coil("sea", "pale", "5 8")}
    <path d="M148 72c20-6 26-30 12-42-12-10-28 0-22 14" class="line ink w15"/>
    <path d="M148 72c20-6 26-30 12-42-12-10-28 0-22 14" class="line sea w10"/>
    <path d="M131 40l14 10" class="line brass w8"/>`,
  "sheet-10": `${coil("red", "pale", "2 7")}
    <path d="M52 70C30 62 26 40 44 30" class="line ink w15"/><path d="M52 70C30 62 26 40 44 30" class="line red w10"/>
    <path d="M40 34l9-9" class="line pale w8"/>`,
  "dock-lines": `<ellipse cx="100" cy="124" rx="70" ry="8" class="shade"/>
    <path d="M30 112c30-70 60 12 84-40 16-34 60-40 60-8 0 26-42 24-44-2" class="line ink w15"/>
    <path d="M30 112c30-70 60 12 84-40 16-34 60-40 60-8 0 26-42 24-44-2" class="line deep w10"/>
    <path d="M30 112c30-70 60 12 84-40 16-34 60-40 60-8 0 26-42 24-44-2" class="line pale w2" stroke-dasharray="3 9"/>
    <path d="M26 74C60 20 84 70 112 34" class="line ink w15"/><path d="M26 74C60 20 84 70 112 34" class="line deep w10"/>
    <path d="M26 74C60 20 84 70 112 34" class="line pale w2" stroke-dasharray="3 9"/>
    <path d="M108 42l8-12M24 80l6-11M27 119l7-12" class="line red w8"/>`,
  "whipping-kit": `<ellipse cx="92" cy="124" rx="56" ry="8" class="shade"/>
    <path d="M56 48h72v66c0 6-72 6-72 0z" class="sand edge"/><ellipse cx="92" cy="48" rx="36" ry="10" class="pale edge"/>
    <ellipse cx="92" cy="48" rx="11" ry="4" class="fill-ink"/>
    <path d="M57 66c16 8 54 8 70 0M57 78c16 8 54 8 70 0M57 90c16 8 54 8 70 0M57 102c16 8 54 8 70 0" class="line ink w2"/>
    <path d="M128 92c26 8 38-10 28-30" class="line ink w2"/><path d="M150 24l12 84" class="line ink w5"/><path d="M151 34l1 9" class="line pale w2"/>`,
  "block-57": `<ellipse cx="100" cy="136" rx="40" ry="6" class="shade"/>
    <path d="M86 20a14 14 0 1 1 28 0v16H86z" class="steel edge"/><circle cx="100" cy="20" r="6" class="ground edge"/>
    <path d="M70 52c0-26 60-26 60 0v52c0 32-60 32-60 0z" class="deep edge"/>
    <circle cx="100" cy="82" r="34" class="steel edge"/><circle cx="100" cy="82" r="22" class="pale edge"/><circle cx="100" cy="82" r="7" class="brass edge"/>
    <g class="fill-ink">${[0, 45, 90, 135, 180, 225, 270, 315].map((turn) => `<circle cx="100" cy="67" r="3" transform="rotate(${turn} 100 82)"/>`).join("")}</g>`,
  "cleat-bronze": `<ellipse cx="100" cy="118" rx="72" ry="8" class="shade"/>
    <path d="M64 112c0-10 14-8 14-26h44c0 18 14 16 14 26z" class="brass edge"/>
    <path d="M22 62c10-12 50-2 78-2s68-10 78 2c6 12-34 28-78 28S16 74 22 62z" class="brass edge"/>
    <path d="M40 66c22 4 90 4 120 0" class="line pale w3"/><circle cx="78" cy="106" r="3" class="fill-ink"/><circle cx="122" cy="106" r="3" class="fill-ink"/>`,
  "snap-shackle": `<ellipse cx="100" cy="138" rx="34" ry="5" class="shade"/>
    <circle cx="100" cy="26" r="15" class="line ink w12"/><circle cx="100" cy="26" r="15" class="line silver w7"/>
    <path d="M92 42h16v16H92z" class="steel edge"/>
    <path d="M82 60c-26 20-22 68 18 68s44-48 18-68" class="line ink w15"/><path d="M82 60c-26 20-22 68 18 68s44-48 18-68" class="line silver w10"/>
    <path d="M80 56h40v12H80z" class="steel edge"/><circle cx="124" cy="62" r="7" class="brass edge"/><path d="M131 62c18-4 14 20 26 18" class="line red w5"/>`,
  "winch-handle": `<ellipse cx="104" cy="130" rx="66" ry="6" class="shade"/>
    <path d="M34 104h112v18H34z" class="steel edge"/><path d="M26 98h26v30H26z" class="steel edge"/><path d="M33 107h12v12H33z" class="fill-ink"/>
    <path d="M130 26h24v76h-24z" class="red edge"/><path d="M126 98h32v26h-32z" class="steel edge"/>
    <path d="M130 44h24M130 60h24M130 76h24" class="line ink w2"/><path d="M128 26c0-14 28-14 28 0z" class="red edge"/><path d="M62 112h48" class="line pale w3"/>`,
  compass: `<ellipse cx="100" cy="136" rx="52" ry="6" class="shade"/>
    <circle cx="100" cy="76" r="58" class="brass edge"/><circle cx="100" cy="76" r="46" class="pale edge"/>
    <g class="line ink w2">${[0, 30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 330].map((turn) => `<path d="M100 34v7" transform="rotate(${turn} 100 76)"/>`).join("")}</g>
    <path d="M100 40l10 36-10 36-10-36z" class="sea edge"/><path d="M100 40l10 36H90z" class="red edge"/><circle cx="100" cy="76" r="4" class="brass edge"/>
    <path d="M70 52c8-12 20-16 32-14" class="line white w3"/>`,
  "chart-brittany": `<path d="M22 30l52-10 52 10 52-10v100l-52 10-52-10-52 10z" class="pale edge"/>
    <path d="M126 30l52-10v100l-52 10zM22 30l52-10v100l-52 10z" class="veil"/>
    <path d="M178 34c-22 2-26 14-44 12-14-2-20 8-8 12 12 4 6 12-10 10-14-2-12 14 4 16 14 2 10 14 24 16l34 2z" class="sand edge"/>
    <path d="M40 60c14-8 26-6 36 2M36 78c14-8 28-6 40 4M44 96c12-6 24-4 34 4" class="line sea w2" stroke-dasharray="5 5"/>
    <path d="M34 112L90 58l18-8" class="line red w3" stroke-dasharray="8 6"/><circle cx="34" cy="112" r="5" class="red edge"/>
    <path d="M74 20v100M126 30v100" class="line ink w2"/>`,
  logbook: `<ellipse cx="104" cy="136" rx="56" ry="6" class="shade"/>
    <path d="M56 18h88v110H56z" class="sea edge"/><path d="M56 18h16v110H56z" class="deep edge"/><path d="M148 24v110H62l-6-6h88V18z" class="pale edge"/>
    <path d="M84 42h48v26H84z" class="pale edge"/><path d="M91 51h34M91 59h22" class="line ink w2"/>
    <path d="M82 98c6-8 12-8 18 0s12 8 18 0 10-8 16-2" class="line pale w3"/><path d="M116 128v14l6-5 6 5v-14" class="red edge"/>`,
  "anchor-light": `<ellipse cx="100" cy="140" rx="40" ry="5" class="shade"/>
    <path d="M82 26a18 18 0 0 1 36 0" class="line ink w5"/><path d="M76 30h48l8 16H68z" class="brass edge"/>
    <path d="M72 46h56v64H72z" class="glow edge"/><path d="M100 60c14 16 10 32 0 34-10-2-14-18 0-34z" class="red"/><path d="M100 72c6 8 4 18 0 20-4-2-6-12 0-20z" class="pale"/>
    <path d="M86 46v64M114 46v64" class="line ink w2"/><path d="M66 110h68l6 24H60z" class="brass edge"/><path d="M54 66l-18-6M54 84H34M146 66l18-6M146 84h20" class="line brass-line w3"/>`,
  "life-jacket": `<ellipse cx="100" cy="140" rx="48" ry="5" class="shade"/>
    <path d="M78 14c-8 28-26 30-26 62v50h40V54l8-12 8 12v72h40V76c0-32-18-34-26-62-8 14-36 14-44 0z" class="red edge"/>
    <path d="M52 92h96" class="line deep w10"/><path d="M90 84h20v16H90z" class="steel edge"/><path d="M62 110h20M118 110h20" class="line white w5"/><path d="M66 66l8 0M126 66l8 0" class="line white w5"/>`,
  fender: `<path d="M100 6c-18 18 14 18 0 28" class="line ink w5"/>
    <path d="M88 34h24v14H88zM88 122h24v12H88z" class="deep edge"/>
    <path d="M66 62c0-20 68-20 68 0v44c0 20-68 20-68 0z" class="pale edge"/><path d="M66 72h68v24H66z" class="sea edge"/><path d="M80 60c-4 4-4 10-4 14M80 98v10" class="line white w5"/>`,
  oilskin: `<ellipse cx="100" cy="142" rx="52" ry="5" class="shade"/>
    <path d="M74 22L36 44 18 104l22 8 16-34v58h88V78l16 34 22-8-18-60-38-22c-8 12-44 12-52 0z" class="yellow edge"/>
    <path d="M74 22c-2-14 54-14 52 0-4 14-48 14-52 0z" class="sand edge"/><path d="M100 34v42" class="line ink w2"/><path d="M68 92h64v28c0 8-64 8-64 0z" class="line ink w2"/>
    <path d="M22 100l20 8M178 100l-20 8" class="line deep w5"/>`,
  "enamel-mug": `<ellipse cx="96" cy="132" rx="52" ry="7" class="shade"/>
    <path d="M136 66c36-10 40 46-2 44" class="line ink w12"/><path d="M136 66c36-10 40 46-2 44" class="line paper w7"/>
    <path d="M54 50l4 74c1 8 75 8 76 0l4-74z" class="pale edge"/><ellipse cx="96" cy="50" rx="42" ry="11" class="sea edge"/><ellipse cx="96" cy="52" rx="33" ry="7" class="deep"/>
    <path d="M66 92c7-9 13-9 20 0s13 9 20 0 13-9 20 0" class="line sea w5"/><path d="M82 32c-6-8 6-12 0-20M102 32c-6-8 6-12 0-20" class="line haze w3"/>`,
  hull: `<path d="M10 120c16-8 30-8 46 0s30 8 46 0 30-8 46 0 30 8 46 0" class="line sea w3"/>
    <path d="M24 84h152c-8 30-26 34-40 34H60c-20 0-32-12-36-34z" class="red edge"/><path d="M98 84V12" class="line ink w3"/>
    <path d="M104 16v60h52c-8-26-26-46-52-60z" class="pale edge"/><path d="M92 26v50H48c8-20 22-38 44-50z" class="sand edge"/>`,
  flags: `<path d="M8 34q92 64 184 0" class="line ink w3"/>${pennant(26, 50, "red", '<path d="M3 3l38 26M41 3L3 29" class="line pale w5"/>')}${pennant(78, 64, "sea", '<path d="M11 8h22v16H11z" class="pale"/>')}${pennant(130, 50, "yellow", '<path d="M22 1.5h20.5v29H22z" class="deep"/>')}`,
};

const parts = document.createElement("template");

/** The drawing with this name, as an image without a text of its own: the name stands beside it. */
export function drawing(name) {
  parts.innerHTML = `<svg viewBox="${VIEW_BOX}" class="drawing" aria-hidden="true" focusable="false">${SHAPES[name]}</svg>`;
  return parts.content.firstElementChild;
}
