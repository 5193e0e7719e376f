import { figureStyle, pageColours } from "./palette.ts";

/** The style sheet of a report: one column of text, rules like those of a printed table. */
export const pageStyle: string = `
:root{color-scheme:light dark;${pageColours("light")}}
@media screen and (prefers-color-scheme:dark){:root{${pageColours("dark")}}}
*{box-sizing:border-box}
html{font-size:17px;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.55 "Iowan Old Style","Palatino Linotype",Palatino,"URW Palladio L","P052","Source Serif 4",Georgia,"Liberation Serif",serif;font-kerning:normal;text-rendering:optimizeLegibility}
main{width:min(44rem,100% - 2.5rem);margin:0 auto;padding:3.5rem 0 5rem}
header h1{font-size:1.95rem;line-height:1.18;font-weight:600;margin:0;text-wrap:balance}
header .subtitle{margin:.5rem 0 0;color:var(--muted);font-style:italic;font-size:1.08rem}
.verdict{margin:2rem 0 0;padding:1rem 0;border-top:1.5px solid var(--ink);border-bottom:.75px solid var(--ink)}
.verdict p{margin:0 0 .5rem}.verdict p:last-child{margin:0}
.verdict b{font-variant-caps:all-small-caps;letter-spacing:.05em;font-weight:600;margin-right:.6em}
nav{margin:1.6rem 0 0;font-size:.88rem;line-height:1.5}
nav h2{font-size:1rem;font-weight:400;font-variant-caps:all-small-caps;letter-spacing:.06em;color:var(--muted);margin:0 0 .2rem;border:0;padding:0}
nav ol{list-style:none;margin:0;padding:0}
nav li{padding-left:2em;text-indent:-2em}
nav a{text-decoration:none;color:inherit}nav a:hover{text-decoration:underline}
nav .number,h2 .number{display:inline-block;min-width:2em;text-indent:0;color:var(--muted);font-weight:400;font-variant-numeric:tabular-nums}
section{margin-top:3rem}
h2{font-size:1.32rem;line-height:1.25;font-weight:600;margin:0 0 .7rem}
h2 .number{min-width:1.5em}
p{margin:0 0 .8rem;max-width:39rem;hyphens:auto;text-wrap:pretty}
section ul{margin:0 0 .8rem;padding:0 0 0 1.2rem;max-width:39rem}section li{margin:0 0 .35rem;text-wrap:pretty}
a{color:var(--device);text-underline-offset:.15em;text-decoration-thickness:.06em}
code{font:.84em/1.4 ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace;overflow-wrap:anywhere}
figure{margin:2rem 0 2.4rem;break-inside:avoid}
.plate{overflow-x:auto}
.plate svg{display:block;width:100%;min-width:34rem;max-width:100rem;height:auto;margin:0}
.plate.narrow svg{width:auto;min-width:0;max-width:none}
figcaption,caption{font-size:.85rem;line-height:1.45;color:var(--ink);text-align:left;max-width:41rem}
figcaption{margin-top:.6rem}
figcaption b,caption b{font-weight:600}
figcaption .data{white-space:nowrap;font-variant-numeric:tabular-nums}
.sheet{overflow-x:auto;margin:1.4rem 0 1.9rem;break-inside:avoid}
table{border-collapse:collapse;font-size:.88rem;line-height:1.35;font-variant-numeric:lining-nums tabular-nums;border-top:1.5px solid var(--ink);border-bottom:1.5px solid var(--ink)}
caption{padding-bottom:.5rem}
th,td{padding:.3rem 1.3rem .3rem 0;text-align:left;vertical-align:baseline;font-weight:400}
th:last-child,td:last-child{padding-right:0}
thead th{border-bottom:.75px solid var(--ink);font-style:italic;vertical-align:bottom}
th.number,td.number{text-align:right;white-space:nowrap}
tbody tr:first-child td{padding-top:.45rem}tbody tr:last-child td{padding-bottom:.45rem}
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.15rem 1.3rem;margin:0;font-size:.85rem;line-height:1.45}
dt{color:var(--muted)}dd{margin:0;overflow-wrap:anywhere;font-variant-numeric:lining-nums tabular-nums}
@media (min-width:84rem){nav{position:fixed;top:3.5rem;left:calc(50% - 22rem - 15.5rem);width:13rem;margin:0}}
@media (max-width:36rem){html{font-size:16px}main{padding-top:2rem}header h1{font-size:1.6rem}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.4rem}}
@media print{html{font-size:10.5pt}main{width:auto;padding:0}nav,.data{display:none}h2{break-after:avoid}section{margin-top:2rem}@page{margin:20mm 18mm}.plate svg{min-width:0}}
${figureStyle}
`;
